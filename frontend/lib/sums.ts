/** A total that runs along while amounts are typed, and how far the parts by group are from it. */
import { readAmount } from './forms';

function sumOf(place: HTMLElement, part: string): number | null {
  const boxes = [...place.querySelectorAll<HTMLInputElement>(`input[data-part="${part}"]`)];
  if (boxes.every((box) => !box.value.trim())) return null;
  return boxes.reduce((sum, box) => sum + (box.value.trim() ? readAmount(box.value, 0) : 0), 0);
}

function show(place: HTMLElement): void {
  const money = new Intl.NumberFormat(document.documentElement.lang || 'vi', { style: 'currency', currency: 'VND' });
  const total = sumOf(place, 'total');
  const groups = sumOf(place, 'groups');
  const output = place.querySelector<HTMLElement>('[data-total]');
  if (output && total !== null) output.textContent = Number.isNaN(total) ? '–' : money.format(total);
  const difference = place.querySelector<HTMLElement>('[data-difference]');
  if (!difference) return;
  const gap = groups === null ? 0 : (total ?? 0) - groups;
  difference.textContent = gap ? `${place.dataset['differs'] ?? ''} ${Number.isNaN(gap) ? '–' : money.format(Math.abs(gap))}` : '';
}

export function startSums(): void {
  document.addEventListener('input', (event) => {
    const place = (event.target as Element).closest<HTMLElement>('[data-sums]');
    if (place) show(place);
  });
  for (const place of document.querySelectorAll<HTMLElement>('[data-sums]')) show(place);
}
