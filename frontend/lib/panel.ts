/**
 * A record beside its list, from 992 px on: the page of the record without its frame, fetched with the header `Fairs-Panel`.
 * The address says which one is open; what was typed stays in this tab until it is sent, whichever record is looked at next.
 */
import { announce } from './announce';
import { keepDraft, dropDraft, restoreDrafts } from './record-drafts';

const HEADER = 'Fairs-Panel';
const wide = window.matchMedia('(min-width: 992px)');
let panel: HTMLElement | null = null;
let opener: HTMLElement | null = null;
let shown = '';
let turn = 0;

const part = (name: string): HTMLElement | null => panel?.querySelector<HTMLElement>(`[${name}]`) ?? null;
const rowOf = (reference: string): HTMLElement | null => document.querySelector<HTMLElement>(`tr[data-row="${CSS.escape(reference)}"]`);
const linkOf = (row: Element | null): HTMLAnchorElement | null => row?.querySelector<HTMLAnchorElement>('a[data-open]') ?? null;
const referenceOf = (url: string): string => decodeURIComponent(new URL(url, location.href).pathname.split('/').pop() ?? '');

/** The list's filter as it is now, without what belongs to the panel and the page. */
function filter(): string {
  const query = new URLSearchParams(location.search);
  for (const key of ['open', 'cursor', 'format']) query.delete(key);
  return query.toString();
}

function address(reference: string): string {
  const url = new URL(location.href);
  if (reference) url.searchParams.set('open', reference);
  else url.searchParams.delete('open');
  return url.pathname + url.search;
}

function mark(reference: string): void {
  for (const row of document.querySelectorAll('tr[data-row].is-open')) row.classList.remove('is-open');
  const row = reference ? rowOf(reference) : null;
  row?.classList.add('is-open');
  row?.scrollIntoView({ block: 'nearest' });
}

/** Puts an answer into the panel; false when it is no record: then the browser goes where the answer came from. */
async function put(answer: Response): Promise<boolean> {
  const html = await answer.text();
  const page = new DOMParser().parseFromString(html, 'text/html');
  const record = page.querySelector<HTMLElement>('[data-record]');
  const body = part('data-panel-body');
  if (!record || !body || !panel) return false;
  body.replaceChildren(document.adoptNode(record));
  body.scrollTop = 0;
  shown = new URL(answer.url).pathname;
  const title = part('data-panel-page')?.closest('.record-panel-head')?.querySelector('.record-panel-title');
  const name = record.querySelector('h1')?.textContent?.trim() || record.dataset['title'] || '';
  if (title) title.textContent = name;
  const step = (which: string, rel: string) => {
    const link = body.querySelector<HTMLAnchorElement>(`[data-place] a[rel="${rel}"]`);
    const button = panel?.querySelector<HTMLButtonElement>(`[data-panel-step="${which}"]`);
    if (button) { button.disabled = !link; button.dataset['url'] = link?.href ?? ''; }
  };
  step('before', 'prev');
  step('after', 'next');
  part('data-panel-page')?.setAttribute('href', `${shown}${filter() ? `?${filter()}` : ''}`);
  const kept = restoreDrafts(body, shown);
  const hint = part('data-panel-kept');
  if (hint) {
    hint.hidden = !kept;
    const words = hint.querySelector('span');
    if (words) words.textContent = panel.dataset['kept'] ?? '';
  }
  document.dispatchEvent(new CustomEvent('fairs:added', { detail: body }));
  body.querySelector<HTMLElement>('[data-focus]')?.focus();
  return true;
}

async function load(url: string): Promise<void> {
  if (!panel) return;
  const mine = ++turn;
  panel.setAttribute('aria-busy', 'true');
  try {
    const answer = await fetch(url, { headers: { [HEADER]: filter() }, credentials: 'same-origin' });
    if (mine !== turn) return;
    if (!(await put(answer))) throw new Error('no record');
    announce((panel.dataset['opened'] ?? '{name}').replace('{name}', panel.querySelector('.record-panel-title')?.textContent ?? ''));
  } catch {
    if (mine !== turn) return;
    const body = part('data-panel-body');
    const message = document.createElement('p');
    const link = document.createElement('a');
    link.href = url;
    link.textContent = panel.dataset['gone'] ?? url;
    message.append(link);
    body?.replaceChildren(message);
  } finally {
    if (mine === turn) panel.removeAttribute('aria-busy');
  }
}

function open(url: string, how: 'push' | 'replace' | 'none'): void {
  if (!panel) return;
  const reference = referenceOf(url);
  const first = panel.hidden;
  panel.hidden = false;
  document.body.classList.add('has-panel');
  if (how !== 'none') history[how === 'push' ? 'pushState' : 'replaceState'](history.state, '', address(reference));
  mark(reference);
  void load(url).then(() => { if (first && document.activeElement === document.body) panel?.focus({ preventScroll: true }); });
  if (first) panel.focus({ preventScroll: true });
}

function close(how: 'push' | 'none'): void {
  if (!panel || panel.hidden) return;
  turn += 1;
  const reference = new URLSearchParams(location.search).get('open') ?? referenceOf(shown);
  panel.hidden = true;
  document.body.classList.remove('has-panel');
  if (how === 'push') history.replaceState(history.state, '', address(''));
  mark('');
  (linkOf(rowOf(reference)) ?? opener)?.focus();
  announce(panel.dataset['closed'] ?? '');
}

