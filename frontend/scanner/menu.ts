/** Behind the menu of the gate's screen: people by name, binding a blank, the supervisor's acts, conflicts, another gate. */
import type { Conflicts } from './conflicts';
import { askReason, opened, type Supervisors } from './dialogs';
import type { Engine, Scanned } from './engine';
import { fingerprint, typed } from './codes';
import type { Sender } from './sender';
import type { Kind } from './store';
import { element, part, type View } from './view';

interface Person { reference: string; name: string; company: string; country: string; category: string; is_valid: boolean }

export interface Scene { engine: Engine; view: View; sender: Sender; supervisors: Supervisors; people: () => string; latest: () => Scanned | null; conflicts: Conflicts | null; done: (words: string) => void; failed: () => void }

/** The next codes go to somebody else than the gate, until this has all it needs. */
export type Taker = (code: string) => Promise<boolean>;

export class Menu {
  taker: Taker | null = null;
  private readonly dialog = element<HTMLDialogElement>('menu-dialog');

  constructor(private readonly scene: Scene) {
    element('menu').hidden = false;
    element('menu').addEventListener('click', () => { void this.open(); });
    element('search-form').addEventListener('submit', (event) => {
      event.preventDefault();
      void this.search();
    });
    element('cancel-taker').addEventListener('click', () => this.take(null));
  }

  private async open(): Promise<void> {
    const { engine, view, supervisors } = this.scene;
    view.hide();
    const isOpen = engine.gate?.is_open ?? true;
    part(this.dialog, '[value=open_gate]').toggleAttribute('hidden', isOpen);
    part(this.dialog, '[value=close_gate]').toggleAttribute('hidden', !isOpen);
    part(this.dialog, '[value=lock]').toggleAttribute('hidden', !supervisors.unlocked);
    const latest = this.scene.latest();
    for (const act of ['revoke', 'replace']) part<HTMLButtonElement>(this.dialog, `[value=${act}]`).disabled = latest === null;
    part(this.dialog, '[data-latest]').textContent = latest?.face?.name ?? latest?.code.slice(0, 19) ?? view.text('nothing_scanned');
    part(this.dialog, '[data-unlocked]').textContent = supervisors.unlocked ? view.text('unlocked', { name: supervisors.unlocked.name }) : '';
    const chosen = await opened(this.dialog);
    if (chosen === 'search') element<HTMLDialogElement>('search-dialog').showModal();
    else if (chosen === 'bind') this.bind();
    else if (chosen === 'settle') await this.scene.conflicts?.open();
    else if (chosen === 'lock') supervisors.lock();
    else if (chosen === 'revoke' || chosen === 'replace') await this.onLatest(chosen);
    else if (chosen === 'open_gate' || chosen === 'close_gate') await this.turnGate(chosen);
  }

  private async search(): Promise<void> {
    const { view, sender } = this.scene;
    const list = element('search-found');
    const name = element<HTMLInputElement>('search-name').value.trim();
    if (name.length < 2) return;
    list.textContent = '';
    const answer = await sender.ask(this.scene.people(), { name });
    const people = answer ? ((await answer.json()) as { people: Person[] }).people : null;
    if (!people?.length) {
      list.textContent = view.text(people ? 'nobody_found' : 'search_offline');
      return;
    }
    list.replaceChildren(...people.map((person) => {
      const row = document.createElement('p');
      const strong = document.createElement('strong');
      strong.textContent = person.name;
      const about = [person.company, person.country, view.words.categories[person.category], person.reference, person.is_valid ? '' : view.words.verdicts['revoked']?.title].filter(Boolean).join(' · ');
      row.append(strong, document.createElement('br'), about);
      return row;
    }));
  }

  private take(taker: Taker | null, words = ''): void {
    this.taker = taker;
    element('taker').hidden = taker === null;
    element('taker-words').textContent = words;
  }

  /** Two scans: the blank, then whose it shall be. Kept and handed in like any scan, so it works without a network. */
  private bind(): void {
    const { engine, view } = this.scene;
    this.take(async (blank) => {
      if ((await fingerprint(blank)) === null && typed(blank) === null) return false;
      this.take(async (person) => {
        if (person === blank || ((await fingerprint(person)) === null && typed(person) === null)) return false;
        const found = await engine.bundle?.find(person);
        if (engine.bundle && !found && !typed(person)) return false;
        if (!(await this.keep('bind', { code: blank, person_code: person }))) return true;
        this.take(null);
        this.scene.done(view.text('bound', { name: found?.face?.name ?? '' }));
        return true;
      }, view.text('bind_person'));
      return true;
    }, view.text('bind_blank'));
  }

  private async onLatest(kind: 'revoke' | 'replace'): Promise<void> {
    const { view, supervisors } = this.scene;
    const scan = this.scene.latest();
    const person = scan ? await supervisors.require() : null;
    if (!scan || !person) return;
    const reason = await askReason(view, view.text(`${kind}_why`), view.text('reasons_badge').split('|'));
    if (reason && (await this.keep(kind, { code: scan.code, of: scan.event.id, reason, supervisor: person.id }))) this.scene.done(view.text(`${kind}_done`));
  }

  private async turnGate(kind: 'open_gate' | 'close_gate'): Promise<void> {
    const { view, supervisors } = this.scene;
    const person = await supervisors.require();
    const reason = person ? await askReason(view, view.text(`${kind}_why`), view.text('reasons_gate').split('|')) : null;
    if (!person || !reason || !(await this.keep(kind, { reason, supervisor: person.id }))) return;
    this.scene.done(view.text(`${kind}_done`));
  }

  private async keep(kind: Kind, more: Record<string, unknown>): Promise<boolean> {
    try {
      const event = await this.scene.engine.store.add(this.scene.engine.event(kind, more));
      await this.scene.engine.foresee([event]);
    } catch {
      this.scene.failed();
      return false;
    }
    void this.scene.sender.send();
    return true;
  }
}
