/** Scans wait here, on the device, until the server has answered: nothing scanned is lost, and an id counts once. */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';

export type Way = 'in' | 'out';
export type Method = 'camera' | 'scanner' | 'typed';

export interface Kept {
  id: string;
  seq: number;
  code: string;
  direction: Way;
  scanned_at: string;
  method: Method;
  /** Where it is sent: gate, and rehearsal if it was one. */
  url: string;
  /** The server would not take it; it stays here for the supervisor. */
  refused?: boolean;
}

interface Schema extends DBSchema {
  scans: { key: string; value: Kept; indexes: { seq: number } };
  numbers: { key: string; value: number };
}

export interface Badge {
  reference: string; category: string; category_label: string; name: string; passport_name: string; company: string;
  country: string; country_name: string; language: string;
}

export interface Result {
  id: string; verdict: string; lets_in: boolean; icon: string; title: string; reason: string; advice: string; time: string;
  counted: boolean; repeated: boolean; badge: Badge | null;
}

export interface Answer {
  results: Result[];
  counters: { visits: number; inside: number };
  is_open: boolean;
}

/** `offline`: try again later; `signed-out`: somebody has to sign in; `refused`: the server does not want these. */
export type Outcome = { state: 'sent'; answer: Answer } | { state: 'offline' | 'signed-out' | 'refused' };

const MOST = 100;
const PATIENCE = 6000;

export class Queue {
  private constructor(private readonly db: IDBPDatabase<Schema> | null) {}

  private readonly memory = new Map<string, Kept>();
  private number = 0;
  readonly device = deviceName();

  /** Without IndexedDB (a private window of some browsers) scans are kept as long as the page is open. */
  static async open(): Promise<Queue> {
    try {
      return new Queue(await openDB<Schema>('fairs-gate', 1, {
        upgrade(db) {
          db.createObjectStore('scans', { keyPath: 'id' }).createIndex('seq', 'seq');
          db.createObjectStore('numbers');
        },
      }));
    } catch {
      return new Queue(null);
    }
  }

  async keep(scan: Omit<Kept, 'id' | 'seq' | 'scanned_at'>): Promise<Kept> {
    const kept: Kept = { ...scan, id: newId(), seq: await this.nextNumber(), scanned_at: new Date().toISOString() };
    if (this.db) await this.db.put('scans', kept);
    else this.memory.set(kept.id, kept);
    return kept;
  }

  private async nextNumber(): Promise<number> {
    if (!this.db) return ++this.number;
    const work = this.db.transaction('numbers', 'readwrite');
    const next = ((await work.store.get('seq')) ?? 0) + 1;
    await work.store.put(next, 'seq');
    await work.done;
    return next;
  }

  async all(): Promise<Kept[]> {
    return this.db ? this.db.getAllFromIndex('scans', 'seq') : [...this.memory.values()];
  }

  private async remove(ids: string[]): Promise<void> {
    for (const id of ids) {
      this.memory.delete(id);
      await this.db?.delete('scans', id);
    }
  }

  private async refuse(scans: Kept[]): Promise<void> {
    for (const scan of scans) {
      const refused = { ...scan, refused: true };
      if (this.db) await this.db.put('scans', refused);
      else this.memory.set(scan.id, refused);
    }
  }

  /** Sends the oldest scans of one address. What was answered is forgotten; everything else stays. */
  async send(csrf: string): Promise<Outcome | null> {
    const waiting = (await this.all()).filter((scan) => !scan.refused);
    const first = waiting[0];
    if (!first) return null;
    const batch = waiting.filter((scan) => scan.url === first.url).slice(0, MOST);
    const outcome = await this.post(first.url, batch, csrf);
    if (outcome.state === 'sent') await this.remove(outcome.answer.results.map((result) => result.id));
    if (outcome.state === 'refused') {
      // One that the server does not take must not hold up the others: find it by sending one at a time.
      if (batch.length === 1) await this.refuse(batch);
      else {
        const results: Result[] = [];
        let last: Answer | null = null;
        for (const scan of batch) {
          const single = await this.post(scan.url, [scan], csrf);
          if (single.state === 'sent') {
            last = single.answer;
            results.push(...single.answer.results);
            await this.remove([scan.id]);
          } else if (single.state === 'refused') await this.refuse([scan]);
          else return single;
        }
        if (last) return { state: 'sent', answer: { ...last, results } };
      }
    }
    return outcome;
  }

  private async post(url: string, batch: Kept[], csrf: string): Promise<Outcome> {
    let answer: Response;
    try {
      answer = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        signal: AbortSignal.timeout(PATIENCE),
        headers: { 'Content-Type': 'application/json', 'X-CSRFToken': csrf, Accept: 'application/json' },
        body: JSON.stringify({
          device: this.device,
          sent_at: new Date().toISOString(),
          scans: batch.map(({ id, seq, code, direction, scanned_at, method }) => ({ id, seq, code, direction, scanned_at, method })),
        }),
      });
      if (answer.ok) return { state: 'sent', answer: (await answer.json()) as Answer };
    } catch {
      return { state: 'offline' };
    }
    // Sent to the sign-in page, or the session's token is of another session: signing in again helps.
    if (answer.type === 'opaqueredirect' || [400, 401, 403].includes(answer.status)) return { state: 'signed-out' };
    return { state: [404, 409, 413, 415, 422].includes(answer.status) ? 'refused' : 'offline' };
  }
}

function newId(): string {
  // randomUUID exists only on secure addresses; a test stand in a hall may be reached by its number.
  return globalThis.crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function deviceName(): string {
  try {
    const known = localStorage.getItem('fairs-device');
    if (known) return known;
    const made = `screen-${newId().replace(/-/g, '').slice(0, 12)}`;
    localStorage.setItem('fairs-device', made);
    return made;
  } catch {
    return 'screen';
  }
}
