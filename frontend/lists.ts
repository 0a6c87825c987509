/** Lists of staff: choosing rows, saved views, and a record in a panel beside the list. Without it all of it works by whole pages. */
import { startPanel } from './lib/panel';
import { startPicks } from './lib/picks';

/** The filter changes the address without a new page: the view that is saved, and the one that is marked, are those shown now. */
function startViews(): void {
  const args = (query: string) => [...new URLSearchParams(query)].filter(([key, value]) => value && key !== 'open' && key !== 'cursor').map(([k, v]) => `${k}=${v}`).sort().join('&');
  document.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement;
    const query = form.matches('[data-view-form]') ? form.elements.namedItem('query') : null;
    if (query instanceof HTMLInputElement) query.value = location.search;
  }, true);
  document.addEventListener('htmx:after:swap', () => {
    for (const link of document.querySelectorAll<HTMLAnchorElement>('[data-views] a[data-query]')) {
      link.toggleAttribute('aria-current', false);
      if (args(link.dataset['query'] ?? '') === args(location.search)) link.setAttribute('aria-current', 'page');
    }
  });
}

startPicks();
startViews();
startPanel();
