/** The page's own words, from its data attribute; `{name}` is filled in. */
export type Texts = (key: string, values?: Record<string, string | number>) => string;

export function textsOf(root: HTMLElement): Texts {
  const words = JSON.parse(root.dataset['texts'] ?? '{}') as Record<string, string>;
  return (key, values = {}) => Object.entries(values).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, String(value)), words[key] ?? key);
}

/** A number as typed, with a comma or a point; NaN when it is none. */
export function typedNumber(text: string): number {
  const plain = text.trim().replace(/\s/g, '').replace(',', '.');
  return /^-?\d+(\.\d+)?$/.test(plain) ? Number(plain) : Number.NaN;
}
