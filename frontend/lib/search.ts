/** The search bar of staff: matches while typing, arrows choose, Enter opens, Escape closes; a hand scanner ends with Enter. */
import { announce } from './announce';

const LEAST = 2;
const WAIT = 120;

function start(form: HTMLFormElement, field: HTMLInputElement, list: HTMLElement): void {
  let timer = 0;
  let request: AbortController | undefined;

  const options = (): HTMLAnchorElement[] => [...list.querySelectorAll<HTMLAnchorElement>('[role="option"]')];
  const chosen = (): HTMLAnchorElement | undefined => options().find((option) => option.getAttribute('aria-selected') === 'true');

  function choose(option: HTMLAnchorElement | undefined): void {
    for (const other of options()) other.setAttribute('aria-selected', String(other === option));
    if (option) {
      field.setAttribute('aria-activedescendant', option.id);
      option.scrollIntoView({ block: 'nearest' });
    } else field.removeAttribute('aria-activedescendant');
  }

  function step(by: number): void {
    const all = options();
    if (all.length === 0) return;
    const now = all.findIndex((option) => option.getAttribute('aria-selected') === 'true');
    choose(now < 0 && by < 0 ? all[all.length - 1] : all[(now + by + all.length) % all.length]);
  }

  function open(): void {
    const full = list.firstElementChild !== null && field.value.trim().length >= LEAST;
    list.hidden = !full;
    field.setAttribute('aria-expanded', String(full));
  }

  function close(): void {
    window.clearTimeout(timer);
    request?.abort();
    list.hidden = true;
    field.setAttribute('aria-expanded', 'false');
    choose(undefined);
  }

  /** Asks the server; the answer's element, or nothing when it was overtaken or cannot be had. */
  async function ask(): Promise<HTMLElement | undefined> {
    window.clearTimeout(timer);
    request?.abort();
    request = new AbortController();
    const body = new URLSearchParams({ q: field.value, csrf_token: form.dataset['token'] ?? '' });
    try {
      const answer = await fetch(form.dataset['find'] ?? '', { method: 'POST', body, signal: request.signal, headers: { 'HX-Request': 'true' } });
      if (!answer.ok || answer.redirected) return undefined;
      list.innerHTML = await answer.text();
    } catch {
      return undefined;
    }
    return list.firstElementChild as HTMLElement | null ?? undefined;
  }

  async function show(): Promise<void> {
    const found = await ask();
    if (!found || document.activeElement !== field) return;
    choose(undefined);
    open();
    announce(found.dataset['announce'] ?? '');
  }

  /** A code or reference goes straight to its thing; for all else there is the page of results. */
  async function go(): Promise<void> {
    const found = await ask();
    const target = found?.dataset['go'];
    if (target) window.location.assign(target);
    // What a scanner typed must not get into an address: it stays where it is, with the list's words about it.
    else if (field.value.trim().length <= 100) form.submit();
    else open();
  }

  field.addEventListener('input', () => {
    window.clearTimeout(timer);
    if (field.value.trim().length < LEAST) close();
    else timer = window.setTimeout(() => void show(), WAIT);
  });
  field.addEventListener('focus', open);
  field.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (list.hidden) open();
      step(event.key === 'ArrowDown' ? 1 : -1);
    } else if (event.key === 'Escape' && !list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const option = chosen();
    if (option && !list.hidden) window.location.assign(option.href);
    else if (field.value.trim().length >= LEAST) void go();
  });
  form.addEventListener('focusout', (event) => {
    if (!form.contains(event.relatedTarget as Node | null)) close();
  });
  // The list keeps the field's focus while it is pressed, so that it does not close before the click.
  list.addEventListener('mousedown', (event) => { event.preventDefault(); });
}

export function startSearch(): void {
  const form = document.querySelector<HTMLFormElement>('form[data-find]');
  const field = form?.querySelector<HTMLInputElement>('[data-search]');
  const list = document.getElementById('found');
  if (form && field && list) start(form, field, list);
}
