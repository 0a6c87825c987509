/** Hand scanners type like a keyboard, anywhere on the page. A Vietnamese input method may be on: then the letters that
 *  arrive are not those that the scanner typed, but the keys it pressed still are. Both are noted; whichever is a code wins,
 *  and what is left mangled is found by its fingerprint. */
import type { Method } from './store';

const CODE = /^[0-9A-Z $%*+\-./:]{114}$/;
/** Faster than anybody types, and longer than what is typed in one go. */
const FAST = 60;
const LONG = 12;
const PAUSE = 700;

const KEYS: Record<string, [string, string?]> = {
  Space: [' '], Minus: ['-'], Equal: ['', '+'], Period: ['.'], Slash: ['/'], Semicolon: ['', ':'],
  NumpadAdd: ['+'], NumpadSubtract: ['-'], NumpadMultiply: ['*'], NumpadDivide: ['/'], NumpadDecimal: ['.'],
};
const SHIFTED: Record<string, string> = { '4': '$', '5': '%', '8': '*' };

/** The sign that a scanner set to the American layout means by a key; null for a key that is in no code. */
export function signOf(code: string, shift: boolean): string | null {
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  if (letter) return letter;
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(code)?.[1];
  if (digit) return shift && code.startsWith('Digit') ? (SHIFTED[digit] ?? null) : digit;
  const known = KEYS[code];
  return known ? (shift && known[1] !== undefined ? known[1] : known[0]) || null : null;
}

/** Of the letters that arrived and the keys that were pressed, the one that is a code; else the letters. */
export function chooseCode(text: string, keys: string | null): string {
  if (CODE.test(text.toUpperCase())) return text;
  return keys !== null && CODE.test(keys) ? keys : text;
}

export function listenToKeys(field: HTMLInputElement, form: HTMLFormElement, onCode: (code: string, method: Method) => void): void {
  let keys: string | null = '';
  let count = 0;
  let started = 0;
  let last = -Infinity;

  const reset = () => { keys = ''; count = 0; };
  const finish = (method: Method) => {
    const code = chooseCode(field.value, keys).slice(0, 1000);
    field.value = '';
    reset();
    if (code.trim()) onCode(code, method);
  };
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || (event.altKey && event.key.length === 1)) return;
    const target = event.target as HTMLElement;
    if (target !== field && target.closest('input, textarea, select, dialog[open]')) return;
    if (event.timeStamp - last > PAUSE) reset();
    if (event.key === 'Enter' || (event.key === 'Tab' && count >= LONG)) {
      const fast = count >= LONG && (last - started) / count < FAST;
      if (target !== field && !fast) return;
      event.preventDefault();
      // An input method that is composing hands over its text a moment later.
      window.setTimeout(() => finish(fast ? 'scanner' : 'typed'), event.isComposing ? 40 : 0);
      return;
    }
    if (event.key === 'Backspace') keys = null;
    else if (event.key.length === 1 || event.key === 'Process' || event.key === 'Unidentified') {
      if (count === 0) started = event.timeStamp;
      count += 1;
      const sign = signOf(event.code, event.shiftKey);
      keys = keys === null || sign === null ? null : keys + sign;
      // The rest of the code, the present key included, then lands in the field.
      if (target !== field && !(event.key === ' ' && count === 1)) field.focus({ preventScroll: true });
    } else return;
    last = event.timeStamp;
  }, true);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    finish('typed');
  });
}
