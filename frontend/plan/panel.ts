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
  let beside = '';

  function mark(chosen: string): void {
    for (const one of root.querySelectorAll('a.booth[aria-current]')) one.removeAttribute('aria-current');
    for (const row of root.querySelectorAll('.is-chosen')) row.classList.remove('is-chosen');
    if (!chosen) return;
    boothOf(chosen)?.setAttribute('aria-current', 'true');
    root.querySelector(`tr[data-code="${CSS.escape(chosen)}"]`)?.classList.add('is-chosen');
  }

  /** The neighbours: those taken together, and those that could be added. */
  function markBeside(): void {
    for (const one of root.querySelectorAll('a.booth.is-beside, a.booth.is-together')) one.classList.remove('is-beside', 'is-together');
    for (const link of place!.querySelectorAll<HTMLElement>('[data-with]')) boothOf((link.textContent ?? '').trim().split(/\s/)[0] ?? '')?.classList.add('is-beside');
    beside = place!.querySelector<HTMLElement>('[data-together]')?.dataset['together'] ?? '';
    for (const one of beside.split(',').filter(Boolean)) boothOf(one)?.classList.replace('is-beside', 'is-together');
  }

  function take(codes: string, byKeyboard: boolean): void {
    void load(`${url}${encodeURIComponent(code)}?with=${encodeURIComponent(codes)}`, byKeyboard ? 'panel' : '');
  }

  function remember(): void {
    const address = new URL(window.location.href);
    if (code) address.searchParams.set('booth', code);
    else address.searchParams.delete('booth');
    address.searchParams.delete('q');
    address.searchParams.delete('with');
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
      markBeside();
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
    for (const one of root.querySelectorAll('a.booth.is-beside, a.booth.is-together')) one.classList.remove('is-beside', 'is-together');
    if (place!.contains(document.activeElement)) boothOf(before)?.focus({ preventScroll: true });
    for (const child of [...place!.children]) (child as HTMLElement).hidden = true;
  }

  root.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.button !== 0) return;
    const target = event.target as Element;
    // With shift a free neighbour is taken together with the booth that is chosen.
    const neighbour = event.shiftKey ? target.closest('a.booth.is-beside, a.booth.is-together') : null;
    if (neighbour) {
      event.preventDefault();
      const codes = beside.split(',').filter(Boolean);
      const added = codeOf(neighbour);
      take((codes.includes(added) ? codes.filter((one) => one !== added) : [...codes, added]).join(','), false);
      return;
    }
    if (event.shiftKey) return;
    const more = target.closest<HTMLElement>('[data-with]');
    if (more) {
      event.preventDefault();
      take(more.dataset['with'] ?? '', event.detail === 0);
      return;
    }
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
    void load(`${url}${encodeURIComponent(code)}?q=${encodeURIComponent(String(words ?? ''))}&with=${encodeURIComponent(beside)}`, 'found');
  });

  if (code) main.classList.add('has-booth');
  mark(code);
  markBeside();
  return {
    get code() { return code; },
    open,
    refresh() {
      const words = place.querySelector<HTMLInputElement>('#clerk-q')?.value;
      if (code) void load(url + encodeURIComponent(code) + `?with=${encodeURIComponent(beside)}` + (words ? `&q=${encodeURIComponent(words)}` : ''), place.contains(document.activeElement) ? 'panel' : '');
    },
  };
}
