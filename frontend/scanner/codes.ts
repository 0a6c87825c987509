/** Badge codes as fairs/badges/codes.py knows them: normalised, looked up by fingerprint, verified by signature, typed in short. */
import { verifyAsync } from '@noble/ed25519';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
const LENGTH = 114;
const SERIAL = 12;
const NOISE = /[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|^\s*\][Qq]\d/g;
const LINK = /^\s*[A-Za-z]+:\/\/[^/]*\//;
const STEADY = /[BCGHKLMNPQTV$%\-/:]/g;
const SHORT = '0123456789BCGHKMNPTV';
const LOOKALIKES: Record<string, string> = { O: '0', Q: '0', D: '0', I: '1', L: '1', Z: '2', S: '5', U: 'V' };
/** Longer texts than this are no short codes. */
const LONGEST_SHORT = 40;

const utf8 = new TextEncoder();

/** The code as it was printed, for what can be told without guessing. */
export function normalise(text: string): string {
  let code = text.replaceAll('\u00a0', ' ').replace(NOISE, '').normalize('NFC');
  const link = LINK.exec(code);
  if (link) {
    const tail = code.slice(link[0].length);
    let plain = tail.slice(tail.lastIndexOf('/') + 1);
    try { plain = decodeURIComponent(plain); } catch { /* a per cent sign of the code itself */ }
    code = plain.length === LENGTH ? plain : tail.slice(-LENGTH);
  }
  code = code.toUpperCase();
  if (code.length !== LENGTH) code = code.trim();
  // eslint-disable-next-line no-control-regex
  if (code.length >= LENGTH - 2 && code.length < LENGTH && /^[\x00-\x7f]*$/.test(code)) code = code.padStart(LENGTH);
  return code;
}

/** 32 hexadecimal digits that a code keeps through a Vietnamese keyboard; null for what cannot be a code. */
export async function fingerprint(text: string): Promise<string | null> {
  const bare = normalise(text).normalize('NFD');
  if (bare.length < LENGTH / 2 || bare.length > 2 * LENGTH) return null;
  return hex(await sha256(`fairs badge ${(bare.match(STEADY) ?? []).join('')}`)).slice(0, 32);
}

/** A short code as somebody typed it, in its groups; null when a character is wrong, missing or swapped. */
export function typed(text: string): string | null {
  if (text.trim().length > LONGEST_SHORT) return null;
  const digits = [...text.replace(NOISE, '').replace(/[\s\-‐‑–—.]/g, '').toUpperCase()].map((one) => LOOKALIKES[one] ?? one).join('');
  let rest = 0;
  for (const digit of digits) {
    const value = SHORT.indexOf(digit);
    if (value < 0) return null;
    rest = (rest * SHORT.length + value) % 397;
  }
  if (digits.length !== 16 || rest !== 0) return null;
  return digits.match(/.{4}/g)?.join('-') ?? null;
}

/** Eight bytes by which a short code is found in the bundle. */
export async function typedDigest(short: string): Promise<Uint8Array> {
  return new Uint8Array(await stretch(short, utf8.encode('fairs typed'), 1000, 64));
}

/** PBKDF2 with SHA-256. */
export async function stretch(text: string, salt: Uint8Array<ArrayBuffer>, rounds: number, bits: number): Promise<ArrayBuffer> {
  const key = await crypto.subtle.importKey('raw', utf8.encode(text), 'PBKDF2', false, ['deriveBits']);
  return crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations: rounds }, key, bits);
}

export async function sha256(text: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', utf8.encode(text)));
}

export function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
}

function base45(code: string): Uint8Array<ArrayBuffer> | null {
  const bytes: number[] = [];
  for (let at = 0; at < code.length; at += 3) {
    const [c, d, e] = [0, 1, 2].map((n) => ALPHABET.indexOf(code[at + n] ?? ''));
    const value = (c ?? -1) + (d ?? -1) * 45 + (e ?? -1) * 2025;
    if (value < 0 || value > 0xffff) return null;
    bytes.push(value >> 8, value & 0xff);
  }
  return Uint8Array.from(bytes);
}

/** Whether one of the fair's keys signed this exact code. A code that a keyboard has mangled is not repaired here. */
export async function isSigned(text: string, keys: string[]): Promise<boolean> {
  const code = normalise(text);
  if (code.length !== LENGTH || [...code].some((sign) => !ALPHABET.includes(sign))) return false;
  const raw = base45(code);
  if (!raw || raw.length !== SERIAL + 64) return false;
  for (const key of keys) if (await verify(fromBase64(key), raw.slice(SERIAL), raw.slice(0, SERIAL))) return true;
  return false;
}

let native: boolean | null = null;

/** Web Crypto where it knows Ed25519, else the same in JavaScript: five years old phones do not. */
async function verify(key: Uint8Array<ArrayBuffer>, signature: Uint8Array<ArrayBuffer>, message: Uint8Array<ArrayBuffer>): Promise<boolean> {
  if (native !== false) {
    try {
      const imported = await crypto.subtle.importKey('raw', key, { name: 'Ed25519' }, false, ['verify']);
      native = true;
      return await crypto.subtle.verify({ name: 'Ed25519' }, imported, signature, message);
    } catch {
      native = false;
    }
  }
  try {
    return await verifyAsync(signature, message, key, { zip215: false });
  } catch {
    return false;
  }
}
