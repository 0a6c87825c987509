/**
 * Clocks that run down: `<time data-countdown="ISO" data-left="seconds">`.
 * At zero the element fires `countdown-end` (bubbling) once. `data-left` was measured by the server, so that a wrong clock does no harm.
 */
import { announce } from './announce';

const ends = new WeakMap<HTMLElement, number>();
const done = new WeakSet<HTMLElement>();
const SPOKEN = [300, 60, 0];

function endOf(element: HTMLElement): number {
  let end = ends.get(element);
  if (end === undefined) {
    const left = element.dataset['left'];
    end = left ? Date.now() + Number(left) * 1000 : Date.parse(element.dataset['countdown'] ?? '');
    ends.set(element, end);
  }
  return end;
}

/** 59:05 below an hour, 3:07:09 below two days, else nothing (the page's own words stay). */
function words(seconds: number): string | null {
  if (seconds >= 172_800) return null;
  const two = (n: number) => String(n).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}

function speak(left: number): void {
  const region = document.getElementById('announcer');
  if (!region) return;
  if (left === 0) announce(region.dataset['over'] ?? '');
  else announce((region.dataset['minutes'] ?? '').replace('{n}', String(left / 60)));
}

function tick(): void {
  for (const element of document.querySelectorAll<HTMLElement>('[data-countdown]')) {
    if (done.has(element)) continue;
    const end = endOf(element);
    if (Number.isNaN(end)) continue;
    const left = Math.max(0, Math.round((end - Date.now()) / 1000));
    const text = words(left);
    if (text !== null && element.textContent !== text) element.textContent = text;
    const box = element.closest('.countdown');
    box?.classList.toggle('countdown-soon', left <= 60);
    box?.classList.toggle('countdown-over', left === 0);
    if (SPOKEN.includes(left)) speak(left);
    if (left === 0) {
      done.add(element);
      element.dispatchEvent(new CustomEvent('countdown-end', { bubbles: true, detail: { id: element.id } }));
    }
  }
}

export function startCountdowns(): void {
  tick();
  window.setInterval(tick, 1000);
  // A morphed fragment keeps the element but may bring a new end.
  new MutationObserver((changes) => {
    for (const { target } of changes) if (target instanceof HTMLElement) { ends.delete(target); done.delete(target); }
  }).observe(document.body, { subtree: true, attributeFilter: ['data-countdown', 'data-left'] });
}
