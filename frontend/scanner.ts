/** The gate: camera, hand scanner and typing on one side, verdicts on the other, this device's own judgement between.
 *  Two doors lead to it: a page of staff, which judges with their session, and the application at /gate/ for enrolled devices. */
import { Bundle } from './scanner/bundle';
import { Camera } from './scanner/camera';
import { Clock } from './scanner/clock';
import { askReason, Supervisors } from './scanner/dialogs';
import { enrolFrom, type Enrolment } from './scanner/enrol';
import { Engine, letsIn, type Scanned } from './scanner/engine';
import { Menu } from './scanner/menu';
import { Sender, type Answer } from './scanner/sender';
import { play, soundOf, wakeSound } from './scanner/sounds';
import { storageFacts, type StorageFacts } from './scanner/storage';
import { browserName, NotKept, remembered, Store, type Enrolled, type Method, type Way } from './scanner/store';
import { element, name, View, type Shown } from './scanner/view';
import { listenToKeys } from './scanner/wedge';

const page = element('gate');
const view = new View(page);
const setting = (name: string): string => page.dataset[name] ?? '';
const isDevice = setting('door') === 'device';

/** How long a guard waits for the server's verdict where the device cannot judge by itself. */
const PATIENCE = 2500;
const UNDO_MS = 10_000;
const PULSE_MS = 20_000;
const BUNDLE_MS = 60_000;
const MOST_CHANGES = 1_000_000;

interface Kept { full: ArrayBuffer; changes: ArrayBuffer[] }
class Gate {
  private loud = remembered('fairs-sound') !== 'off';
  private readonly scans = new Map<string, { scan: Scanned; shown: Shown; at: number }>();
  private readonly awaited = new Set<string>();
  /** Acts that the server did not do; they stay in sight until the page is opened anew. */
  private readonly failures = new Set<string>();
  private latest: Scanned | null = null;
  private facts: StorageFacts | null = null;
  private menu: Menu | null = null;
  private readonly supervisors: Supervisors;
  private loading: Promise<void> | null = null;

  constructor(private readonly engine: Engine, private readonly sender: Sender, private readonly enrolled: Enrolled | null, private readonly isCleared: boolean) {
    this.supervisors = new Supervisors(view, engine.store, () => engine.bundle?.header.supervisors ?? []);
  }

  private address(name: 'send' | 'bundle' | 'pulse' | 'people'): string {
    if (!this.enrolled) return setting(name);
    return `/api/v1/fairs/${this.enrolled.fair}/${{ send: 'scans', bundle: 'gate-bundle', pulse: 'gate-pulse', people: 'gate-people' }[name]}`;
  }

