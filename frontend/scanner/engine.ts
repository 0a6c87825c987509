/** Judges on the device: from the bundle and the signature, kept on the disk before anybody sees a verdict. */
import type { Bundle, Face, GateRow, Supervisor, ZoneRow } from './bundle';
import { localTime, type Clock } from './clock';
import { isSigned } from './codes';
import { judge, type Judgement } from './rules';
import type { GateEvent, Kind, Method, Seen, Store, Way } from './store';

export interface Place { url: string; gate: string; way: Way }

/** One scan as the guard sees it. ``judgement`` is null while there is nothing to judge by: then the server's word counts. */
export interface Scanned { event: GateEvent; code: string; judgement: Judgement | null; face: Face | null; category: string; key: string; before: Seen | null; local: string; zone: ZoneRow | null }

const nobody = (day: string): Seen => ({ day, first_in_at: null, inside_since: null, last_out_at: null, zone: null, zone_since: null, firsts: {}, entries: {} });
const LETS_IN = new Set(['welcome', 'already_inside', 'goodbye']);

export const letsIn = (verdict: string): boolean => LETS_IN.has(verdict);

export class Engine {
  bundle: Bundle | null = null;
  place: Place = { url: '', gate: '', way: 'in' };
  /** Badges that somebody revoked or replaced on this device, by their look-up, until the bundle says so. */
  private readonly ended = new Map<string, { at: number; isReplaced: boolean }>();

  constructor(readonly store: Store, readonly clock: Clock) {}

  get gate(): GateRow | null {
    return this.bundle?.header.gates.find((one) => one.code === this.place.gate) ?? null;
  }

  /** The hall behind this gate, as of the last bundle. */
  get zone(): ZoneRow | null {
    const code = this.gate?.zone;
    return this.bundle?.header.zones.find((one) => one.code === code) ?? null;
  }

  supervisor(id: number): Supervisor | null {
    return this.bundle?.header.supervisors.find((one) => one.id === id) ?? null;
  }

  /** The fair's clock now; in a rehearsal the rehearsed day. */
  localNow(): string {
    const fair = this.bundle?.header.fair;
    const local = localTime(this.clock.now(), fair?.time_zone ?? 'Asia/Ho_Chi_Minh');
    return fair?.rehearsal_day ? fair.rehearsal_day + local.slice(10) : local;
  }

  /** Judges a code and keeps the scan; raises NotKept when the device's storage refuses it. */
  async scan(code: string, method: Method): Promise<Scanned> {
    const local = this.localNow();
    const text = code.slice(0, 1000);
    const found = await this.judged(text, local);
    const after = found.judgement && letsIn(found.judgement.verdict) ? this.moved(found.before, local, this.place.way) : undefined;
    const event = await this.store.add(
      this.event('scan', { code: text, method, ...(found.judgement ? { verdict: found.judgement.verdict } : {}) }),
      after && found.key ? { key: found.key, seen: after } : undefined,
    );
    return { event, code: text, local, zone: this.zone, ...found };
  }

  /** Goes the whole way once with a code of nobody, so that the first visitor does not wait for what is made once. */
  async warm(): Promise<void> {
    await this.judged('0'.repeat(114), this.localNow());
  }

  /** What somebody did here is true here at once, whether the server has heard of it or not. */
  async foresee(events: GateEvent[]): Promise<void> {
    for (const { url, kind, gate, scanned_at, code, person_code: person, clock_offset_ms: offset } of events) {
      if (url !== this.place.url) continue; // of another fair, or of a rehearsal
      if (kind === 'open_gate' || kind === 'close_gate') {
        const row = this.bundle?.header.gates.find((one) => one.code === gate);
        if (row) row.is_open = kind === 'open_gate';
      } else if (kind === 'revoke' || kind === 'replace' || kind === 'bind') {
        const found = await this.bundle?.find((kind === 'bind' ? person : code) ?? '');
        if (found) this.ended.set(found.lookup, { at: Date.parse(scanned_at) - (offset ?? 0), isReplaced: kind !== 'revoke' });
      }
    }
  }

  /** The bundle is newer than what was foreseen: only what waited when it was asked for may still be missing in it. */
  async foreseeOnly(events: GateEvent[]): Promise<void> {
    this.ended.clear();
    await this.foresee(events);
  }

  /** An event of this gate and moment, not yet kept. */
  event(kind: Kind, more: Partial<GateEvent>): Omit<GateEvent, 'id' | 'seq'> {
    const { url, gate, way } = this.place;
    return {
      kind, url, gate, direction: way, scanned_at: new Date().toISOString(),
      ...(this.clock.offset === null ? {} : { clock_offset_ms: this.clock.offset }), ...more,
    };
  }

