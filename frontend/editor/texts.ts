/** The page's own words, from its data attribute; `{name}` is filled in. */
export type Texts = (key: string, values?: Record<string, string | number>) => string;

export function textsOf(root: HTMLElement): Texts {
  const words = JSON.parse(root.dataset['texts'] ?? '{}') as Record<string, string>;
  return (key, values = {}) => Object.entries(values).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, String(value)), words[key] ?? key);
}

const format = new Intl.NumberFormat(document.documentElement.lang || 'en', { maximumFractionDigits: 2 });

/** Centimetres as metres for reading. */
export function metres(centimetres: number): string {
  return format.format(centimetres / 100);
}

/** Centimetres from metres as typed, with a comma or a point; NaN when it is no number. */
export function centimetres(text: string): number {
  const plain = text.trim().replace(/\s/g, '').replace(',', '.');
  return /^-?\d+(\.\d+)?$/.test(plain) ? Math.round(Number(plain) * 100) : Number.NaN;
}
