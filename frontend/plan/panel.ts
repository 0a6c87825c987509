/** The panel of the chosen booth: fetched when a booth is chosen, a sheet from below on a phone. */
import { announce } from '../lib/announce';
import { boothOf, codeOf } from './booths';
import type { View } from './view';

export interface Panel {
  readonly code: string;
  open(code: string, byKeyboard: boolean): void;
  refresh(): void;
}

export function startPanel(root: HTMLElement, view: View): Panel {
  const place = root.querySelector<HTMLElement>('[data-plan-panel]');
  const main = root.querySelector<HTMLElement>('[data-plan-main]');
  if (!place || !main) throw new Error('plan without panel');
  const url = root.dataset['panelUrl'] ?? '';
  let code = codeOf(root.querySelector('a.booth[aria-current]') ?? document.createElement('p'));
  let asked = 0;

  function mark(chosen: string): void {
    for (const one of root.querySelectorAll('a.booth[aria-current]')) one.removeAttribute('aria-current');
    for (const row of root.querySelectorAll('tr.is-chosen')) row.classList.remove('is-chosen');
    if (!chosen) return;
    boothOf(chosen)?.setAttribute('aria-current', 'true');
    root.querySelector(`tr[data-code="${CSS.escape(chosen)}"]`)?.classList.add('is-chosen');
  }

  function remember(): void {
    const address = new URL(window.location.href);
    if (code) address.searchParams.set('booth', code);
    else address.searchParams.delete('booth');
    address.searchParams.delete('q');
    address.hash = '';
    window.history.replaceState(null, '', address);
  }

  async function load(address: string, focus: '' | 'panel' | 'found'): Promise<void> {
    const mine = ++asked;
    place!.setAttribute('aria-busy', 'true');
    try {
      const answer = await fetch(address, { headers: { 'HX-Request': 'true' }, credentials: 'same-origin' });
      if (mine !== asked) return;
      if (!answer.ok || answer.redirected) {
        window.location.href = `?booth=${encodeURIComponent(code)}`;
        return;
      }
      place!.innerHTML = await answer.text();
      main!.classList.add('has-booth');
      if (focus === 'panel') place!.focus({ preventScroll: true });
      else if (focus === 'found') (place!.querySelector<HTMLElement>('[name="exhibitor"]') ?? place!.querySelector<HTMLElement>('#clerk-q'))?.focus();
      else announce(place!.querySelector<HTMLElement>('[data-announce]')?.dataset['announce'] ?? '');
    } catch {
      window.location.href = `?booth=${encodeURIComponent(code)}`;
    } finally {
      if (mine === asked) place!.removeAttribute('aria-busy');
    }
  }

  function open(chosen: string, byKeyboard: boolean): void {
    code = chosen;
    mark(code);
    remember();
    const booth = boothOf(code);
    if (booth) view.show(booth);
    void load(url + encodeURIComponent(code), byKeyboard ? 'panel' : '');
  }

  function close(): void {
    const before = code;
    code = '';
    asked++;
    mark('');
    remember();
    main!.classList.remove('has-booth');
    if (place!.contains(document.activeElement)) boothOf(before)?.focus({ preventScroll: true });
    for (const child of [...place!.children]) (child as HTMLElement).hidden = true;
  }

  root.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    const target = event.target as Element;
    if (target.closest('[data-panel-close]')) {
      event.preventDefault();
      close();
      return;
    }
    const link = target.closest<Element>('a.booth, a.booth-link');
    if (!link) return;
    const chosen = link.matches('a.booth') ? codeOf(link) : (link as HTMLElement).dataset['booth'] ?? '';
    // A booth of another hall needs another picture: follow the link.
    if (!boothOf(chosen)) return;
    event.preventDefault();
    open(chosen, event.detail === 0);
  });

  root.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && code) close();
  });

  // The clerk's search stays inside the panel.
  root.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.matches('[data-panel-search]')) return;
    event.preventDefault();
    const words = new FormData(form).get('q');
    void load(`${url}${encodeURIComponent(code)}?q=${encodeURIComponent(String(words ?? ''))}`, 'found');
  });

  if (code) main.classList.add('has-booth');
  mark(code);
  return {
    get code() { return code; },
    open,
    refresh() {
      const words = place.querySelector<HTMLInputElement>('#clerk-q')?.value;
      if (code) void load(url + encodeURIComponent(code) + (words ? `?q=${encodeURIComponent(words)}` : ''), place.contains(document.activeElement) ? 'panel' : '');
    },
  };
}
