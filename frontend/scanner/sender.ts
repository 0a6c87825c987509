/** Hands in what waits on this device, in order, for ever: what the server has answered is forgotten, everything else stays. */
import type { Clock } from './clock';
import type { Enrolled, GateEvent, Store } from './store';

export interface Badge { reference: string; category: string; name: string; passport_name: string; company: string; country: string; language?: string }

/** What the server says of one event. ``reason`` is one plain sentence in the reader's language, where there is one. */
export interface Result {
  id: string; verdict: string; lets_in: boolean; counted: boolean; repeated: boolean; since?: string | null; scanned_at?: string; reason?: string; advice?: string; message?: string; badge?: Badge | null;
  /** Of an act instead of a scan: what became of it. */
  outcome?: string;
}
export interface Counters { visits: number; inside: number }
export interface Answer { results: Result[]; counters?: Counters; is_open?: boolean; server_time?: string }

/** ``signed-out``: somebody has to sign in; ``revoked``: staff have revoked the device; ``unknown``: its token is none any more. */
export type State = 'online' | 'offline' | 'signed-out' | 'revoked' | 'unknown' | 'not-today';

const MOST = 100;
const ANSWERS = /^application\/(?:json|problem\+json|vnd\.fairs\.gate-bundle)\b/;
const PATIENCE = 8000;
/** Milliseconds between tries while something waits: quick at first, then patient, and never at an end. */
const RETRIES = [1000, 2000, 4000, 8000, 15_000, 30_000, 60_000];

/** What the server refused is offered again at each start (a newer version may be understood) and once an hour. */
const REFUSED_AGAIN = 3_600_000;

export interface Credentials { csrf: string; device: string; enrolled: Enrolled | null }

export class Sender {
  state: State = navigator.onLine ? 'online' : 'offline';
  private sending: Promise<void> | null = null;
  private again = false;
  private retry = 0;
  private tries = 0;
  /** When an event was refused last while this page is open, by performance.now(). */
  private readonly refusedAt = new Map<string, number>();

  constructor(
    private readonly store: Store, private readonly clock: Clock, readonly credentials: Credentials,
    private readonly onAnswer: (answer: Answer) => void, private readonly onChange: (state: State) => void,
  ) {}

  /** Sends all that waits. One sending at a time; what comes meanwhile goes with the next. */
  async send(): Promise<void> {
    this.again = true;
    while (this.again) {
      this.sending ??= this.sendAll().finally(() => { this.sending = null; });
      await this.sending;
    }
  }

  private async sendAll(): Promise<void> {
    while (this.again) {
      this.again = false;
      const failed = new Set<string>();
      for (;;) {
        const waiting = (await this.store.waiting()).filter((event) => this.isDue(event) && !failed.has(event.url));
        const first = waiting[0];
        if (!first) break;
        const batch = waiting.filter((event) => event.url === first.url).slice(0, MOST);
        const state = await this.hand(first.url, batch);
        // A gate where somebody else would have to sign in does not hold up the others.
        if (state !== 'online') failed.add(first.url);
        if (state === 'offline') break;
      }
      if (failed.size) this.later();
      else this.tries = 0;
    }
    this.onChange(this.state);
  }

  private isDue(event: GateEvent): boolean {
    const at = this.refusedAt.get(event.id);
    return at === undefined || performance.now() - at > REFUSED_AGAIN;
  }

  later(): void {
    window.clearTimeout(this.retry);
    const pause = RETRIES[Math.min(this.tries, RETRIES.length - 1)] ?? 60_000;
    // Devices that lost the network together must not all come back in the same second.
    this.retry = window.setTimeout(() => { void this.send(); }, pause * (0.8 + Math.random() * 0.4));
    this.tries += 1;
  }

  private async hand(url: string, batch: GateEvent[]): Promise<State> {
    const answer = await this.post(url, batch);
    if (typeof answer === 'string') {
      if (answer !== 'refused') return answer;
      if (batch.length === 1 && batch[0]) {
        this.refusedAt.set(batch[0].id, performance.now());
        if (!batch[0].refused) await this.store.refuse(batch[0]).catch(() => undefined);
        return 'online';
      }
      // One that the server does not take must not hold up the others: find it by sending one at a time.
      for (const event of batch) {
        const state = await this.hand(url, [event]);
        if (state !== 'online') return state;
      }
      return 'online';
    }
    const known = new Set(batch.map((event) => event.id));
    const done = answer.results.filter((result) => known.has(result.id));
    if (!done.length) return 'offline';
    await this.store.remove(done.map((result) => result.id));
    this.onAnswer(answer);
    return 'online';
  }

