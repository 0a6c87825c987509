/** What the gates could not decide, settled here by the supervisor: a choice and a reason. It stands on the server, so it needs the network. */
import { askReason, type Supervisors } from './dialogs';
import type { Sender } from './sender';
import { newId } from './store';
import { dayTime, element, part, type View } from './view';

interface SeenScan { gate: string; direction: string; scanned_at: string; device: string; verdict: string; shown: string }
interface Way { way: string; words: string }
interface Conflict { id: number; words: string; problem: string; noted_at: string; name: string; company: string; category: string; reference: string; scans: SeenScan[]; ways: Way[] }
interface Open { open: number; conflicts: Conflict[] }

export class Conflicts {
  private readonly dialog = element<HTMLDialogElement>('conflicts-dialog');
  private readonly words = element('conflicts-words');
  private readonly list = element('conflicts-list');
  /** One id for each decision, so that pressing again after a lost answer settles nothing twice. */
  private readonly ids = new Map<string, string>();

  constructor(
    private readonly view: View, private readonly sender: Sender, private readonly supervisors: Supervisors,
    private readonly address: () => string, private readonly onSettled: () => void,
  ) {
    part(this.dialog, '[data-again]').addEventListener('click', () => { void this.load(); });
  }

  async open(): Promise<void> {
    if (!(await this.supervisors.require())) return;
    this.list.replaceChildren();
    this.dialog.showModal();
    await this.load();
  }

  private async load(said = ''): Promise<void> {
    this.words.textContent = said || this.view.text('conflicts_wait');
    this.dialog.setAttribute('aria-busy', 'true');
    const answer = await this.sender.tell(this.address());
    this.dialog.removeAttribute('aria-busy');
    part(this.dialog, '[data-again]').toggleAttribute('hidden', answer?.ok === true);
    if (!answer?.ok) {
      this.list.replaceChildren();
      this.words.textContent = [said, answer ? answer.words : this.view.text('conflicts_offline')].filter(Boolean).join(' ');
      return;
    }
    const { open, conflicts } = answer.body as Open;
    const rest = open > conflicts.length ? this.view.text('conflicts_rest', { n: conflicts.length, all: open }) : '';
    this.words.textContent = [said, open ? rest : this.view.text('conflicts_none')].filter(Boolean).join(' ');
    this.list.replaceChildren(...conflicts.map((one) => this.row(one)));
  }

  private row(one: Conflict): HTMLElement {
    const row = document.createElement('li');
    const more = document.createElement('details');
    const head = document.createElement('summary');
    head.append(line('strong', one.words), line('span', [one.name, dayTime(one.scans[0]?.scanned_at ?? one.noted_at)].filter(Boolean).join(' · ')));
    more.append(head);
    const about = [one.company, this.view.words.categories[one.category], one.reference].filter(Boolean).join(' · ');
    for (const words of [about, one.problem]) if (words) more.append(line('p', words));
    if (one.scans.length) {
      const scans = document.createElement('ol');
      scans.append(...one.scans.map((scan, at) => this.scan(scan, one.scans.length > 1 ? at : -1)));
      more.append(scans);
    }
    const ways = document.createElement('div');
    ways.className = 'gate-acts';
    ways.append(...one.ways.map((way) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'btn btn-quiet';
      button.textContent = way.words;
      button.addEventListener('click', () => { void this.settle(one, way); });
      return button;
    }));
    more.append(ways);
    row.append(more);
    return row;
  }

  /** ``at``: 0 is this scan, 1 the other one, as the ways to settle call them; -1 where there is only one. */
  private scan(scan: SeenScan, at: number): HTMLElement {
    const { view } = this;
    const title = (verdict: string) => view.words.verdicts[verdict]?.title ?? verdict;
    const where = `${at < 0 ? '' : `${view.text(at ? 'other_scan' : 'this_scan')} `}${scan.gate}, ${view.text(scan.direction)}, ${dayTime(scan.scanned_at)}`;
    const shown = scan.shown && scan.shown !== scan.verdict ? view.text('guard_saw', { verdict: title(scan.shown) }) : '';
    return line('li', [where, title(scan.verdict), shown].filter(Boolean).join(' · '));
  }

  private async settle(one: Conflict, { way, words }: Way): Promise<void> {
    const { view } = this;
    const person = await this.supervisors.require();
    const reason = person ? await askReason(view, view.text('settle_why', { way: words }), view.text('reasons_settle').split('|')) : null;
    if (!person || !reason) return;
    const key = `${one.id} ${way}`;
    const id = this.ids.get(key) ?? newId();
    this.ids.set(key, id);
    this.words.textContent = view.text('conflicts_wait');
    const answer = await this.sender.tell(`${this.address()}/${one.id}/settle`, { id, way, reason, supervisor: person.id });
    if (!answer) {
      this.words.textContent = view.text('settle_offline');
      return;
    }
    if (answer.ok) this.onSettled();
    await this.load(answer.ok ? view.text('settled', { way: words }) : answer.words);
    element('conflicts-title').focus();
  }
}

function line(name: 'strong' | 'span' | 'p' | 'li', words: string): HTMLElement {
  const made = document.createElement(name);
  made.textContent = words;
  return made;
}
