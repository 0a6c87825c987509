/** What this device keeps: events until the server has answered, who is inside by its own scans, the bundle, its token. */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';

export type Way = 'in' | 'out';
export type Method = 'camera' | 'scanner' | 'typed';
export type Kind = 'scan' | 'undo' | 'admit' | 'bind' | 'revoke' | 'replace' | 'open_gate' | 'close_gate';

/** Something that happened here and that the server must hear of, in the order of ``seq``. */
export interface GateEvent {
  id: string;
  seq: number;
  kind: Kind;
  /** Where it is sent; a rehearsal's scans go elsewhere than real ones. */
  url: string;
  gate: string;
  direction: Way;
  /** By this device's clock, right or wrong. */
  scanned_at: string;
  clock_offset_ms?: number;
  code?: string;
  method?: Method;
  verdict?: string;
  of?: string;
  reason?: string;
  supervisor?: number;
  person_code?: string;
  /** The server would not take it; it stays here for the supervisor. */
  refused?: boolean;
}

/** Where the wearer of a badge is, by the scans of this device: at the fair, and in which of its halls. Times are of the fair's clock. */
export interface Seen {
  day: string; first_in_at: string | null; inside_since: string | null; last_out_at: string | null;
  zone: string | null; zone_since: string | null;
  /** First entry and number of entries by the code of the hall; the fair as such has none. */
  firsts: Record<string, string>; entries: Record<string, number>;
}
export interface Enrolled { token: string; device: string; fair: string; fair_name: string; valid_from: string; valid_to: string; revoked?: boolean }

interface Schema extends DBSchema {
  scans: { key: string; value: GateEvent; indexes: { seq: number } };
  numbers: { key: string; value: number };
  seen: { key: string; value: Seen };
  things: { key: string; value: unknown };
}

/** Storage is full: the scan is not kept, and the guard must know. */
export class NotKept extends Error {}

export class Store {
  private readonly memory = new Map<string, GateEvent>();
  private readonly places = new Map<string, Seen>();
  private number = 0;

  private constructor(private readonly db: IDBPDatabase<Schema> | null) {}

  /** Without IndexedDB (a private window of some browsers) events are kept as long as the page is open. */
  static async open(): Promise<Store> {
    try {
      const store = new Store(await openDB<Schema>('fairs-gate', 2, {
        upgrade(db, from) {
          if (from < 1) {
            db.createObjectStore('scans', { keyPath: 'id' }).createIndex('seq', 'seq');
            db.createObjectStore('numbers');
          }
          db.createObjectStore('seen');
          db.createObjectStore('things');
        },
        blocking(_old, _new, event) { (event.target as IDBDatabase).close(); },
      }));
      await store.recall();
      return store;
    } catch {
      return new Store(null);
    }
  }

  /** Who is inside stands in memory, too: a look there costs nothing while somebody waits. What is of earlier days goes. */
  private async recall(): Promise<void> {
    if (!this.db) return;
    const [keys, values, number] = await Promise.all([this.db.getAllKeys('seen'), this.db.getAll('seen'), this.db.get('numbers', 'seq')]);
    this.number = number ?? 0;
    const newest = values.reduce((day, one) => (one.day > day ? one.day : day), '');
    const old = new Date(Date.parse(newest || '2000-01-01') - 2 * 86_400_000).toISOString().slice(0, 10);
    keys.forEach((key, at) => {
      const one = values[at];
      if (one && one.day >= old) this.places.set(key, one);
      else void this.db?.delete('seen', key);
    });
  }

  get isLasting(): boolean {
    return this.db !== null;
  }

  /** Keeps an event, and where it leaves the wearer, on the disk before anything is shown. Raises NotKept. */
  async add(event: Omit<GateEvent, 'id' | 'seq'>, place?: { key: string; seen: Seen | null }): Promise<GateEvent> {
    if (!this.db) {
      const kept = { ...event, id: newId(), seq: ++this.number };
      this.memory.set(kept.id, kept);
      if (place) this.remember(place.key, place.seen);
      return kept;
    }
    try {
      const work = this.db.transaction(['scans', 'numbers', 'seen'], 'readwrite', { durability: 'strict' });
      const kept: GateEvent = { ...event, id: newId(), seq: ++this.number };
      const writes: Promise<unknown>[] = [work.objectStore('numbers').put(kept.seq, 'seq'), work.objectStore('scans').put(kept)];
      if (place) writes.push(place.seen ? work.objectStore('seen').put(place.seen, place.key) : work.objectStore('seen').delete(place.key));
      work.commit();
      await Promise.all([...writes, work.done]);
      if (place) this.remember(place.key, place.seen);
      return kept;
    } catch (error) {
      throw new NotKept((error as Error).name);
    }
  }

  private remember(key: string, seen: Seen | null): void {
    if (seen) this.places.set(key, seen);
    else this.places.delete(key);
  }

  seen(key: string): Seen | null {
    return this.places.get(key) ?? null;
  }

  async setSeen(key: string, seen: Seen | null): Promise<void> {
    this.remember(key, seen);
    if (!this.db) return;
    if (seen) await this.db.put('seen', seen, key).catch(() => undefined);
    else await this.db.delete('seen', key);
  }

  /** Events in their order. Those of an older version of this page know no kind: they are scans. */
  async waiting(): Promise<GateEvent[]> {
    const all = this.db ? await this.db.getAllFromIndex('scans', 'seq') : [...this.memory.values()];
    return all.map((event) => ({ ...event, kind: event.kind ?? 'scan' }));
  }

  async remove(ids: string[]): Promise<void> {
    for (const id of ids) this.memory.delete(id);
    if (!this.db || !ids.length) return;
    const work = this.db.transaction('scans', 'readwrite');
    await Promise.all([...ids.map((id) => work.store.delete(id)), work.done]);
  }

  async refuse(event: GateEvent): Promise<void> {
    const refused = { ...event, refused: true };
    if (this.db) await this.db.put('scans', refused);
    else this.memory.set(event.id, refused);
  }

  async thing<T>(key: string): Promise<T | null> {
    return ((this.db ? await this.db.get('things', key) : undefined) as T | undefined) ?? null;
  }

  async setThing(key: string, value: unknown): Promise<void> {
    await this.db?.put('things', value, key);
  }

  async dropThing(key: string): Promise<void> {
    await this.db?.delete('things', key);
  }
}

export function newId(): string {
  // randomUUID exists only on secure addresses; a test stand in a hall may be reached by its number.
  return globalThis.crypto.randomUUID?.() ?? hexOf(crypto.getRandomValues(new Uint8Array(16)));
}

function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function remembered(key: string, value?: string): string | null {
  try {
    if (value !== undefined) localStorage.setItem(key, value);
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** The name of a browser that was not enrolled: the same each day, so that its scans belong together. */
export function browserName(): string {
  const known = remembered('fairs-device');
  if (known) return known;
  return remembered('fairs-device', `screen-${newId().replace(/-/g, '').slice(0, 12)}`) ?? 'screen';
}