  private async judged(code: string, local: string): Promise<Omit<Scanned, 'event' | 'code' | 'local' | 'zone'>> {
    const nothing = { judgement: null, face: null, category: '', key: '', before: null };
    const { bundle, gate } = this;
    if (!bundle || !gate || !globalThis.crypto?.subtle) return nothing;
    const { fair, public_keys: keys } = bundle.header;
    let found = await bundle.find(code);
    const ended = found && !found.isRevoked ? this.ended.get(found.lookup) : undefined;
    if (found && ended) found = { ...found, isRevoked: true, isReplaced: ended.isReplaced, revokedAt: ended.at };
    const signed = found === null && (await isSigned(code, keys));
    const key = found ? `${this.scope()}|${found.lookup}` : signed ? `${this.scope()}|${code.slice(0, 40)}` : '';
    const before = key ? this.today(key, local) : null;
    const at = found?.isRevoked ? localTime(new Date(found.revokedAt), fair.time_zone) : null;
    const judgement = judge(
      {
        known: found !== null, signed: signed || found !== null, other_fair: false, category: found?.category ?? null,
        // What was revoked before the rehearsed day was revoked in it, and what is revoked since, too.
        revoked_at: at && !found?.isReplaced ? this.past(at, local) : null, replaced_at: at && found?.isReplaced ? this.past(at, local) : null,
        ...this.inZone(before, gate.zone),
      },
      { ...gate, zone: this.zone }, fair, this.place.way, local,
    );
    return { judgement, face: found?.face ?? null, category: found?.category ?? '', key, before };
  }

  private past(at: string, local: string): string {
    return at < local ? at : local;
  }

  private scope(): string {
    const fair = this.bundle?.header.fair;
    return `${fair?.slug ?? ''}${fair?.rehearsal_day ?? ''}`;
  }

  private today(key: string, local: string): Seen | null {
    const seen = this.store.seen(key);
    return seen?.day === local.slice(0, 10) ? seen : null;
  }

  /** What the rules ask of a person: since when in the hall behind this gate, or at the fair where there is none behind it. */
  private inZone(seen: Seen | null, zone: string | null): { first_in_at: string | null; inside_since: string | null; last_out_at: string | null; entries_today: number } {
    const at = zone ?? '';
    const shared = { first_in_at: seen?.firsts[at] ?? null, entries_today: seen?.entries[at] ?? 0 };
    if (zone === null) return { ...shared, inside_since: seen?.inside_since ?? null, last_out_at: seen?.last_out_at ?? null };
    return { ...shared, inside_since: seen?.inside_since && seen.zone === zone ? seen.zone_since : null, last_out_at: null };
  }

  /** Where somebody is after passing this gate (as ``step`` in passes.py): who enters another hall has left the first. */
  private moved(before: Seen | null, local: string, way: Way): Seen {
    const seen = before ?? nobody(local.slice(0, 10));
    const zone = this.gate?.zone ?? null;
    if (way === 'out') {
      const left = { ...seen, zone: null, zone_since: local };
      const isInner = this.bundle?.header.zones.find((one) => one.code === zone)?.is_inner ?? false;
      return isInner ? left : { ...left, inside_since: null, last_out_at: local };
    }
    const at = zone ?? '';
    const was = this.inZone(seen, zone).inside_since !== null;
    return {
      ...seen, first_in_at: seen.first_in_at ?? local, inside_since: seen.inside_since ?? local, zone, zone_since: was ? seen.zone_since : local,
      firsts: { ...seen.firsts, [at]: seen.firsts[at] ?? local }, entries: { ...seen.entries, [at]: (seen.entries[at] ?? 0) + (was ? 0 : 1) },
    };
  }

  /** The wearer is where they were before this scan. */
  async undo(scan: Scanned, reason: string, pressedAt: string): Promise<GateEvent> {
    return this.store.add(this.event('undo', { of: scan.event.id, reason, scanned_at: pressedAt }), scan.key ? { key: scan.key, seen: scan.before } : undefined);
  }

  /** Lets somebody in whom the rules refuse, on a supervisor's word. */
  async admit(scan: Scanned, reason: string, supervisor: number): Promise<GateEvent> {
    const place = scan.key ? { key: scan.key, seen: this.moved(scan.before, this.localNow(), scan.event.direction) } : undefined;
    return this.store.add(this.event('admit', { of: scan.event.id, reason, supervisor }), place);
  }

  /** What the server knows better: who came in by another gate is inside here, too. */
  async learn(scan: Scanned, verdict: string, since: string | null): Promise<void> {
    if (!scan.key) return;
    if (!letsIn(verdict)) return this.store.setSeen(scan.key, scan.before);
    if (verdict !== 'already_inside' || !since || !this.bundle) return;
    const local = localTime(new Date(since), this.bundle.header.fair.time_zone);
    const seen = this.store.seen(scan.key) ?? nobody(scan.local.slice(0, 10));
    await this.store.setSeen(scan.key, { ...seen, inside_since: local, first_in_at: seen.first_in_at ?? local, zone_since: seen.zone === null ? seen.zone_since : local });
  }
}