  private async post(url: string, batch: GateEvent[]): Promise<Answer | State | 'refused'> {
    const isDevice = url.startsWith('/api/');
    if (isDevice && !this.credentials.enrolled) return this.turn('unknown');
    if (!isDevice && !this.credentials.csrf) return 'signed-out';
    const answer = await this.call(url, {
      ...(isDevice ? {} : { device: this.credentials.device }),
      sent_at: new Date().toISOString(),
      scans: batch.map(handedIn),
    });
    if (!answer) return this.turn('offline');
    if (answer.ok) {
      this.turn('online');
      return ((await answer.json().catch(() => null)) as Answer | null) ?? this.turn('offline');
    }
    return this.blocked(answer, isDevice) ?? ([404, 409, 413, 415, 422].includes(answer.status) ? 'refused' : this.turn('offline'));
  }

  /** Asks the server for something else than scans, with the same credentials; null when it cannot be reached or does not want to. */
  async ask(url: string, body?: unknown): Promise<Response | null> {
    const answer = await this.reach(url, body);
    return answer?.ok ? answer : null;
  }

  /** As ask, but what the server has against it comes back in its words; null only when it cannot be reached. */
  async tell(url: string, body?: unknown): Promise<{ ok: boolean; words: string; body: unknown } | null> {
    const answer = await this.reach(url, body);
    if (!answer) return null;
    const told = (await answer.json().catch(() => ({}))) as { title?: string };
    return { ok: answer.ok, words: answer.ok ? '' : (told.title ?? String(answer.status)), body: told };
  }

  private async reach(url: string, body?: unknown): Promise<Response | null> {
    const answer = await this.call(url, body);
    if (answer?.ok) this.turn('online');
    else if (!answer || (!(await this.blockedLater(answer.clone(), url.startsWith('/api/'))) && answer.status >= 500)) this.turn('offline');
    return answer && answer.status < 500 ? answer : null;
  }

  private async blockedLater(answer: Response, isDevice: boolean): Promise<boolean> {
    if (isDevice && (answer.status === 401 || answer.status === 403)) {
      const { code } = ((await answer.json().catch(() => null)) ?? {}) as { code?: string };
      if (code === 'not_supervisor') return false; // the person may not; the device may
      this.turn(answer.status === 403 ? 'not-today' : code === 'device_revoked' ? 'revoked' : 'unknown');
      return true;
    }
    return this.blocked(answer, isDevice) !== null;
  }

  /** Sent to the sign-in page, or the session's token is of another session: signing in again helps. */
  private blocked(answer: Response, isDevice: boolean): State | null {
    if (isDevice) return [401, 403].includes(answer.status) ? this.turn('unknown') : null;
    return answer.type === 'opaqueredirect' || [400, 401, 403].includes(answer.status) ? this.turn('signed-out') : null;
  }

  private turn(state: State): State {
    const changed = state !== this.state;
    this.state = state;
    if (changed) this.onChange(state);
    return state;
  }

  private async call(url: string, body?: unknown): Promise<Response | null> {
    const isDevice = url.startsWith('/api/');
    const headers: Record<string, string> = { Accept: 'application/json', 'Accept-Language': document.documentElement.lang };
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    if (isDevice) headers['Authorization'] = `Bearer ${this.credentials.enrolled?.token ?? ''}`;
    else if (body !== undefined) headers['X-CSRFToken'] = this.credentials.csrf;
    const sent = performance.now();
    try {
      const answer = await fetch(url, {
        method: body === undefined ? 'GET' : 'POST', redirect: 'manual', cache: 'no-store', signal: AbortSignal.timeout(PATIENCE), headers,
        credentials: isDevice ? 'omit' : 'same-origin',
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      // What answers instead of the server (the page of a hall's network, a proxy) is no answer.
      if (isDevice && !ANSWERS.test(answer.headers.get('Content-Type') ?? '')) return null;
      const date = answer.headers.get('Date');
      // The header tells whole seconds: good enough until a pulse tells better.
      if (date && this.clock.offset === null) this.clock.measure(Date.parse(date) + 500, sent);
      return answer;
    } catch {
      return null;
    }
  }
}

/** An event as the server takes it: what was kept for this device only stays here, and an act has no direction of its own. */
function handedIn({ url: _url, refused: _refused, ...event }: GateEvent): Partial<GateEvent> {
  if (event.kind === 'scan') return event;
  const { direction: _direction, ...act } = event;
  return act;
}
