/** What forms need beyond HTML: one send only, echo of amounts, list of chosen files, drafts, filling in. */
import { announce } from './announce';

const locale = document.documentElement.lang || 'vi';

/** Reads what people type as an amount: "12.000.000", "12,000,000", "1 200,50". NaN when it is no number. */
export function readAmount(text: string, decimals: number): number {
  let plain = text.replace(/[\s\u00a0_₫]/g, '');
  if (decimals === 0) plain = plain.replace(/[.,](?=\d{3}(\D|$))/g, '');
  else if (/[.,]\d{1,2}$/.test(plain)) plain = `${plain.slice(0, -3).replace(/[.,]/g, '')}${plain.slice(-3).replace(',', '.')}`;
  else plain = plain.replace(/[.,]/g, '');
  return /^\d+(\.\d+)?$/.test(plain) ? Number(plain) : NaN;
}

function echoAmount(input: HTMLInputElement): void {
  const currency = input.dataset['money'] || 'VND';
  let formatter: Intl.NumberFormat;
  try {
    formatter = new Intl.NumberFormat(locale, { style: 'currency', currency });
  } catch {
    return;
  }
  const field = input.closest('.field');
  if (!field) return;
  let echo = field.querySelector<HTMLElement>('.money-echo');
  if (!echo) {
    echo = document.createElement('output');
    echo.className = 'money-echo';
    (input.closest('.input-group') ?? input).after(echo);
  }
  const amount = readAmount(input.value, formatter.resolvedOptions().maximumFractionDigits ?? 0);
  echo.textContent = input.value && !Number.isNaN(amount) ? formatter.format(amount) : '';
}

function fileSize(bytes: number): string {
  const [value, unit] = bytes < 1_048_576 ? [Math.max(1, Math.round(bytes / 1024)), 'kB'] : [Math.round(bytes / 104_857.6) / 10, 'MB'];
  return `${new Intl.NumberFormat(locale).format(value)} ${unit}`;
}

function listFiles(input: HTMLInputElement): void {
  const list = input.closest('[data-file-box]')?.querySelector<HTMLElement>('[data-file-list]');
  if (!list) return;
  const most = Number(input.dataset['maxBytes'] || Infinity);
  list.replaceChildren(...[...(input.files ?? [])].map((file) => {
    const item = document.createElement('li');
    const size = document.createElement('span');
    item.textContent = file.name;
    size.textContent = file.size > most ? `${fileSize(file.size)}: ${list.dataset['tooBig'] ?? ''}` : fileSize(file.size);
    if (file.size > most) item.className = 'too-big';
    item.append(' ', size);
    return item;
  }));
}

function startSendOnce(): void {
  const sent = new Set<HTMLFormElement>();
  document.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || form.method !== 'post' || form.target === '_blank') return;
    if (event.submitter?.dataset['download'] !== undefined) return; // a file: the page and its form stay
    if (sent.has(form)) {
      event.preventDefault();
      return;
    }
    sent.add(form);
    form.setAttribute('aria-busy', 'true');
    // A download leaves the page where it is: free the form again.
    window.setTimeout(() => { sent.delete(form); form.removeAttribute('aria-busy'); }, 8000);
  });
  window.addEventListener('pageshow', () => {
    for (const form of sent) form.removeAttribute('aria-busy');
    sent.clear();
  });
}

type Draft = Record<string, string>;

const SENT = ':sent';

/** A page that came as the answer to a sent form ends its draft; going back after a failed sending does not. */
function dropSentDrafts(here: string[]): void {
  const entry = performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming | undefined;
  const failed = document.querySelector('.error-summary') !== null;
  for (const mark of Object.keys(sessionStorage).filter((name) => name.startsWith('fairs-draft:') && name.endsWith(SENT))) {
    const draft = mark.slice(0, -SENT.length);
    sessionStorage.removeItem(mark);
    if (!here.includes(draft) || !(failed || entry?.type === 'back_forward')) sessionStorage.removeItem(draft);
  }
}

/** Drafts stay in this browser for the tab's life, never passwords, files or tokens. */
function draftFields(form: HTMLFormElement): (HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement)[] {
  return [...form.elements].filter((e): e is HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement =>
    (e instanceof HTMLTextAreaElement || e instanceof HTMLSelectElement
      || (e instanceof HTMLInputElement && !['hidden', 'password', 'file', 'checkbox', 'radio', 'submit', 'button'].includes(e.type))) && e.name !== '');
}

function startDrafts(): void {
  const key = (form: HTMLFormElement) => `fairs-draft:${form.dataset['draft']}`;
  const forms = [...document.querySelectorAll<HTMLFormElement>('form[data-draft]')];
  dropSentDrafts(forms.map(key));
  for (const form of forms) {
    try {
      const draft = JSON.parse(sessionStorage.getItem(key(form)) ?? '{}') as Draft;
      for (const field of draftFields(form)) if (field.value === '' && draft[field.name]) field.value = draft[field.name] ?? '';
    } catch { /* an unreadable draft is no draft */ }
  }
  document.addEventListener('input', (event) => {
    const form = (event.target as Element).closest<HTMLFormElement>('form[data-draft]');
    if (!form) return;
    const draft: Draft = {};
    for (const field of draftFields(form)) draft[field.name] = field.value;
    try { sessionStorage.setItem(key(form), JSON.stringify(draft)); } catch { /* storage full or forbidden */ }
  });
  document.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement;
    // Sent is not yet arrived: the draft goes when the answer is there (see dropSentDrafts).
    if (form.dataset['draft'] && !event.defaultPrevented) sessionStorage.setItem(`${key(form)}${SENT}`, '1');
  });
}

export function startForms(): void {
  startSendOnce();
  startDrafts();
  for (const input of document.querySelectorAll<HTMLInputElement>('input[data-money]')) echoAmount(input);
  document.addEventListener('input', (event) => {
    const input = event.target;
    if (input instanceof HTMLInputElement && input.dataset['money'] !== undefined) echoAmount(input);
  });
  document.addEventListener('change', (event) => {
    const input = event.target;
    if (input instanceof HTMLInputElement && input.type === 'file') listFiles(input);
    if (input instanceof HTMLElement && input.matches('[data-autosubmit]')) (input as HTMLInputElement).form?.requestSubmit();
  });
  document.addEventListener('click', (event) => {
    const filler = (event.target as Element).closest?.<HTMLElement>('[data-fill-email]');
    if (!filler) return;
    const email = document.querySelector<HTMLInputElement>('input[name="email"]');
    const password = document.querySelector<HTMLInputElement>('input[name="password"]');
    if (email) email.value = filler.dataset['fillEmail'] ?? '';
    if (password) password.value = filler.dataset['fillPassword'] ?? '';
    announce(filler.dataset['filled'] ?? '');
    if (filler.dataset['fillSubmit'] !== undefined) email?.form?.requestSubmit();
    else email?.form?.querySelector<HTMLElement>('[type="submit"]')?.focus();
  });
}
