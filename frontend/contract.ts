/** The form of a contract: sum of the lines beside the value, and a scanned badge that never saves the form. */

const form = document.querySelector<HTMLFormElement>('form[data-contract]');
const locale = document.documentElement.lang || 'vi';

/** What was typed, in Vietnamese or English manner, as the server reads it; NaN when it is no number. */
function read(text: string): number {
  const plain = text.replace(/[\s\u00a0\u202f']/g, '');
  if (!/^\d[\d.,]*$/.test(plain)) return NaN;
  const marks = plain.match(/[.,]/g) ?? [];
  const last = marks.at(-1);
  if (!last) return Number(plain);
  const tail = plain.slice(plain.lastIndexOf(last) + 1);
  const alike = new Set(marks).size === 1;
  if (alike && (marks.length > 1 || (tail.length === 3 && !plain.startsWith('0')))) return Number(plain.replaceAll(last, ''));
  const head = plain.slice(0, plain.lastIndexOf(last)).replace(/[.,]/g, '');
  return tail ? Number(`${head}.${tail}`) : NaN;
}

function money(amount: number, currency: string): string {
  try {
    return new Intl.NumberFormat(locale, { style: 'currency', currency }).format(amount);
  } catch {
    return `${amount} ${currency}`;
  }
}

function decimals(currency: string): number {
  return new Intl.NumberFormat(locale, { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

/** The amount of a line as typed, or from its price and quantity, which then stands in the empty box in grey; null when blank. */
function lineAmount(line: HTMLElement, currency: string): number | null {
  const of = (name: string): HTMLInputElement | null => line.querySelector<HTMLInputElement>(`[data-line-${name}]`);
  const amount = of('amount');
  if (!amount) return null;
  const product = read(of('price')?.value ?? '') * read(of('quantity')?.value ?? '');
  const scale = 10 ** decimals(currency);
  const rounded = Number.isNaN(product) ? null : Math.round(product * scale + 1e-6) / scale;
  amount.placeholder = rounded === null ? '' : money(rounded, currency);
  const text = amount.value.trim();
  return text ? read(text) : rounded;
}

function showSum(parent: HTMLFormElement): void {
  const out = parent.querySelector<HTMLElement>('[data-lines-sum]');
  const value = parent.querySelector<HTMLInputElement>('[data-value]');
  const currency = parent.querySelector<HTMLSelectElement>('[data-currency]')?.value || 'USD';
  const take = parent.querySelector<HTMLButtonElement>('[data-take-sum]');
  if (!out || !value) return;
  const typed = [...parent.querySelectorAll<HTMLElement>('[data-line]')].map((line) => lineAmount(line, currency)).filter((amount) => amount !== null);
  const sum = typed.reduce((all, amount) => all + (Number.isNaN(amount) ? 0 : amount), 0);
  const total = read(value.value);
  const words = (parent.dataset['sum'] ?? '').replace('{sum}', money(sum, currency));
  const gap = sum - (Number.isNaN(total) ? 0 : total);
  const fits = Math.abs(gap) < 0.5 * 10 ** -decimals(currency);
  out.classList.toggle('sum-fits', typed.length > 0 && fits);
  out.classList.toggle('sum-differs', typed.length > 0 && value.value !== '' && !fits);
  let rest = '';
  if (typed.length > 0 && value.value !== '') {
    rest = fits ? parent.dataset['fits'] ?? '' : (parent.dataset[gap > 0 ? 'over' : 'under'] ?? '').replace('{gap}', money(Math.abs(gap), currency));
  }
  out.textContent = typed.length === 0 ? '' : [words, rest].filter(Boolean).join(' – ');
  if (take) {
    take.hidden = typed.length === 0 || fits;
    take.dataset['amount'] = sum.toFixed(decimals(currency));
  }
}

if (form) {
  form.addEventListener('input', () => showSum(form));
  form.addEventListener('change', () => showSum(form));
  // A line came or went: the lines are another element now.
  document.addEventListener('htmx:after:swap', () => {
    showSum(form);
    if ((document.activeElement ?? document.body) === document.body) {
      form.querySelector<HTMLInputElement>('[data-line]:last-of-type input')?.focus();
    }
  });
  form.addEventListener('keydown', (event) => {
    const target = event.target as HTMLElement;
    if (event.key !== 'Enter' || !(target instanceof HTMLInputElement) || target.type === 'submit') return;
    // Hand scanners end with Enter: it looks for the company. Elsewhere it does nothing, so that no half form is sent.
    event.preventDefault();
    if (target.matches('[data-party]')) target.dispatchEvent(new Event('input', { bubbles: true }));
  });
  form.addEventListener('click', (event) => {
    const take = (event.target as Element).closest<HTMLButtonElement>('[data-take-sum]');
    const value = form.querySelector<HTMLInputElement>('[data-value]');
    if (!take || !value) return;
    value.value = take.dataset['amount'] ?? '';
    showSum(form);
    value.focus();
  });
  showSum(form);
}