  async start(): Promise<void> {
    this.tools();
    this.engine.place = { url: this.address('send'), gate: setting('gate'), way: (setting('firstWay') || 'in') as Way };
    await this.openBundle();
    this.menu = new Menu({
      engine: this.engine, view, sender: this.sender, supervisors: this.supervisors, people: () => this.address('people'), latest: () => this.latest,
      done: (words) => { view.troubles([]); element('spoken').textContent = words; this.flash(words); }, failed: () => this.notKept(),
    });
    if (isDevice) await this.choose();
    window.addEventListener('online', () => { void this.beat(); });
    window.addEventListener('offline', () => { void this.report(); });
    document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'visible') void this.beat(); });
    const first = this.beat();
    if (!this.engine.bundle) await Promise.race([first.then(() => this.loading), new Promise((resolve) => { window.setTimeout(resolve, PATIENCE); })]);
    window.setInterval(() => { void this.beat(); }, PULSE_MS);
    window.setInterval(() => { void this.refresh(); }, BUNDLE_MS);
    this.ways();
    stayAwake();
    const scan = (code: string, method: Method) => { void this.scan(code, method); };
    listenToKeys(element<HTMLInputElement>('code'), element<HTMLFormElement>('typed'), scan);
    await this.engine.warm();
    page.dataset['ready'] = 'yes';
    if (setting('open') !== 'no') await startCamera((code) => scan(code, 'camera'));
  }

  // --- a scan ---------------------------------------------------------------------------------------------------------

  async scan(code: string, method: Method): Promise<void> {
    if (this.menu?.taker) {
      play((await this.menu.taker(code)) ? 'good' : 'bad', this.loud);
      return;
    }
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
    const shown = view.judged(scan);
    this.scans.set(scan.event.id, { scan, shown, at: performance.now() });
    if (scan.judgement) {
      view.show(shown);
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
    if (!view.isShowing(shown.id)) view.show(shown);
    this.row(shown);
    play(soundOf(shown.verdict), this.loud);
    void this.report();
  }

  /** The verdict that must never be missed: the scan is not on the disk, so it is as if it had not happened. */
  private notKept(): void {
    const shown: Shown = { id: '', verdict: 'not_kept', badge: null, reason: view.text('not_kept_why'), advice: view.words.verdicts['not_kept']?.advice ?? '', note: '', time: '', state: 'differs' };
    view.show(shown);
    play('bad', this.loud);
  }

  private flash(words: string): void {
    view.show({ id: '', verdict: 'bound', badge: null, reason: words, advice: '', note: '', time: '', state: 'confirmed' });
    void this.report();
  }

  private row(shown: Shown): void {
    const known = this.scans.get(shown.id);
    let act = null;
    if (known && shown.state !== 'undone' && shown.verdict !== 'kept') {
      const left = UNDO_MS - (performance.now() - known.at);
      if (!letsIn(shown.verdict)) act = { label: view.text('admit'), icon: 'user-check', run: () => { void this.admit(shown.id); } };
      else if (left > 0) {
        act = { label: view.text('undo'), icon: 'arrow-back-up', run: () => { void this.undo(shown.id); } };
        window.setTimeout(() => { const now = this.scans.get(shown.id); if (now?.shown.state !== 'undone') view.row(now?.shown ?? shown, null); }, left);
      }
    }
    view.row(shown, act);
  }

  private async undo(id: string): Promise<void> {
    const known = this.scans.get(id);
    if (!known || performance.now() - known.at > UNDO_MS) return;
    // Whoever presses in time has done it in time, however long the reason takes.
    const pressedAt = new Date().toISOString();
    const reason = await askReason(view, view.text('undo_why'), view.text('reasons_undo').split('|'));
    if (!reason) return;
    try {
      await this.engine.undo(known.scan, reason, pressedAt);
    } catch { this.notKept(); return; }
    known.shown = { ...known.shown, state: 'undone', note: view.text('undone') };
    view.row(known.shown);
    await this.report();
    void this.sender.send();
  }

  private async admit(id: string): Promise<void> {
    const known = this.scans.get(id);
    const person = known ? await this.supervisors.require() : null;
    const reason = person ? await askReason(view, view.text('admit_why'), view.text('reasons_admit').split('|')) : null;
    if (!known || !person || !reason) return;
    try {
      await this.engine.admit(known.scan, reason, person.id);
    } catch { this.notKept(); return; }
    known.shown = { ...known.shown, verdict: 'admitted', state: 'confirmed', reason: '', advice: '', note: view.text('admitted_by', { name: person.name }) };
    view.show(known.shown);
    play('good', this.loud);
    view.row(known.shown);
    void this.report();
    void this.sender.send();
  }

  /** What the server says of what was handed in. */
  answered(answer: Answer): void {
    if (answer.counters) view.counters(answer.counters);
    for (const result of answer.results) {
      if (result.outcome !== undefined) {
        if (!['done', 'waiting'].includes(result.outcome)) this.failures.add(view.text('act_failed', { message: result.message ?? '' }));
        void this.refresh();
        continue;
      }
      const known = this.scans.get(result.id);
      if (!known) {
        if (result.badge) view.row({ id: result.id, verdict: result.verdict, badge: result.badge, reason: '', advice: '', note: '', time: '', state: 'confirmed' });
        continue;
      }
      if (known.shown.state === 'undone' || known.shown.verdict === 'admitted') continue;
      const before = known.shown;
      known.shown = view.answered(before, result);
      const isNews = before.verdict !== known.shown.verdict;
      if (isNews) void this.engine.learn(known.scan, result.verdict, result.since ?? null);
      if (this.awaited.delete(result.id) || (isNews && (view.isShowing(result.id) || known.shown.state === 'differs')) ) {
        view.show(known.shown);
        if (before.verdict === 'kept' || isNews) play(soundOf(known.shown.verdict), this.loud);
      } else if (view.isShowing(result.id)) view.show(known.shown);
      this.row(known.shown);
    }
  }

  // --- the bundle, the network, the storage ---------------------------------------------------------------------------

  private bundleKey(): string {
    return `bundle:${this.address('bundle')}`;
  }

  private async openBundle(): Promise<void> {
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
    const address = this.address('bundle');
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
    if (isDevice) this.gateNames();
    await this.report();
  }

  /** Every twenty seconds: is the server there, what is its time, what has passed; and whatever waits is handed in. */
  private async beat(): Promise<void> {
    this.facts = await storageFacts();
    const kept = await this.engine.store.waiting();
    const waiting = kept.length;
    const sent = performance.now();
    const body = { gate: this.engine.place.gate, backlog: waiting, clock_offset_ms: this.engine.clock.offset, facts: { ...this.facts, way: this.engine.place.way, gate: this.engine.place.gate, badges: this.engine.bundle?.size ?? 0, refused: kept.filter((event) => event.refused).length } };
    const answer = await this.sender.ask(this.address('pulse'), body);
    if (answer) {
      const pulse = (await answer.json()) as { server_time: string; visits: number; inside: number; gate: { passed_in: number; passed_out: number; refused: number } };
      this.engine.clock.measure(pulse.server_time, sent);
      view.counters(pulse);
      const figures = document.getElementById('gate-figures');
      if (figures) figures.textContent = view.text('figures', { passed_in: pulse.gate.passed_in, passed_out: pulse.gate.passed_out, refused: pulse.gate.refused });
      if (!this.engine.bundle) void this.refresh();
    }
    if (waiting && (answer || this.sender.state === 'revoked' || this.sender.state === 'not-today')) void this.sender.send();
    await this.report();
  }

  async report(): Promise<void> {
    const all = await this.engine.store.waiting();
    const refused = all.filter((event) => event.refused).length;
    const { state } = this.sender;
    view.networkState(state !== 'offline' && navigator.onLine, all.length - refused);
    const troubles: { words: string; href?: string }[] = [];
    if (this.isCleared) troubles.push({ words: view.text('cleared') });
    if (state === 'signed-out' && !isDevice) troubles.push({ words: view.text('signed_out'), href: setting('login') });
    if (state === 'revoked' || state === 'unknown' || state === 'not-today') troubles.push({ words: view.text(state.replace('-', '_')) });
    if (this.engine.gate && !this.engine.gate.is_open) troubles.push({ words: view.text('closed') });
    for (const words of this.failures) troubles.push({ words });
    if (refused) troubles.push({ words: view.text('refused', { n: refused }) });
    if (!this.engine.store.isLasting) troubles.push({ words: view.text('no_storage') });
    else if (this.facts && this.facts.full > 0.9) troubles.push({ words: view.text('nearly_full') });
    else if (isDevice && this.facts && !this.facts.persisted) troubles.push({ words: view.text('not_persisted') });
    if (this.engine.clock.offset !== null && Math.abs(this.engine.clock.offset) > 120_000) troubles.push({ words: view.text('clock', { n: Math.round(Math.abs(this.engine.clock.offset) / 60_000) }) });
    view.troubles(troubles);
    page.dataset['state'] = state;
  }

  // --- gate, direction, tools -----------------------------------------------------------------------------------------

  /** The gates of this device's scope; the one that was chosen last stays chosen. */
  private async choose(): Promise<void> {
    // Two scans side by side need the whole page, and a person who signs in.
    const settle = element<HTMLAnchorElement>('settle');
    settle.hidden = !this.enrolled;
    settle.href = `/fairs/${this.enrolled?.fair ?? ''}/scan-conflicts/`;
    const list = element<HTMLSelectElement>('choose-gate');
    list.addEventListener('change', () => { this.enter(list.value); });
    const chosen = remembered('fairs-gate-chosen') ?? '';
    this.engine.place.gate = chosen;
    if (!this.engine.bundle) await Promise.race([this.refresh(), new Promise((resolve) => { window.setTimeout(resolve, 10_000); })]);
    this.gateNames();
    const gates = this.engine.bundle?.header.gates ?? [];
    const gate = gates.find((one) => one.code === chosen) ?? gates[0];
    if (gate) this.enter(gate.code);
  }

  private gateNames(): void {
    const gates = this.engine.bundle?.header.gates ?? [];
    const list = element<HTMLSelectElement>('choose-gate');
    list.replaceChildren(...gates.map((gate) => new Option(name(gate), gate.code, false, gate.code === this.engine.place.gate)));
    element('gate-title').textContent = list.selectedOptions[0]?.text ?? this.enrolled?.fair_name ?? '';
    element('gate-fair').textContent = this.enrolled?.fair_name ?? '';
  }

  private enter(code: string): void {
    remembered('fairs-gate-chosen', code);
    this.engine.place.gate = code;
    const gate = this.engine.gate;
    this.engine.place.way = gate?.direction === 'out' ? 'out' : 'in';
    element('ways').hidden = gate?.direction !== 'both';
    this.markWay();
    this.gateNames();
    void this.report();
  }

  private markWay(): void {
    for (const one of document.querySelectorAll<HTMLElement>('[data-way]')) {
      if (one.dataset['way'] === this.engine.place.way) one.setAttribute('aria-current', 'true');
      else one.removeAttribute('aria-current');
    }
  }

  /** In and out without loading the page again, so that no scan falls into the gap. */
  private ways(): void {
    for (const link of document.querySelectorAll<HTMLAnchorElement>('[data-way]')) {
      link.addEventListener('click', (event) => {
        event.preventDefault();
        this.engine.place.way = link.dataset['way'] as Way;
        this.markWay();
        if (!isDevice) history.replaceState(null, '', link.href);
      });
    }
  }

  private tools(): void {
    element('tools').hidden = false;
    const sound = element('sound');
    const full = element('full');
    sound.setAttribute('aria-pressed', String(this.loud));
    sound.addEventListener('click', () => {
      this.loud = !this.loud;
      remembered('fairs-sound', this.loud ? 'on' : 'off');
      sound.setAttribute('aria-pressed', String(this.loud));
      play(soundOf('welcome'), this.loud);
    });
    full.hidden = !document.fullscreenEnabled;
    full.addEventListener('click', () => { void (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()); });
    document.addEventListener('fullscreenchange', () => full.setAttribute('aria-pressed', String(document.fullscreenElement !== null)));
    for (const type of ['pointerdown', 'keydown']) document.addEventListener(type, wakeSound, { once: true });
  }
}

