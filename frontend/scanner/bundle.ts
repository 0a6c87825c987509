/** The gate bundle (see fairs/checkin/bundle.py): parsed once, records found by the first bytes of a hash, names opened by the code. */
import { fingerprint, hex, sha256, typed, typedDigest } from './codes';
import type { FairFacts, Rule, ZoneFacts } from './rules';

export interface GateRow { code: string; name_vi: string; name_en: string; direction: 'in' | 'out' | 'both'; is_open: boolean; zone: string | null; unknown_signed: 'admit' | 'refuse'; rules: Rule[] }
export interface ZoneRow extends ZoneFacts { name_vi: string; name_en: string; is_inner: boolean }
export interface Supervisor { id: number; name: string; salt: string; verifier: string; rounds: number }
export interface FairRow extends FairFacts { slug: string; name_vi: string; name_en: string; time_zone: string; rehearsal_day: string | null }
export interface Header {
  format: number; cursor: string; full: boolean; count: number; server_time: string; fair: FairRow; categories: string[]; words: string[]; public_keys: string[];
  supervisors: Supervisor[]; gates: GateRow[]; zones: ZoneRow[];
}
export interface Face { language: string; country: string; name: string; company: string; passport_name: string }
export interface Found { lookup: string; category: string; isRevoked: boolean; isReplaced: boolean; revokedAt: number; face: Face | null }

interface Place { file: Uint8Array<ArrayBuffer>; at: number; words: string[] }

export class Bundle {
  private readonly byCode = new Map<number, Place>();
  private readonly byTyped = new Map<number, Place>();
  header: Header;

  private constructor(readonly full: ArrayBuffer, readonly changes: ArrayBuffer[], header: Header) {
    this.header = header;
  }

  /** Raises when the file is none of ours or is cut off. */
  static read(full: ArrayBuffer, changes: ArrayBuffer[] = []): Bundle {
    const bundle = new Bundle(full, [], headerOf(full).header);
    bundle.index(full);
    for (const change of changes) bundle.apply(change);
    return bundle;
  }

  /** Adds what has changed; what is kept for the next start grows only when a badge changed. */
  apply(change: ArrayBuffer): void {
    const { header } = headerOf(change);
    this.index(change);
    this.header = { ...header, full: true };
    if (header.count) this.changes.push(change);
    else if (this.changes.length) this.changes[this.changes.length - 1] = withHeader(this.changes[this.changes.length - 1] as ArrayBuffer, change);
    else this.changes.push(change);
  }

  get size(): number {
    return this.byCode.size;
  }

  /** How many bytes the changes are; a device asks for a whole bundle before they outgrow it. */
  get weightOfChanges(): number {
    return this.changes.reduce((sum, one) => sum + one.byteLength, 0);
  }

  private index(buffer: ArrayBuffer): void {
    const { header, start } = headerOf(buffer);
    const file = new Uint8Array(buffer);
    let at = start;
    for (let n = 0; n < header.count; n++) {
      const place = { file, at, words: header.words };
      this.byCode.set(number(file, at), place);
      const short = number(file, at + 8);
      if (short) this.byTyped.set(short, place);
      const boxAt = at + 17 + ((file[at + 16] ?? 0) & 32 ? 4 : 0);
      at = boxAt + 1 + (file[boxAt] ?? 0);
    }
    if (at !== file.length) throw new Error('the bundle is cut off');
  }

  /** The record of a scanned code or a typed short code. A short code opens no name: only the badge's own code does. */
  async find(text: string): Promise<Found | null> {
    const short = typed(text);
    if (short) {
      const digest = await typedDigest(short);
      const place = this.byTyped.get(number(digest, 0));
      return place && same(place.file, place.at + 8, digest) ? this.record(place, null) : null;
    }
    const print = await fingerprint(text);
    if (print === null) return null;
    const [lookup, key] = await Promise.all([sha256(`fairs gate\0${print}`), sha256(`fairs record\0${print}`)]);
    const place = this.byCode.get(number(lookup, 0));
    return place && same(place.file, place.at, lookup) ? this.record(place, key.slice(0, 16)) : null;
  }

  private async record({ file, at, words }: Place, key: Uint8Array<ArrayBuffer> | null): Promise<Found> {
    const flags = file[at + 16] ?? 0;
    const isRevoked = (flags & 32) !== 0;
    const boxAt = at + 17 + (isRevoked ? 4 : 0);
    const length = file[boxAt] ?? 0;
    return {
      lookup: hex(file.subarray(at, at + 8)),
      category: this.header.categories[flags & 31] ?? '',
      isRevoked,
      isReplaced: (flags & 64) !== 0,
      revokedAt: isRevoked ? new DataView(file.buffer, at + 17, 4).getUint32(0) * 1000 : 0,
      face: key === null ? null : await open(file.slice(boxAt + 1, boxAt + 1 + length), key, words),
    };
  }
}

async function open(box: Uint8Array<ArrayBuffer>, raw: Uint8Array<ArrayBuffer>, words: string[]): Promise<Face | null> {
  const key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['decrypt']);
  const iv = new Uint8Array(12);
  iv.set(box.subarray(0, 4));
  try {
    const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv, tagLength: 96 }, key, box.slice(4));
    const [language = '', country = '', name = '', company = '', passport = ''] = 
      // Frequent words are one sign each.
      new TextDecoder().decode(plain).replace(/[\x01-\x1e]/g, (sign) => words[sign.charCodeAt(0) - 1] ?? '').split('\x1f');
    return { language, country, name, company, passport_name: passport };
  } catch {
    return null;
  }
}

function headerOf(buffer: ArrayBuffer): { header: Header; start: number } {
  const view = new DataView(buffer);
  if (buffer.byteLength < 8 || view.getUint32(0) !== 0x46474231) throw new Error('this is no gate bundle');
  const length = view.getUint32(4);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length))) as Header;
  if (header.format !== 1) throw new Error('this bundle is of a newer format');
  return { header, start: 8 + length };
}

/** The records of one file under the newer header of another. */
function withHeader(records: ArrayBuffer, newer: ArrayBuffer): ArrayBuffer {
  const old = headerOf(records);
  const head = new TextEncoder().encode(JSON.stringify({ ...headerOf(newer).header, count: old.header.count, words: old.header.words }));
  const made = new Uint8Array(8 + head.length + records.byteLength - old.start);
  made.set(new Uint8Array(records, 0, 4));
  new DataView(made.buffer).setUint32(4, head.length);
  made.set(head, 8);
  made.set(new Uint8Array(records, old.start), 8 + head.length);
  return made.buffer;
}

/** 53 bits of a look-up as a number: the whole of it is compared when something is found. */
function number(bytes: Uint8Array, at: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 8);
  return view.getUint32(0) * 2 ** 21 + (view.getUint32(4) >>> 11);
}

function same(file: Uint8Array, at: number, wanted: Uint8Array): boolean {
  for (let n = 0; n < 8; n++) if (file[at + n] !== wanted[n]) return false;
  return true;
}
