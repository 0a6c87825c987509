/** The forms beside the canvas: everything that the pointer does can be typed here, and the rest only here. */
import type { Texts } from '../lib/texts';
import { typedNumber } from '../lib/texts';
import type { Actions } from './actions';
import { tenth, type Content, type Model, type Part } from './model';
import { nameOf } from './words';

type Box = HTMLInputElement & HTMLSelectElement;
const NUMBERS: Record<string, [number, number]> = { x: [-1000, 1000], y: [-1000, 1000], w: [0.1, 1000], h: [0.1, 1000], largest: [4, 150], smallest: [4, 150], lines: [1, 4] };
const CHOICES = ['field', 'align', 'valign', 'file'] as const;

export function startForm(root: HTMLElement, model: Model, actions: Actions, texts: Texts): void {
  const form = root.querySelector<HTMLFormElement>('[data-form]');
  const none = root.querySelector<HTMLElement>('[data-none]');
  if (!form) return;
  const box = (name: string) => form.elements.namedItem(name) as Box | null;
  const set = (name: string, value: string) => {
    const one = box(name);
    if (one && one !== document.activeElement) one.value = value;
    mark(name, '');
  };

  function mark(name: string, message: string): void {
    const one = box(name);
    if (!one || !('setAttribute' in one)) return;
    if (message) one.setAttribute('aria-invalid', 'true');
    else one.removeAttribute('aria-invalid');
    const words = form!.querySelector<HTMLElement>(`[data-wrong="${name}"]`);
    if (words) {
      words.textContent = message;
      words.hidden = message === '';
    }
  }

  function fill(): void {
    const picked = model.picked();
    const one = picked[0];
    form!.hidden = !one;
    if (none) none.hidden = Boolean(one);
    if (!one) return;
    const head = form!.querySelector('[data-chosen]');
    if (head) head.textContent = picked.length > 1 ? texts('many', { count: picked.length }) : nameOf(one, texts);
    for (const part of form!.querySelectorAll<HTMLElement>('[data-for]')) {
      const kinds = (part.dataset['for'] ?? '').split(' ');
      part.hidden = !picked.every((each) => kinds.includes(each.kind)) || (part.dataset['alone'] !== undefined && picked.length > 1);
    }
    for (const name of Object.keys(NUMBERS)) set(name, String(Math.round((one[name as 'x'] ?? 0) * 100) / 100));
    for (const name of CHOICES) set(name, one[name] ?? '');
    for (const name of ['text_vi', 'text_en'] as const) set(name, one[name] ?? '');
    colour('colour', one.colour ?? 'ink');
    colour('fill', one.fill ?? '');
    const bold = box('bold');
    if (bold) bold.checked = one.bold === true;
    for (const check of form!.querySelectorAll<HTMLInputElement>('[name="categories"]')) check.checked = (one.categories ?? []).includes(check.value);
    for (const problem of picked.length === 1 ? model.problemsOf(one.id) : []) mark(box(problem.field) ? problem.field : 'x', problem.message);
  }

  /** One of the named colours, or any other in the box beside. */
  function colour(name: string, value: string): void {
    const own = value.startsWith('#');
    set(name, own ? 'other' : value);
    if (own) set(`${name}_other`, value);
    const beside = box(`${name}_other`)?.closest<HTMLElement>('[data-other]');
    if (beside) beside.hidden = box(name)?.value !== 'other';
  }

  function change(name: string, how: (part: Part) => Part): void {
    actions.each(`edit ${name}`, how);
  }

  function take(name: string): void {
    const one = box(name);
    const limits = NUMBERS[name];
    if (limits && one) {
      const value = typedNumber(one.value);
      if (Number.isNaN(value) || value < limits[0] || value > limits[1] || (name === 'lines' && !Number.isInteger(value))) {
        mark(name, texts('between', { least: limits[0], most: limits[1] }));
        return;
      }
      mark(name, '');
      const next = name === 'lines' ? value : tenth(value);
      if (model.picked().every((part) => part[name as 'x'] === next)) return;
      change(name, (part) => squared({ ...part, [name]: next }, name));
    } else if (name === 'bold') change(name, (part) => ({ ...part, bold: one?.checked === true }));
    else if (name === 'categories') {
      const chosen = [...form!.querySelectorAll<HTMLInputElement>('[name="categories"]:checked')].map((check) => check.value);
      change(name, (part) => ({ ...part, categories: chosen }));
    } else if (name.startsWith('colour') || name.startsWith('fill')) {
      const key = name.startsWith('colour') ? 'colour' : 'fill';
      const picked = box(key)?.value ?? '';
      const value = picked === 'other' ? (box(`${key}_other`)?.value ?? '#000000') : picked;
      change(key, (part) => ({ ...part, [key]: key === 'fill' && value === '' ? null : value }));
    } else if (one) change(name, (part) => ({ ...part, [name]: one.value.slice(0, 200) }));
  }

  /** A QR code stays a square; the largest letters are never below the smallest. */
  function squared(part: Part, name: string): Part {
    if (part.kind === 'qr' && (name === 'w' || name === 'h')) return { ...part, w: part[name], h: part[name] };
    const [largest, smallest] = [part.largest ?? 12, part.smallest ?? 6];
    if (smallest <= largest) return part;
    return name === 'largest' ? { ...part, smallest: largest } : { ...part, largest: smallest };
  }

  form.addEventListener('input', (event) => {
    const { name, type } = event.target as HTMLInputElement;
    // Colours are taken when the choice is made, or each shade on the way would be a step.
    if (name && type !== 'color' && name !== 'csrf_token') take(name);
  });
  form.addEventListener('change', (event) => {
    const one = event.target as HTMLInputElement;
    if (one.type === 'color') take(one.name);
    if (one.type === 'file') void upload(one);
  });
  form.addEventListener('focusout', () => window.setTimeout(fill));
  form.addEventListener('submit', (event) => event.preventDefault());

  /** A picture is kept with the layout at once; the logo that is chosen shows it. */
  async function upload(input: HTMLInputElement): Promise<void> {
    const file = input.files?.[0];
    if (!file) return;
    const body = new FormData();
    body.set('picture', file);
    const answer = await fetch(root.dataset['pictureUrl'] ?? '', { method: 'POST', credentials: 'same-origin', body, headers: { 'X-CSRFToken': root.dataset['csrf'] ?? '', Accept: 'application/json' } }).catch(() => null);
    const said = (await answer?.json().catch(() => ({}))) as { file?: string; name?: string; message?: string } | undefined;
    input.value = '';
    if (!answer?.ok || !said?.file) {
      mark('picture', said?.message ?? texts('offline'));
      return;
    }
    mark('picture', '');
    const list = box('file');
    const known = said.file;
    if (list && ![...list.options].some((option) => option.value === known)) list.add(new Option(said.name ?? known.slice(0, 8), known));
    change('file', (part) => ({ ...part, file: known }));
  }

  for (const event of ['content', 'chosen', 'judged', 'side'] as const) model.on(event, fill);
  startPageForm(root, model, actions, texts);
  fill();
}