async function startCamera(onCode: (code: string) => void): Promise<Camera | null> {
  const words = element('camera-words');
  const start = element('start-camera');
  if (!Camera.isPossible()) {
    words.textContent = view.text('none');
    return null;
  }
  const camera = new Camera(element<HTMLVideoElement>('camera'), setting('wasm'), onCode);
  const torch = element('torch');
  const turn = element('turn-camera');
  const shown = async (begin: Promise<string | null>) => {
    const trouble = await begin;
    element('no-camera').hidden = trouble === null;
    element('frame').hidden = trouble !== null;
    start.hidden = trouble === null;
    if (trouble) words.textContent = view.text(trouble);
    torch.hidden = trouble !== null || !camera.hasTorch();
    turn.hidden = trouble !== null || !(await camera.hasSeveral());
  };
  start.addEventListener('click', () => { void shown(camera.start()); });
  turn.addEventListener('click', () => { void shown(camera.turn()); });
  torch.addEventListener('click', () => {
    const on = torch.getAttribute('aria-pressed') !== 'true';
    torch.setAttribute('aria-pressed', String(on));
    void camera.setTorch(on);
  });
  await shown(camera.start());
  return camera;
}

/** The screen of a gate must not go dark between two visitors. */
function stayAwake(): void {
  const ask = () => { if (document.visibilityState === 'visible') navigator.wakeLock?.request('screen').catch(() => undefined); };
  document.addEventListener('visibilitychange', ask);
  ask();
}

async function start(): Promise<void> {
  const store = await Store.open();
  const known = isDevice ? await enrolFrom(store, view, startCamera) : ({ enrolled: await store.thing<Enrolled>('device'), isCleared: false } satisfies Enrolment);
  const clock = new Clock('fairs-clock');
  let gate: Gate | null = null;
  const sender = new Sender(
    store, clock, { csrf: setting('csrf'), device: isDevice ? (known.enrolled?.device ?? '') : browserName(), enrolled: known.enrolled },
    (answer) => gate?.answered(answer), () => { void gate?.report(); },
  );
  gate = new Gate(new Engine(store, clock), sender, isDevice ? known.enrolled : null, known.isCleared);
  await gate.start();
}

void start();
