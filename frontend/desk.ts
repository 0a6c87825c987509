/** The desk by keyboard alone: arrows choose, Enter registers the chosen or a new person, Enter prints, Escape begins anew. */

const desk = document.querySelector<HTMLElement>('[data-desk]');
const field = document.getElementById('desk-q') as HTMLInputElement | null;

function options(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('#desk-matches [role="option"]')];
}

function chosen(): HTMLElement | undefined {
  return options().find((option) => option.getAttribute('aria-selected') === 'true');
}

function choose(option: HTMLElement | undefined): void {
  for (const other of options()) other.setAttribute('aria-selected', String(other === option));
  if (option) {
    field?.setAttribute('aria-activedescendant', option.id);
    option.scrollIntoView({ block: 'nearest' });
  } else field?.removeAttribute('aria-activedescendant');
}

function step(by: number): void {
  const all = options();
  if (all.length === 0) return;
  const now = all.findIndex((option) => option.getAttribute('aria-selected') === 'true');
  choose(all[(now + by + all.length) % all.length]);
}

function clearMatches(): void {
  document.getElementById('desk-matches')?.replaceChildren();
  field?.setAttribute('aria-expanded', 'false');
  field?.removeAttribute('aria-activedescendant');
}

/** Sends one of the page's small forms; htmx puts the answer into the panel. */
function send(name: 'find' | 'known' | 'new', key: string, value: string): void {
  const form = document.querySelector<HTMLFormElement>(`[data-desk-${name}-form]`);
  const input = form?.elements.namedItem(key);
  const category = form?.elements.namedItem('category');
  if (!form || !(input instanceof HTMLInputElement)) return;
  input.value = value;
  if (category instanceof HTMLInputElement) category.value = document.querySelector<HTMLSelectElement>('.desk-category select')?.value ?? '';
  form.requestSubmit();
}

function take(option: HTMLElement): void {
  const person = option.dataset['person'] ?? '';
  const typed = field?.value ?? '';
  clearMatches();
  if (person) send('known', 'person_id', person);
  else send('new', 'q', typed);
}

/** Back to the empty field, ready for whoever comes next. */
function next(): void {
  clearMatches();
  document.getElementById('desk-panel')?.replaceChildren();
  if (!field) return;
  field.value = '';
  field.focus();
}

function onEnter(): void {
  const typed = field?.value ?? '';
  if (typed.trim().length < 2) return;
  const list = document.querySelector<HTMLElement>('#desk-matches [data-for]');
  const option = chosen();
  if (list && list.dataset['for'] === typed && option) take(option);
  // A hand scanner presses Enter before the list can be there.
  else send('find', 'q', typed);
}

function afterSwap(): void {
  const panel = document.getElementById('desk-panel');
  const moved = panel?.querySelector<HTMLElement>('[data-panel-kind="matches"]');
  if (moved) document.getElementById('desk-matches')?.replaceChildren(moved);
  const open = options().length > 0;
  field?.setAttribute('aria-expanded', String(open));
  if (open) choose(chosen());
  const form = panel?.querySelector<HTMLElement>('[data-panel-kind="new"]');
  // Who may have a badge already comes first, wherever the focus was: Enter takes them, Tab goes on to "another person".
  const hint = panel?.querySelector<HTMLElement>('[data-hint-first]');
  if (hint) {
    clearMatches();
    window.requestAnimationFrame(() => hint.focus());
  } else if (form && !form.contains(document.activeElement)) {
    clearMatches();
    const inputs = [...form.querySelectorAll<HTMLInputElement>('input:not([type="hidden"])')];
    (form.querySelector<HTMLInputElement>('[aria-invalid="true"]') ?? inputs.find((input) => input.value === '') ?? inputs[0])?.focus();
  }
  const result = panel?.querySelector<HTMLElement>('[data-panel-kind="result"]');
  if (result) {
    clearMatches();
    if (field) field.value = '';
    (result.querySelector<HTMLElement>('[data-focus]') ?? field)?.focus();
    document.body.dispatchEvent(new CustomEvent('desk-refresh'));
  }
}

if (desk && field) {
  field.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      step(event.key === 'ArrowDown' ? 1 : -1);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      onEnter();
    }
  });
  field.addEventListener('input', () => { document.getElementById('desk-panel')?.replaceChildren(); });
  field.form?.addEventListener('submit', (event) => {
    event.preventDefault();
    onEnter();
  });
  document.addEventListener('keydown', (event) => { if (event.key === 'Escape' && !document.querySelector('dialog[open]')) next(); });
  desk.addEventListener('click', (event) => {
    const option = (event.target as Element).closest<HTMLElement>('[role="option"]');
    if (option) take(option);
    if ((event.target as Element).closest('[data-desk-cancel]')) next();
  });
  document.addEventListener('submit', (event) => {
    if (!(event.target as Element).matches('[data-desk-print]')) return;
    // A station prints it, or the sheet opens beside; here the next person can be typed at once.
    window.setTimeout(() => {
      next();
      document.body.dispatchEvent(new CustomEvent('desk-refresh'));
    }, 50);
  });
  document.addEventListener('htmx:after:swap', (event) => {
    const target = (event as CustomEvent<{ ctx?: { target?: Element } }>).detail?.ctx?.target;
    // The figures refresh by themselves; only what the person asked for moves the focus.
    if (target?.id === 'desk-panel' || target?.id === 'desk-matches') afterSwap();
  });
  afterSwap();
  if (!document.getElementById('desk-panel')?.firstElementChild) field.focus();
}
