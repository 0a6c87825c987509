/** Metres and centimetres as people read and type them. */
import { typedNumber } from '../lib/texts';

const format = new Intl.NumberFormat(document.documentElement.lang || 'en', { maximumFractionDigits: 2 });

/** Centimetres as metres for reading. */
export function metres(centimetres: number): string {
  return format.format(centimetres / 100);
}

/** Centimetres from metres as typed, with a comma or a point; NaN when it is no number. */
export function centimetres(text: string): number {
  return Math.round(typedNumber(text) * 100);
}