/** After an act in the panel the rows of the list say what is so now; one that no longer fits stays, faded, in its place. */
async function refreshRows(): Promise<void> {
  const answer = await fetch(location.pathname + location.search, { credentials: 'same-origin' });
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const row of document.querySelectorAll<HTMLElement>('tr[data-row]')) {
    const fresh = page.querySelector(`tr[data-row="${CSS.escape(row.dataset['row'] ?? '')}"]`);
    row.classList.toggle('is-gone', !fresh);
    if (!fresh) continue;
    const ticked = row.querySelector<HTMLInputElement>('[data-pick]')?.checked ?? false;
    row.replaceChildren(...fresh.childNodes);
    const box = row.querySelector<HTMLInputElement>('[data-pick]');
    if (box) box.checked = ticked;
  }
  const tabs = page.querySelector('.state-tabs');
  if (tabs) document.querySelector('.state-tabs')?.replaceWith(document.adoptNode(tabs));
}

async function send(form: HTMLFormElement, button: HTMLElement | null): Promise<void> {
  const data = new FormData(form, button);
  const target = button?.getAttribute('formaction') ?? form.getAttribute('action') ?? location.pathname;
  const record = shown;
  panel?.setAttribute('aria-busy', 'true');
  try {
    const answer = await fetch(new URL(target, location.href), { method: 'POST', body: data, headers: { [HEADER]: filter() }, credentials: 'same-origin' });
    const refused = answer.status === 422;
    if (answer.ok && !refused) dropDraft(record, form);
    const url = answer.url;
    if (!(await put(answer))) { window.location.href = answer.redirected ? url : `${record}?${filter()}`; return; }
    if (!refused) await refreshRows();
  } catch {
    // No answer: what was typed stands where it was.
    form.removeAttribute('aria-busy');
    const template = document.getElementById('offline-notice') as HTMLTemplateElement | null;
    if (template) form.before(template.content.cloneNode(true));
  } finally {
    panel?.removeAttribute('aria-busy');
  }
}

function step(which: string): void {
  const url = panel?.querySelector<HTMLButtonElement>(`[data-panel-step="${which}"]`)?.dataset['url'];
  if (url) open(url, 'replace');
}

function onClick(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const target = event.target as Element;
  if (target.closest('[data-panel-close]')) { close('push'); return; }
  const stepper = target.closest<HTMLElement>('[data-panel-step]');
  if (stepper) { step(stepper.dataset['panelStep'] ?? ''); return; }
  if (!wide.matches) return;
  const inside = panel?.contains(target) ?? false;
  const link = target.closest<HTMLAnchorElement>(inside ? '[data-place] a' : 'a[data-open]');
  const row = inside || target.closest('a, button, input, label, select, summary') ? null : target.closest('tr[data-row]');
  const to = link ?? linkOf(row);
  if (!to || window.getSelection()?.toString()) return;
  event.preventDefault();
  if (!inside) opener = to;
  open(to.href, panel?.hidden ? 'push' : 'replace');
}

function onKey(event: KeyboardEvent): void {
  if (!panel || panel.hidden || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (document.querySelector('dialog[open]')) return;
  if (event.key === 'Escape') { close('push'); return; }
  if ((event.target as Element).closest?.('input:not([type="checkbox"]), textarea, select, [contenteditable]')) return;
  const which = { j: 'after', ArrowRight: 'after', k: 'before', ArrowLeft: 'before' }[event.key];
  if (which) { event.preventDefault(); step(which); }
}

function follow(): void {
  const reference = new URLSearchParams(location.search).get('open');
  if (!reference) { close('none'); return; }
  // The row may stand on another page of the list: its address is made from any row's.
  const any = document.querySelector<HTMLAnchorElement>('a[data-open]');
  const link = linkOf(rowOf(reference)) ?? any;
  if (!link) return;
  const url = new URL(link.href);
  url.pathname = url.pathname.replace(/[^/]+$/, encodeURIComponent(reference));
  if (wide.matches) open(url.href, 'none');
  else location.replace(url.href);
}

export function startPanel(): void {
  panel = document.getElementById('record-panel');
  // On a page of its own a record keeps what was typed, too: it is the same draft.
  const page = document.querySelector<HTMLElement>('main [data-place]')?.closest<HTMLElement>('main');
  if (!panel) {
    if (page) restoreDrafts(page, location.pathname);
    document.addEventListener('input', (event) => { if (page?.contains(event.target as Node)) keepDraft(location.pathname, event); });
    document.addEventListener('submit', (event) => { if (!event.defaultPrevented && page?.contains(event.target as Node)) dropDraft(location.pathname, event.target as HTMLFormElement); });
    return;
  }
  document.addEventListener('click', onClick);
  document.addEventListener('keydown', onKey);
  window.addEventListener('popstate', follow);
  panel.addEventListener('input', (event) => keepDraft(shown, event));
  document.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || !part('data-panel-body')?.contains(form) || form.target === '_blank' || form.method !== 'post') return;
    event.preventDefault();
    void send(form, (event as SubmitEvent).submitter);
  });
  if (new URLSearchParams(location.search).has('open')) follow();
}
