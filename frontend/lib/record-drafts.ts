/** What was typed into the forms of a record and not sent: kept for the tab's life, per record and form; never passwords or files. */
type Typed = Record<string, string>;
type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

const PREFIX = 'fairs-record:';

function keyOf(record: string, form: HTMLFormElement): string {
  return `${PREFIX}${record}#${new URL(form.getAttribute('action') || record, location.href).pathname}`;
}

function fieldsOf(form: HTMLFormElement): Field[] {
  return [...form.elements].filter((one): one is Field =>
    (one instanceof HTMLTextAreaElement || one instanceof HTMLSelectElement
      || (one instanceof HTMLInputElement && !['hidden', 'password', 'file', 'submit', 'button', 'radio'].includes(one.type))) && one.name !== '');
}

const valueOf = (field: Field): string => (field instanceof HTMLInputElement && field.type === 'checkbox' ? String(field.checked) : field.value);
const initialOf = (field: Field): string => {
  if (field instanceof HTMLSelectElement) return [...field.options].find((option) => option.defaultSelected)?.value ?? field.options[0]?.value ?? '';
  if (field instanceof HTMLInputElement && field.type === 'checkbox') return String(field.defaultChecked);
  return field.defaultValue;
};

export function keepDraft(record: string, event: Event): void {
  const form = (event.target as Element).closest<HTMLFormElement>('form');
  if (!form || form.method !== 'post') return;
  const typed: Typed = {};
  for (const field of fieldsOf(form)) if (valueOf(field) !== initialOf(field)) typed[field.name] = valueOf(field);
  try {
    if (Object.keys(typed).length) sessionStorage.setItem(keyOf(record, form), JSON.stringify(typed));
    else sessionStorage.removeItem(keyOf(record, form));
  } catch { /* storage full or forbidden: then it lives as long as the form is shown */ }
}

export function dropDraft(record: string, form: HTMLFormElement): void {
  sessionStorage.removeItem(keyOf(record, form));
}

/** Puts back what was typed; true when there was something. What the server sent back with an error is the newer text. */
export function restoreDrafts(place: HTMLElement, record: string): boolean {
  let found = false;
  for (const form of place.querySelectorAll<HTMLFormElement>('form[method="post"]')) {
    let typed: Typed;
    try { typed = JSON.parse(sessionStorage.getItem(keyOf(record, form)) ?? '{}') as Typed; } catch { continue; }
    if (form.querySelector('.is-invalid, .has-error')) continue;
    for (const field of fieldsOf(form)) {
      const value = typed[field.name];
      if (value === undefined || value === valueOf(field)) continue;
      if (field instanceof HTMLInputElement && field.type === 'checkbox') field.checked = value === 'true';
      else field.value = value;
      found = true;
      for (let fold = field.closest('details'); fold; fold = fold.parentElement?.closest('details') ?? null) fold.open = true;
    }
  }
  return found;
}
