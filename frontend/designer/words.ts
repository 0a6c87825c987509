/** What an element is called in lists, titles and announcements. */
import type { Texts } from '../lib/texts';
import type { Part } from './model';

export function nameOf(part: Part, texts: Texts): string {
  if (part.kind === 'field') return texts(`field-${part.field ?? ''}`);
  if (part.kind === 'text') return `“${(document.documentElement.lang === 'vi' ? part.text_vi : part.text_en) || part.text_vi || part.text_en || texts('kind-text')}”`;
  return texts(`kind-${part.kind}`);
}

const format = new Intl.NumberFormat(document.documentElement.lang || 'en', { maximumFractionDigits: 1 });
export const shown = (value: number): string => format.format(value);
