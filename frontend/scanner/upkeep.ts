/** Keeps the gate able to judge: the bundle and its changes, the pulse, the clock, and what is wrong in words. */
import { Bundle } from './bundle';
import { isDevice, page, setting, type Door } from './door';
import type { Engine } from './engine';
import type { Sender } from './sender';
import { storageFacts, type StorageFacts } from './storage';
import { name, type Trouble, type View } from './view';

const PULSE_MS = 20_000;
const BUNDLE_MS = 60_000;
const MOST_CHANGES = 1_000_000;

interface Kept { full: ArrayBuffer; changes: ArrayBuffer[] }

export class Upkeep {
  /** Acts that the server did not do; they stay in sight until the page is opened anew. */
  readonly failures = new Set<string>();
  private facts: StorageFacts | null = null;
  private loading: Promise<void> | null = null;

  /** ``isCleared``: the browser has cleared what this device kept. ``onBundle`` hears of each new one. */
  constructor(
    private readonly engine: Engine, private readonly view: View, private readonly sender: Sender, private readonly door: Door,
    private readonly isCleared: boolean, private readonly onBundle: () => void,
  ) {}

  /** Begins; waits for the first bundle where there is none, as long as ``patience`` milliseconds. */
  async start(patience: number): Promise<void> {
    window.addEventListener('online', () => { void this.beat(); });
    window.addEventListener('offline', () => { void this.report(); });
    document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'visible') void this.beat(); });
    const first = this.beat();
    if (!this.engine.bundle) await Promise.race([first.then(() => this.loading), new Promise((resolve) => { window.setTimeout(resolve, patience); })]);
    window.setInterval(() => { void this.beat(); }, PULSE_MS);
    window.setInterval(() => { void this.refresh(); }, BUNDLE_MS);
  }

  private bundleKey(): string {
    return `bundle:${this.door.address('bundle')}`;
  }

  /** What this device kept of the last visit. */
  async openBundle(): Promise<void> {
    const kept = await this.engine.store.thing<Kept>(this.bundleKey());
    if (!kept) return;
    try {
      this.engine.bundle = Bundle.read(kept.full, kept.changes);
      this.nameFair(this.engine.bundle);
      await this.engine.foresee(await this.engine.store.waiting());
    } catch {
      await this.engine.store.dropThing(this.bundleKey());
    }
  }

  private nameFair({ header: { fair } }: Bundle): void {
    Object.assign(page.dataset, { zone: fair.time_zone, fair: name(fair) });
  }

  /** Asks for what has changed, or for all where there is nothing yet or the changes have grown. */
  refresh(): Promise<void> {
    this.loading ??= this.load().finally(() => { this.loading = null; });
    return this.loading;
  }

  private async load(): Promise<void> {
    if (!globalThis.crypto?.subtle) return;
    const known = this.engine.bundle && this.engine.bundle.weightOfChanges < MOST_CHANGES ? this.engine.bundle : null;
    const address = this.door.address('bundle');
    const since = known ? `${address.includes('?') ? '&' : '?'}since=${encodeURIComponent(known.header.cursor)}` : '';
    const waited = await this.engine.store.waiting();
    const answer = await this.sender.ask(address + since);
    if (!answer) return;
    const file = await answer.arrayBuffer();
    if (known) known.apply(file);
    else this.engine.bundle = Bundle.read(file);
    const bundle = this.engine.bundle;
    if (!bundle) return;
    await this.engine.foreseeOnly([...waited, ...(await this.engine.store.waiting())]);
    this.nameFair(bundle);
    await this.engine.store.setThing(this.bundleKey(), { full: bundle.full, changes: bundle.changes }).catch(() => undefined);
    this.onBundle();
    await this.report();
  }

  /** Every twenty seconds: is the server there, what is its time, what has passed; and whatever waits is handed in. */
  async beat(): Promise<void> {
    this.facts = await storageFacts();
    const kept = await this.engine.store.waiting();
    const waiting = kept.length;
    const sent = performance.now();
    const body = { gate: this.engine.place.gate, backlog: waiting, clock_offset_ms: this.engine.clock.offset, facts: { ...this.facts, way: this.engine.place.way, gate: this.engine.place.gate, badges: this.engine.bundle?.size ?? 0, refused: kept.filter((event) => event.refused).length } };
    const answer = await this.sender.ask(this.door.address('pulse'), body);
    if (answer) {
      const pulse = (await answer.json()) as { server_time: string; visits: number; inside: number; gate: { passed_in: number; passed_out: number; refused: number } };
      this.engine.clock.measure(pulse.server_time, sent);
      this.view.counters(pulse);
      const figures = document.getElementById('gate-figures');
      if (figures) figures.textContent = this.view.text('figures', { passed_in: pulse.gate.passed_in, passed_out: pulse.gate.passed_out, refused: pulse.gate.refused });
      if (!this.engine.bundle) void this.refresh();
    }
    if (waiting && (answer || this.sender.state === 'revoked' || this.sender.state === 'not-today')) void this.sender.send();
    await this.report();
  }

  async report(): Promise<void> {
    const all = await this.engine.store.waiting();
    const refused = all.filter((event) => event.refused).length;
    const { state } = this.sender;
    this.view.networkState(state !== 'offline' && navigator.onLine, all.length - refused);
    const troubles: Trouble[] = [];
    if (this.isCleared) troubles.push({ words: this.view.text('cleared') });
    if (state === 'signed-out' && !isDevice) troubles.push({ words: this.view.text('signed_out'), href: setting('login') });
    if (state === 'revoked' || state === 'unknown' || state === 'not-today') troubles.push({ words: this.view.text(state.replace('-', '_')) });
    if (this.engine.gate && !this.engine.gate.is_open) troubles.push({ words: this.view.text('closed') });
    for (const words of this.failures) troubles.push({ words });
    if (refused) troubles.push({ words: this.view.text('refused', { n: refused }) });
    if (!this.engine.store.isLasting) troubles.push({ words: this.view.text('no_storage') });
    else if (this.facts && this.facts.full > 0.9) troubles.push({ words: this.view.text('nearly_full') });
    else if (isDevice && this.facts && !this.facts.persisted) troubles.push({ words: this.view.text('not_persisted'), isHint: true });
    if (this.engine.clock.offset !== null && Math.abs(this.engine.clock.offset) > 120_000) troubles.push({ words: this.view.text('clock', { n: Math.round(Math.abs(this.engine.clock.offset) / 60_000) }), isHint: true });
    this.view.troubles(troubles);
    page.dataset['state'] = state;
  }
}
