/** Choosing rows of a list: one box for the page, one for all that fit the filter, and how many are chosen, also in words. */
import { announce } from './announce';

const boxes = (): HTMLInputElement[] => [...document.querySelectorAll<HTMLInputElement>('input[data-pick]')];
const number = new Intl.NumberFormat(document.documentElement.lang || 'vi');

function show(aloud: boolean): void {
  const bar = document.querySelector<HTMLFormElement>('form[data-picks]');
  if (!bar) return;
  const all = boxes();
  const ticked = all.filter((box) => box.checked).length;
  const matching = bar.querySelector<HTMLInputElement>('[data-pick-matching]');
  const chosen = matching?.checked ? Number(bar.dataset['total'] ?? 0) : ticked;
  bar.classList.add('pick-bar-live');
  bar.classList.toggle('has-picks', chosen > 0);
  const page = document.querySelector<HTMLInputElement>('input[data-pick-page]');
  if (page) {
    page.checked = all.length > 0 && ticked === all.length;
    page.indeterminate = ticked > 0 && ticked < all.length;
  }
  for (const box of all) box.closest('tr')?.classList.toggle('is-picked', box.checked);
  const count = bar.querySelector<HTMLElement>('[data-pick-count]');
  if (!count) return;
  count.dataset['hint'] ??= count.textContent ?? '';
  const words = (bar.dataset['chosen'] ?? '{n}').replace('{n}', number.format(chosen));
  count.textContent = chosen ? words : count.dataset['hint'] ?? '';
  if (aloud) announce(chosen ? words : bar.dataset['none'] ?? '');
}

export function startPicks(): void {
  document.addEventListener('change', (event) => {
    const box = event.target;
    if (!(box instanceof HTMLInputElement)) return;
    const { pick, pickPage, pickMatching } = box.dataset;
    if (pick === undefined && pickPage === undefined && pickMatching === undefined) return;
    const matching = document.querySelector<HTMLInputElement>('[data-pick-matching]');
    if (pick === undefined) for (const one of boxes()) one.checked = box.checked;
    // One row less is no longer "all that fit".
    if (pickMatching === undefined && matching && !box.checked) matching.checked = false;
    show(true);
  });
  document.addEventListener('htmx:after:swap', () => show(false));
  window.addEventListener('pageshow', () => show(false));
  show(false);
}
