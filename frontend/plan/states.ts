/** What happens elsewhere: every three seconds the states of all booths, when they have changed. */
import { announce } from '../lib/announce';
import { boothsOf, codeOf, type BoothLink } from './booths';
import type { Filters } from './filters';
import type { Panel } from './panel';

const EVERY = 3000;
interface Answer { version: string; states: Record<string, string> }

export function startStates(root: HTMLElement, filters: Filters, panel: Panel): void {
  const booths = boothsOf(root);
  const words = JSON.parse(root.dataset['words'] ?? '{}') as Record<string, string>;
  const url = root.dataset['statesUrl'] ?? '';
  const offline = root.querySelector<HTMLElement>('[data-plan-offline]');
  let version = root.dataset['version'] ?? '';
  let busy = false;

  function change(booth: BoothLink, before: string, state: string): void {
    booth.classList.replace(`state-${before}`, `state-${state}`);
    booth.classList.remove('is-mine');
    booth.classList.add('just-changed');
    window.setTimeout(() => booth.classList.remove('just-changed'), 1700);
    booth.dataset['s'] = state;
    if (state !== 'free') booth.removeAttribute('data-f');
    booth.querySelector('use')?.setAttribute('href', `#sign-${state}`);
    const parts = (booth.getAttribute('aria-label') ?? '').split(', ');
    parts[1] = words[state] ?? state;
    booth.setAttribute('aria-label', parts.join(', '));
    const title = booth.querySelector('title');
    if (title) title.textContent = parts.join(', ');
    const row = root.querySelector<HTMLElement>(`tr[data-code="${CSS.escape(codeOf(booth))}"]`);
    if (!row) return;
    row.dataset['s'] = state;
    row.querySelector('.swatch')?.classList.replace(`state-${before}`, `state-${state}`);
    const word = row.querySelector('[data-word]');
    if (word) word.textContent = words[state] ?? state;
  }

  function apply(states: Record<string, string>): void {
    const counts: Record<string, number> = {};
    const changed: [string, string][] = [];
    for (const booth of booths) {
      const code = codeOf(booth);
      const before = booth.dataset['s'] ?? 'free';
      const state = states[code] ?? 'free';
      counts[state] = (counts[state] ?? 0) + 1;
      if (state === before) continue;
      change(booth, before, state);
      changed.push([code, state]);
    }
    if (changed.length === 0) return;
    for (const one of root.querySelectorAll<HTMLElement>('[data-count]')) one.textContent = String(counts[one.dataset['count'] ?? ''] ?? 0);
    filters.apply();
    const [first] = changed;
    const text = changed.length === 1 && first
      ? (root.dataset['changed'] ?? '').replace('{code}', first[0]).replace('{state}', words[first[1]] ?? first[1])
      : (root.dataset['changedMany'] ?? '').replace('{count}', String(changed.length));
    announce(text);
    if (changed.some(([code]) => code === panel.code)) panel.refresh();
  }

  async function ask(): Promise<void> {
    if (busy || document.hidden) return;
    busy = true;
    try {
      const answer = await fetch(`${url}?since=${encodeURIComponent(version)}`, { credentials: 'same-origin', signal: AbortSignal.timeout(10_000) });
      if (offline) offline.hidden = answer.ok || answer.status === 304;
      if (answer.status !== 200) return;
      const news = (await answer.json()) as Answer;
      version = news.version;
      apply(news.states);
    } catch {
      if (offline) {
        const place = offline.querySelector('span');
        if (place) place.textContent = root.dataset['lost'] ?? '';
        offline.hidden = false;
      }
    } finally {
      busy = false;
    }
  }

  window.setInterval(() => void ask(), EVERY);
  document.addEventListener('visibilitychange', () => void ask());
  document.addEventListener('countdown-end', () => {
    void ask();
    document.querySelector('.hold-bar')?.remove();
    panel.refresh();
  });
}
