/** The draft is saved by itself, shortly after each change; a colleague's change is never overwritten. */
import { sendJson } from '../lib/sending';
import type { Texts } from '../lib/texts';
import { SIDES, type Content, type Judged, type Model, type Part, type Start } from './model';

type State = 'saved' | 'saving' | 'offline' | 'conflict';
const SOON = 350;
const AGAIN = 4000;

export class Saving {
  private timer = 0;
  private busy = false;
  private kept: Content; // what the server has
  private refused = '';
  private heard: (() => void)[] = [];

  constructor(private readonly root: HTMLElement, private readonly model: Model, private readonly texts: Texts) {
    this.kept = model.content;
    window.addEventListener('beforeunload', (event) => {
      if (this.kept !== this.model.content && this.root.dataset['saving'] !== 'conflict') event.preventDefault();
    });
    window.addEventListener('online', () => void this.send());
    root.querySelector('[data-reload]')?.addEventListener('click', () => void this.reload());
    model.on('judged', () => this.show(this.state()));
    this.show('saved');
  }

  /** Told when the server has taken a draft. */
  onSaved(act: () => void): void {
    this.heard.push(act);
  }

  soon(): void {
    this.refused = '';
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.send(), SOON);
    this.show(this.state() === 'conflict' ? 'conflict' : 'saving');
  }

  async send(): Promise<void> {
    if (this.busy || this.state() === 'conflict') return;
    if (this.kept === this.model.content) {
      this.show('saved'); // taken back before it was sent
      return;
    }
    window.clearTimeout(this.timer);
    const content = this.model.content;
    this.busy = true;
    this.show('saving');
    const answer = await sendJson<Judged>(this.root.dataset['url'] ?? '', this.root.dataset['csrf'] ?? '', { mark: this.model.judged.mark, content });
    this.busy = false;
    if (answer.what === 'later') {
      this.show('offline');
      this.timer = window.setTimeout(() => void this.send(), AGAIN);
      return;
    }
    if (answer.what === 'refused') {
      if (answer.code === 'layout_stale') this.show('conflict');
      else {
        this.refused = this.texts('refused', { message: answer.message });
        this.show('offline');
      }
      return;
    }
    this.kept = content;
    this.show('saved');
    this.model.judge(answer.body);
    for (const act of this.heard) act();
    await this.send(); // what was changed meanwhile
  }

  /** Load what a colleague saved and put the changes made here since on top of it. */
  private async reload(): Promise<void> {
    let theirs: Start;
    try {
      const answer = await fetch(this.root.dataset['url'] ?? '', { credentials: 'same-origin', cache: 'no-store', headers: { Accept: 'application/json' } });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      theirs = (await answer.json()) as Start;
    } catch {
      this.refused = this.texts('offline');
      this.show('conflict');
      return;
    }
    const mine = merged(this.kept, this.model.content, theirs.content);
    this.kept = theirs.content;
    this.root.dataset['saving'] = 'saving';
    this.model.judge(theirs);
    this.model.put(mine);
    this.refused = '';
    await this.send();
  }

  private state(): State {
    return (this.root.dataset['saving'] ?? 'saved') as State;
  }

  private show(state: State): void {
    this.root.dataset['saving'] = state;
    const { different, changed_by } = this.model.judged;
    const plan = different ? this.texts('different', { count: different }) : this.texts('same');
    const words = this.root.querySelector<HTMLElement>('[data-state]');
    const text = this.refused || (state === 'saved' ? `${this.texts('saved')} · ${plan}` : this.texts(state, { name: changed_by }));
    if (words && words.textContent !== text) words.textContent = text;
    const button = this.root.querySelector<HTMLElement>('[data-reload]');
    if (button) button.hidden = state !== 'conflict';
  }
}

/** Theirs, with every element that was changed, added or taken away here since `base`. */
function merged(base: Content, mine: Content, theirs: Content): Content {
  const next: Content = { ...theirs };
  for (const key of ['size', 'qr_level', 'hole', 'length'] as const) if (mine[key] !== base[key]) Object.assign(next, { [key]: mine[key] });
  for (const side of SIDES) {
    const before = new Map(base[side].map((one) => [one.id, JSON.stringify(one)]));
    const changed = new Map(mine[side].filter((one) => before.get(one.id) !== JSON.stringify(one)).map((one) => [one.id, one]));
    const kept = new Set(mine[side].map((one) => one.id));
    const found: Part[] = theirs[side].filter((one) => kept.has(one.id) || !before.has(one.id)).map((one) => changed.get(one.id) ?? one);
    const there = new Set(found.map((one) => one.id));
    next[side] = [...found, ...[...changed.values()].filter((one) => !there.has(one.id))];
  }
  return next;
}
