/** The tablet at the entrance: begins anew after each visitor and after idleness, and shows nothing of the one before. */

const kiosk = document.querySelector<HTMLElement>('[data-kiosk]');
const start = kiosk?.dataset['start'] ?? '';
let left = Number(kiosk?.dataset['idle'] ?? '60');
const patience = left;
const isDone = kiosk?.dataset['kiosk'] === 'done';

/** The empty form takes this page's place in the history: Back does not lead to it again. */
function restart(): void {
  for (const form of document.querySelectorAll('form')) form.reset();
  kiosk?.replaceChildren();
  location.replace(start);
}

/** Whether somebody has left something on this page. */
function hasTyped(): boolean {
  return [...document.querySelectorAll<HTMLInputElement>('.kiosk input:not([type="hidden"])')].some((input) => input.value !== '' && (input.type !== 'checkbox' || input.checked))
    || document.querySelector('[aria-invalid="true"]') !== null
    || location.search !== ''; // the language that they chose
}

if (kiosk && start) {
  // A page that comes back from the browser's memory still holds what was typed.
  window.addEventListener('pageshow', (event) => { if (event.persisted) restart(); });
  window.addEventListener('pagehide', () => { if (isDone) kiosk.replaceChildren(); });
  kiosk.addEventListener('click', (event) => {
    if (!(event.target as Element).closest('[data-restart]')) return;
    event.preventDefault();
    restart();
  });
  if (!isDone) {
    for (const name of ['input', 'pointerdown', 'keydown']) document.addEventListener(name, () => { left = patience; });
    // What is to be mended first, else the first field.
    for (const wanted of ['[aria-invalid="true"]', '.kiosk input:not([type="hidden"])']) {
      const field = document.querySelector<HTMLInputElement>(wanted);
      if (!field) continue;
      field.focus();
      break;
    }
  }
  const words = document.querySelector<HTMLElement>('[data-kiosk-left]');
  window.setInterval(() => {
    left -= 1;
    if (words) {
      words.hidden = false;
      words.textContent = (words.dataset['words'] ?? '').replace('{n}', String(Math.max(left, 0)));
    }
    if (left > 0) return;
    if (isDone || hasTyped()) restart();
    else left = patience;
  }, 1000);
}

export {};
