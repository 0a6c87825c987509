/** The big button of a gate: presses are shown at once, gathered for a moment, kept on the device until the server has them. */

interface Waiting { id: string; change: number; at: string; hour: string }

const counter = document.querySelector<HTMLFormElement>('[data-counter]');
const GATHER = 900;
const AGAIN = 5000;

function start(form: HTMLFormElement): void {
  const key = `fairs-count:${form.dataset['counter'] ?? ''}`;
  const inHour = form.querySelector<HTMLElement>('[data-counter-in-hour]');
  const inDay = form.querySelector<HTMLElement>('[data-counter-in-day]');
  const hourLabel = form.querySelector<HTMLElement>('[data-counter-hour]');
  const network = document.querySelector<HTMLElement>('[data-counter-network] span');
  const numbers = new Intl.NumberFormat(document.documentElement.lang === 'vi' ? 'vi-VN' : 'en-GB');
  const read = (box: HTMLElement | null): number => Number((box?.textContent ?? '0').replace(/\D/g, ''));
  let base = { hour: read(inHour), day: read(inDay) };
  let queue: Waiting[] = kept();
  let sending = '';
  let timer = 0;

  function kept(): Waiting[] {
    try { return JSON.parse(localStorage.getItem(key) ?? '[]') as Waiting[]; } catch { return []; }
  }

  function keep(): void {
    try { localStorage.setItem(key, JSON.stringify(queue)); } catch { /* a private window: they live as long as the page */ }
  }

  function show(word?: string): void {
    const waiting = queue.reduce((sum, one) => sum + one.change, 0);
    if (inHour) inHour.textContent = numbers.format(Math.max(0, base.hour + waiting));
    if (inDay) inDay.textContent = numbers.format(Math.max(0, base.day + waiting));
    if (!network) return;
    const online = form.dataset['online'] ?? '';
    const offline = `${form.dataset['offline'] ?? ''} · ${(form.dataset['waiting'] ?? '').replace('{n}', String(queue.length))}`;
    network.textContent = word ?? (navigator.onLine ? online : offline);
  }

  function press(change: number): void {
    const at = new Date();
    const hour = at.toISOString().slice(0, 13);
    const last = queue.at(-1);
    if (last && last.id !== sending && last.hour === hour && Math.abs(last.change + change) < 200) last.change += change;
    else queue.push({ id: crypto.randomUUID(), change, at: at.toISOString(), hour });
    queue = queue.filter((one) => one.change !== 0 || one.id === sending);
    keep();
    show();
    navigator.vibrate?.(12);
    schedule(GATHER);
  }

  function schedule(after: number): void {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void send(), after);
  }

  async function send(): Promise<void> {
    const first = queue[0];
    if (sending || !first) return;
    sending = first.id;
    const body = new FormData(form);
    body.set('entry_id', first.id);
    body.set('change', String(first.change));
    body.set('at', first.at);
    let word: string | undefined;
    let wait = 0;
    try {
      const answer = await fetch(form.action || location.href, { method: 'POST', body, headers: { Accept: 'application/json' }, redirect: 'manual' });
      if (answer.ok) {
        const told = await answer.json() as { hour: number; in_hour: number; in_day: number };
        base = { hour: told.in_hour, day: told.in_day };
        if (hourLabel) hourLabel.textContent = [told.hour, told.hour + 1].map((hour) => `${String(hour).padStart(2, '0')}:00`).join('–');
        queue.shift();
      } else if (answer.status === 422 || answer.status === 409) {
        const told = await answer.json().catch(() => ({})) as { message?: string };
        word = (form.dataset['refused'] ?? '').replace('{reason}', told.message ?? String(answer.status));
        queue.shift();
      } else if (answer.type === 'opaqueredirect' || answer.status === 400 || answer.status === 401 || answer.status === 403) {
        word = form.dataset['signedOut'];
        wait = AGAIN;
      } else wait = AGAIN;
    } catch {
      word = `${form.dataset['offline'] ?? ''} · ${(form.dataset['waiting'] ?? '').replace('{n}', String(queue.length))}`;
      wait = AGAIN;
    }
    sending = '';
    keep();
    show(word);
    if (queue.length) schedule(wait || 50);
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    const pressed = event.submitter;
    if (pressed instanceof HTMLButtonElement) press(Number(pressed.value));
  }, { capture: true });
  window.addEventListener('online', () => schedule(0));
  window.addEventListener('offline', () => show());
  show();
  if (queue.length) schedule(0);
}

if (counter) start(counter);