/** Size, length of a label, level of the QR code, hole. */
function startPageForm(root: HTMLElement, model: Model, actions: Actions, texts: Texts): void {
  const form = root.querySelector<HTMLFormElement>('[data-page-form]');
  if (!form) return;
  const box = (name: string) => form.elements.namedItem(name) as Box | null;

  function fill(): void {
    const { content } = model;
    for (const name of ['size', 'qr_level', 'hole'] as const) {
      const one = box(name);
      if (one) one.value = content[name];
    }
    const size = model.known.sizes[content.size];
    const length = box('length');
    const place = form!.querySelector<HTMLElement>('[data-roll]');
    if (place) place.hidden = !size?.roll;
    if (length && length !== document.activeElement) length.value = String(content.length ?? size?.h ?? '');
  }

  form.addEventListener('change', (event) => {
    const { name, value } = event.target as HTMLInputElement;
    if (name === 'length') {
      const length = typedNumber(value);
      const odd = Number.isNaN(length) || length < 30 || length > 300;
      box('length')?.setAttribute('aria-invalid', String(odd));
      const words = form!.querySelector<HTMLElement>('[data-wrong="length"]');
      if (words) {
        words.textContent = odd ? texts('between', { least: 30, most: 300 }) : '';
        words.hidden = !odd;
      }
      if (!odd) actions.page({ length: tenth(length) });
    } else if (name === 'size' || name === 'qr_level' || name === 'hole') actions.page({ [name]: value } as Partial<Content>);
  });
  form.addEventListener('submit', (event) => event.preventDefault());
  model.on('content', fill);
  fill();
}
