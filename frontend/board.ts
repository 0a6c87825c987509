/** The live board: asks for its figures every few seconds, seldom when nobody looks; the server answers 304 while nothing is new. */

export {};

const HIDDEN = 60_000;
const LOCALE = document.documentElement.lang === 'vi' ? 'vi-VN' : 'en-GB';

function start(board: HTMLElement): void {
  const state = document.querySelector<HTMLElement>('[data-board-state]');
  const every = Number(board.dataset['every'] ?? '5') * 1000;
  let known = '';
  let lostAt = '';
  let timer = 0;

  async function ask(): Promise<void> {
    const headers: Record<string, string> = known ? { 'If-None-Match': known } : {};
    try {
      const answer = await fetch(board.dataset['board'] ?? '', { headers, cache: 'no-store', credentials: 'same-origin' });
      if (answer.redirected || answer.status === 404 || answer.status === 410 || answer.status === 401) {
        location.reload(); // signed out, or the link was closed: the page itself says so
        return;
      }
      if (answer.status === 200) {
        const part = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('[data-board-part]');
        if (part) replace(part);
        known = answer.headers.get('ETag') ?? '';
      }
      if (answer.ok || answer.status === 304) say('');
    } catch {
      say(new Date().toLocaleTimeString(LOCALE, { hour: '2-digit', minute: '2-digit' }));
    }
    plan();
  }

  // Who went to a day with the keyboard stays there.
  function replace(part: Element): void {
    const held = board.contains(document.activeElement) ? document.activeElement?.getAttribute('href') : null;
    board.replaceChildren(part);
    if (held) board.querySelector<HTMLElement>(`a[href="${CSS.escape(held)}"]`)?.focus();
  }

  function say(time: string): void {
    if (time && lostAt) return;
    lostAt = time;
    if (state) state.textContent = time ? (board.dataset['textLost'] ?? '').replace('{time}', time) : '';
    board.classList.toggle('is-lost', time !== '');
  }

  function plan(): void {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void ask(), document.hidden ? HIDDEN : every);
  }

  document.addEventListener('visibilitychange', () => { if (document.hidden) plan(); else void ask(); });
  plan();
}

function startWall(board: HTMLElement): void {
  const clock = document.querySelector<HTMLElement>('[data-board-clock]');
  const zone = board.dataset['clock'];
  if (clock && zone) {
    const time = new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit', timeZone: zone });
    const tick = (): void => { clock.textContent = time.format(new Date()); };
    tick();
    window.setInterval(tick, 5000);
  }
  const full = document.querySelector<HTMLButtonElement>('[data-board-full]');
  if (full && document.fullscreenEnabled) {
    full.hidden = false;
    full.addEventListener('click', () => void document.documentElement.requestFullscreen());
    document.addEventListener('fullscreenchange', () => { full.hidden = document.fullscreenElement !== null; });
  }
  // A screen in the hall must not fall asleep.
  const awake = (): void => { if (!document.hidden) void navigator.wakeLock?.request('screen').catch(() => undefined); };
  awake();
  document.addEventListener('visibilitychange', awake);
}

const board = document.querySelector<HTMLElement>('[data-board]');
if (board) {
  start(board);
  if (board.dataset['clock']) startWall(board);
}
