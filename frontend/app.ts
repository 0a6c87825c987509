/** Loaded by every page: htmx, Bootstrap's parts, and the behaviours that docs/frontend.md lists. */
import htmx from 'htmx.org';
import { announce } from './lib/announce';
import './lib/bootstrap.js';
import { startConfirm } from './lib/confirm';
import { startCountdowns } from './lib/countdown';
import { startForms } from './lib/forms';
import { startSearch } from './lib/search';
import { startSheets } from './lib/sheet';
import { startSums } from './lib/sums';

/** Shows a text in the page's message area; used when there is no answer from the server at all. */
function showOffline(): void {
  const template = document.getElementById('offline-notice') as HTMLTemplateElement | null;
  const messages = document.getElementById('messages');
  if (!template || !messages || messages.querySelector('[data-offline]')) return;
  messages.prepend(template.content.cloneNode(true));
}

function startHtmx(): void {
  htmx.on('htmx:after:request', (event) => {
    const { ctx } = event.detail;
    const text = ctx.text ?? '';
    // Sent elsewhere (the session ended): a whole page is no fragment, so the browser goes there.
    if (ctx.response?.raw.redirected && /<html[\s>]/i.test(text)) {
      event.preventDefault();
      window.location.href = ctx.response.raw.url;
      return;
    }
    document.querySelector('#messages [data-offline]')?.remove();
    // An error that belongs to no form goes to the message area, not over the panel that was asked for.
    const messages = document.getElementById('messages');
    if (messages && (ctx.response?.status ?? 0) >= 400 && text.includes('data-problem')) {
      ctx.target = messages;
      ctx.swap = 'innerHTML show:top';
      ctx.select = '';
    }
  });
  htmx.on('htmx:error', (event) => {
    if (!navigator.onLine || (event.detail as { error?: Error }).error instanceof TypeError) showOffline();
  });
  htmx.on('htmx:after:swap', (event) => {
    const target = (event.detail as { ctx?: { target?: Element } }).ctx?.target;
    const place = target?.isConnected ? target : document;
    const words = place.querySelector?.<HTMLElement>('[data-announce]')?.dataset['announce'];
    if (words) announce(words);
    place.querySelector?.<HTMLElement>('[data-focus]')?.focus();
  });
}

/** Content that another script has put into the page (a record beside its list) gets htmx's attributes, too. */
document.addEventListener('fairs:added', (event) => htmx.process((event as CustomEvent<Element>).detail));

function startClicks(): void {
  document.addEventListener('click', (event) => {
    const target = event.target as Element;
    const copy = target.closest?.<HTMLElement>('[data-copy]');
    if (copy) {
      void navigator.clipboard?.writeText(copy.dataset['copy'] ?? '').then(() => {
        const label = copy.querySelector('span') ?? copy;
        const before = label.textContent;
        label.textContent = copy.dataset['copied'] ?? '✓';
        announce(copy.dataset['copied'] ?? '');
        window.setTimeout(() => { label.textContent = before; }, 2000);
      });
    }
    if (target.closest?.('[data-print]')) window.print();
    if (target.closest?.('[data-dismiss-notice]')) target.closest('.notice')?.remove();
    // Unavailable buttons stay reachable, so that people can read why; pressing them does nothing.
    if (target.closest?.('[aria-disabled="true"]')) event.preventDefault();
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
    if ((event.target as Element).closest?.('input, textarea, select, [contenteditable]')) return;
    const search = document.querySelector<HTMLInputElement>('[data-search]');
    if (!search) return;
    event.preventDefault();
    search.focus();
    search.select();
  });
}

startConfirm();
startForms();
startSums();
startHtmx();
startClicks();
startCountdowns();
startSearch();
startSheets();
document.querySelector<HTMLElement>('[data-focus]')?.focus();
// On a phone a row of tabs runs past the edge: the one that is open is moved into sight.
for (const tab of document.querySelectorAll<HTMLElement>('.state-tabs [aria-current]')) {
  const row = tab.parentElement!;
  row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
}
