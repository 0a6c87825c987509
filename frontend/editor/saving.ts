/** Steps go to the server one after the other; what could not be sent waits. A colleague's change is never overwritten. */
import { sendJson } from '../lib/sending';
import type { Texts } from '../lib/texts';
import type { Change, Draft, Judged, Model } from './model';

interface Step { label: string; changes: Change[] }
type State = 'saved' | 'saving' | 'offline' | 'conflict';

const AGAIN = 4000;

export class Saving {
  private waiting: Step[] = [];
  private busy = false;
  private timer = 0;
  private refused = '';
  private readonly csrf: string;

  constructor(private readonly root: HTMLElement, private readonly model: Model, private readonly texts: Texts) {
    this.csrf = root.dataset['csrf'] ?? '';
    window.addEventListener('beforeunload', (event) => {
      if (this.waiting.length > 0 || this.busy) event.preventDefault();
    });
    window.addEventListener('online', () => void this.send());
    root.querySelector('[data-reload]')?.addEventListener('click', () => void this.reload());
  }

  async load(): Promise<void> {
    const answer = await fetch(this.url('url'), { credentials: 'same-origin', cache: 'no-store' });
    this.model.fill((await answer.json()) as Draft);
    this.show('saved');
  }

  /** A step that the person has made: at once on the plan, then to the server. */
  step(label: string, changes: Change[]): void {
    if (changes.length === 0) return;
    this.refused = '';
    this.model.apply(changes);
    const last = this.waiting[this.waiting.length - 1];
    const same = last && last.label === label && !this.isSent(last) && last.changes.length === changes.length && last.changes.every((one, i) => one.key === changes[i]?.key);
    if (same) last.changes = changes;
    else this.waiting.push({ label, changes });
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.send(), 250);
    this.show(this.root.dataset['saving'] === 'conflict' ? 'conflict' : 'saving');
  }

  private isSent(step: Step): boolean {
    return this.busy && this.waiting[0] === step;
  }

  async walk(way: 'undo' | 'redo'): Promise<void> {
    if (!(await this.send()) || !(way === 'undo' ? this.model.judged.can_undo : this.model.judged.can_redo)) return;
    this.show('saving');
    this.busy = true;
    const answer = await this.post(this.url(way === 'undo' ? 'undoUrl' : 'redoUrl'), { revision: this.model.judged.revision });
    this.busy = false;
    if (answer === null) return;
    this.model.judge(answer);
    // What was done here while the answer was on its way comes after it.
    this.model.apply([...(answer.changes ?? []), ...this.waiting.flatMap((step) => step.changes)]);
    await this.send();
  }

  /** Send what waits; true when nothing is left. */
  async send(): Promise<boolean> {
    if (this.root.dataset['saving'] === 'conflict') return false;
    while (this.busy) await new Promise((resolve) => window.setTimeout(resolve, 60));
    window.clearTimeout(this.timer);
    while (this.waiting.length > 0) {
      const step = this.waiting[0]!;
      this.show('saving');
      this.busy = true;
      const answer = await this.post(this.url('url'), { revision: this.model.judged.revision, label: step.label, changes: step.changes });
      this.busy = false;
      if (answer === null) return false;
      this.waiting.shift();
      this.model.judge(answer);
    }
    this.show('saved');
    return true;
  }

  /** JSON to the server; null when it was not taken: the state says why. */
  private async post(url: string, body: unknown): Promise<(Judged & { changes?: Change[] }) | null> {
    const answer = await sendJson<Judged & { changes?: Change[] }>(url, this.csrf, body);
    if (answer.what === 'taken') return answer.body;
    if (answer.what === 'later') {
      this.again();
      return null;
    }
    if (answer.code === 'draft_changed') {
      this.show('conflict');
      return null;
    }
    // Refused for good: the step is taken off the plan by loading what the server has.
    if (url === this.url('url')) this.waiting.shift();
    this.busy = false;
    this.refused = this.texts('refused', { message: answer.message });
    await this.reload();
    return null;
  }

  private again(): void {
    this.show('offline');
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.send(), AGAIN);
  }

  /** Load the draft as colleagues left it and put the steps that wait on top of it. */
  async reload(): Promise<void> {
    const steps = this.waiting;
    this.show('saving');
    try {
      await this.load();
    } catch {
      this.again();
      return;
    }
    for (const step of steps) {
      // A booth that a colleague has taken away does not come back by being moved here.
      step.changes = step.changes.filter(({ key, after }) => after === null || !/^\d/.test(key) || this.model.booths.has(key));
      this.model.apply(step.changes);
    }
    this.waiting = steps.filter((step) => step.changes.length > 0);
    await this.send();
  }

  private show(state: State): void {
    this.root.dataset['saving'] = state;
    const words = this.root.querySelector<HTMLElement>('[data-state]');
    const { different } = this.model.judged;
    const plan = different ? this.texts('different', { count: different }) : this.texts('same');
    const text = this.refused || (state === 'saved' ? `${this.texts('saved')} · ${plan}` : this.texts(state));
    if (words && words.textContent !== text) words.textContent = text;
    const button = this.root.querySelector<HTMLElement>('[data-reload]');
    if (button) button.hidden = state !== 'conflict';
  }

  private url(name: string): string {
    return this.root.dataset[name] ?? '';
  }
}
