/** The cash desk: the change while the amount is typed, and the sum while notes are counted. The server does it again. */

/** A number as people here type it: 12.000.000, 12,000,000 or 12000000; null for anything else. */
function typed(text: string, places: number): number | null {
  const plain = text.replace(/[\s\u00a0đ₫$]/g, '');
  if (plain === '') return null;
  const last = Math.max(plain.lastIndexOf('.'), plain.lastIndexOf(','));
  const tail = plain.slice(last + 1);
  const decimal = places > 0 && last >= 0 && tail.length <= places;
  const whole = (decimal ? plain.slice(0, last) : plain).replace(/[.,]/g, '');
  if (!/^\d+$/.test(whole) || (decimal && !/^\d*$/.test(tail))) return null;
  return Number(decimal ? `${whole}.${tail || '0'}` : whole);
}

function money(value: number, currency: string): string {
  return new Intl.NumberFormat(document.documentElement.lang, { style: 'currency', currency }).format(value);
}

const take = document.querySelector<HTMLFormElement>('form[data-cash]');
const change = document.querySelector<HTMLElement>('[data-cash-change]');
if (take && change) {
  const currency = take.dataset.cash ?? 'VND';
  const places = Number(take.dataset.cashPlaces ?? 0);
  const read = (name: string): number | null => {
    const input = take.elements.namedItem(name);
    return input instanceof HTMLInputElement ? typed(input.value, places) : null;
  };
  const show = (): void => {
    const [amount, tendered] = [read('amount'), read('tendered')];
    change.hidden = amount === null || tendered === null;
    if (amount === null || tendered === null) return;
    const back = tendered - amount;
    change.classList.toggle('is-short', back < 0);
    change.textContent = `${back < 0 ? change.dataset.short : change.dataset.label}: ${money(Math.abs(back), currency)}`;
  };
  take.addEventListener('input', show);
  show();
}

for (const box of document.querySelectorAll<HTMLElement>('[data-notes]')) {
  const out = box.parentElement?.querySelector<HTMLElement>('[data-sum]');
  const inputs = [...box.querySelectorAll<HTMLInputElement>('[data-note]')];
  const show = (): void => {
    if (!out) return;
    const sum = inputs.reduce((total, input) => total + Number(input.dataset.note) * (Number(input.value) || 0), 0);
    const difference = sum - Number(box.dataset.expected);
    out.hidden = inputs.every((input) => input.value === '');
    out.classList.toggle('is-short', difference !== 0);
    out.textContent = `${out.dataset.label}: ${money(sum, 'VND')} · ${out.dataset.differs}: ${money(difference, 'VND')}`;
  };
  box.addEventListener('input', show);
  show();
}

export {};
