/** Filters of the legend: booths that do not match fade on the plan and leave the list. The address keeps them. */
export interface Filters { apply(): void }

const NAMES = ['state', 'zone', 'type', 'fits'] as const;
type Name = (typeof NAMES)[number];

export function startFilters(root: HTMLElement): Filters {
  const now: Record<Name, string> = { state: '', zone: '', type: '', fits: '' };
  for (const one of root.querySelectorAll<HTMLElement>('[data-filter].is-on')) now[one.dataset['filter'] as Name] = one.dataset['value'] ?? '';

  function matches(thing: Element): boolean {
    const value = (name: string) => thing.getAttribute(name) ?? '';
    return (!now.state || value('data-s') === now.state) && (!now.zone || value('data-z') === now.zone)
      && (!now.type || value('data-t') === now.type) && (!now.fits || thing.hasAttribute('data-f'));
  }

  function apply(): void {
    for (const booth of root.querySelectorAll('a.booth')) booth.classList.toggle('is-dim', !matches(booth));
    let count = 0;
    for (const row of root.querySelectorAll<HTMLElement>('#plan-table tbody tr')) {
      row.hidden = !matches(row);
      if (!row.hidden) count++;
    }
    const words = root.querySelector<HTMLElement>('[data-plan-shown]');
    if (words) words.textContent = (words.dataset[count === 1 ? 'one' : 'many'] ?? '{count}').replace('{count}', String(count));
  }

  root.addEventListener('click', (event) => {
    const link = (event.target as Element).closest<HTMLElement>('[data-filter]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const name = link.dataset['filter'] as Name;
    const value = link.dataset['value'] ?? '';
    now[name] = now[name] === value ? '' : value;
    for (const one of root.querySelectorAll<HTMLElement>(`[data-filter="${name}"]`)) {
      const on = now[name] !== '' && one.dataset['value'] === now[name];
      one.classList.toggle('is-on', on);
      if (on) one.setAttribute('aria-current', 'true');
      else one.removeAttribute('aria-current');
    }
    const address = new URL(window.location.href);
    for (const key of NAMES) {
      if (now[key]) address.searchParams.set(key, now[key]);
      else address.searchParams.delete(key);
    }
    window.history.replaceState(null, '', address);
    apply();
  });

  // A list that was sorted anew comes unfiltered.
  document.addEventListener('htmx:after:swap', () => apply());
  return { apply };
}
