/** What happens between a code and the guard: judged, kept, shown, confirmed by the server, undone or admitted all the same. */
import { askReason, type Supervisors } from './dialogs';
import { page } from './door';
import { letsIn, type Engine, type Scanned } from './engine';
import type { Answer, Sender } from './sender';
import { soundOf } from './sounds';
import { NotKept, type Method } from './store';
import type { Tools } from './tools';
import type { Upkeep } from './upkeep';
import type { Shown, View } from './view';

/** How long a guard waits for the server's verdict where the device cannot judge by itself. */
export const PATIENCE = 2500;
const UNDO_MS = 10_000;

export class Scans {
  latest: Scanned | null = null;
  private readonly scans = new Map<string, { scan: Scanned; shown: Shown; at: number }>();
  private readonly awaited = new Set<string>();

  constructor(
    private readonly engine: Engine, private readonly view: View, private readonly sender: Sender, private readonly supervisors: Supervisors,
    private readonly tools: Tools, private readonly upkeep: Upkeep,
  ) {}

  async scan(code: string, method: Method): Promise<void> {
    const began = performance.now();
    let scan: Scanned;
    try {
      scan = await this.engine.scan(code, method);
    } catch (error) {
      if (!(error instanceof NotKept)) throw error;
      this.notKept();
      return;
    }
    this.latest = scan;
    const shown = this.view.judged(scan);
    this.scans.set(scan.event.id, { scan, shown, at: performance.now() });
    if (scan.judgement) {
      this.view.show(shown);
      page.dataset['took'] = String(Math.round(performance.now() - began));
      this.present(shown);
      void this.sender.send();
      return;
    }
    // Nothing here to judge by: the server's word, if it comes soon enough.
    this.awaited.add(scan.event.id);
    await Promise.race([this.sender.send(), new Promise((resolve) => { window.setTimeout(resolve, PATIENCE); })]);
    if (this.awaited.delete(scan.event.id)) this.present(shown);
  }

  private present(shown: Shown): void {
    if (!this.view.isShowing(shown.id)) this.view.show(shown);
    this.row(shown);
    this.tools.play(soundOf(shown.verdict));
    void this.upkeep.report();
  }

  /** The verdict that must never be missed: the scan is not on the disk, so it is as if it had not happened. */
  notKept(): void {
    const shown: Shown = { id: '', verdict: 'not_kept', badge: null, reason: this.view.text('not_kept_why'), advice: this.view.words.verdicts['not_kept']?.advice ?? '', note: '', time: '', state: 'differs' };
    this.view.show(shown);
    this.tools.play('bad');
  }

  /** A word of the device itself, where verdicts stand. */
  flash(words: string): void {
    this.view.show({ id: '', verdict: 'bound', badge: null, reason: words, advice: '', note: '', time: '', state: 'confirmed' });
    void this.upkeep.report();
  }

  private row(shown: Shown): void {
    const known = this.scans.get(shown.id);
    let act = null;
    if (known && shown.state !== 'undone' && shown.verdict !== 'kept') {
      const left = UNDO_MS - (performance.now() - known.at);
      if (!letsIn(shown.verdict)) act = { label: this.view.text('admit'), icon: 'user-check', run: () => { void this.admit(shown.id); } };
      else if (left > 0) {
        act = { label: this.view.text('undo'), icon: 'arrow-back-up', run: () => { void this.undo(shown.id); } };
        window.setTimeout(() => { const now = this.scans.get(shown.id); if (now?.shown.state !== 'undone') this.view.row(now?.shown ?? shown, null); }, left);
      }
    }
    this.view.row(shown, act);
  }

  private async undo(id: string): Promise<void> {
    const known = this.scans.get(id);
    if (!known || performance.now() - known.at > UNDO_MS) return;
    // Whoever presses in time has done it in time, however long the reason takes.
    const pressedAt = new Date().toISOString();
    const reason = await askReason(this.view, this.view.text('undo_why'), this.view.text('reasons_undo').split('|'));
    if (!reason) return;
    try {
      await this.engine.undo(known.scan, reason, pressedAt);
    } catch { this.notKept(); return; }
    known.shown = { ...known.shown, state: 'undone', note: this.view.text('undone') };
    this.view.row(known.shown);
    await this.upkeep.report();
    void this.sender.send();
  }

  private async admit(id: string): Promise<void> {
    const known = this.scans.get(id);
    const person = known ? await this.supervisors.require() : null;
    const reason = person ? await askReason(this.view, this.view.text('admit_why'), this.view.text('reasons_admit').split('|')) : null;
    if (!known || !person || !reason) return;
    try {
      await this.engine.admit(known.scan, reason, person.id);
    } catch { this.notKept(); return; }
    known.shown = { ...known.shown, verdict: 'admitted', state: 'confirmed', reason: '', advice: '', note: this.view.text('admitted_by', { name: person.name }) };
    this.view.show(known.shown);
    this.tools.play('good');
    this.view.row(known.shown);
    void this.upkeep.report();
    void this.sender.send();
  }

  /** What the server says of what was handed in. */
  answered(answer: Answer): void {
    if (answer.counters) this.view.counters(answer.counters);
    for (const result of answer.results) {
      if (result.outcome !== undefined) {
        if (!['done', 'waiting'].includes(result.outcome)) this.upkeep.failures.add(this.view.text('act_failed', { message: result.message ?? '' }));
        void this.upkeep.refresh();
        continue;
      }
      const known = this.scans.get(result.id);
      if (!known) {
        if (result.badge) this.view.row({ id: result.id, verdict: result.verdict, badge: result.badge, reason: '', advice: '', note: '', time: '', state: 'confirmed' });
        continue;
      }
      if (known.shown.state === 'undone' || known.shown.verdict === 'admitted') continue;
      const before = known.shown;
      known.shown = this.view.answered(before, result);
      const isNews = before.verdict !== known.shown.verdict;
      if (isNews) void this.engine.learn(known.scan, result.verdict, result.since ?? null);
      if (this.awaited.delete(result.id) || (isNews && (this.view.isShowing(result.id) || known.shown.state === 'differs')) ) {
        this.view.show(known.shown);
        if (before.verdict === 'kept' || isNews) this.tools.play(soundOf(known.shown.verdict));
      } else if (this.view.isShowing(result.id)) this.view.show(known.shown);
      this.row(known.shown);
    }
  }
}
