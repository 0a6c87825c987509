/** Phones at the booth and at the gate: reading a code by the camera, signing with a finger, forms that survive a dead network. */
import { Camera } from './scanner/camera';
import { dropDraft, keepDraft, restoreDrafts } from './lib/record-drafts';

function startCodes(): void {
  const form = document.querySelector<HTMLFormElement>('[data-code-form]');
  const place = form?.querySelector<HTMLElement>('[data-code-camera]');
  const video = place?.querySelector('video');
  const button = place?.querySelector('button');
  const input = form?.querySelector<HTMLInputElement>('[name="code"]');
  if (!form || !place || !video || !button || !input || !Camera.isPossible()) return;
  place.hidden = false;
  const camera = new Camera(video, place.dataset['wasm'] ?? '', (code) => {
    camera.stop();
    input.value = code;
    form.requestSubmit();
  });
  button.addEventListener('click', () => {
    void camera.start().then((trouble) => {
      const words = place.querySelector<HTMLElement>('[role="status"]');
      const text = { blocked: place.dataset['textBlocked'], none: place.dataset['textNone'], busy: place.dataset['textBusy'] };
      if (words) words.textContent = trouble ? text[trouble] ?? '' : '';
      button.hidden = trouble === null;
    });
  });
}

/** A drawing in a hidden field: a name typed below it stands for who cannot draw. */
function startSignature(form: HTMLFormElement): void {
  const place = form.querySelector<HTMLElement>('[data-signature]');
  const canvas = place?.querySelector('canvas');
  const field = place?.querySelector<HTMLInputElement>('[name="signature"]');
  const pen = canvas?.getContext('2d');
  if (!place || !canvas || !field || !pen) return;
  place.hidden = false;
  pen.lineWidth = 3;
  pen.lineCap = pen.lineJoin = 'round';
  let draws = false;
  const at = (event: PointerEvent): [number, number] => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
  };
  canvas.addEventListener('pointerdown', (event) => {
    draws = true;
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...at(event));
  });
  canvas.addEventListener('pointermove', (event) => {
    if (!draws) return;
    pen.lineTo(...at(event));
    pen.stroke();
  });
  canvas.addEventListener('pointerup', () => {
    draws = false;
    field.value = canvas.toDataURL('image/png');
  });
  place.querySelector('button')?.addEventListener('click', () => {
    pen.clearRect(0, 0, canvas.width, canvas.height);
    field.value = '';
  });
}

/** Sent in the background: where the network fails, the page with everything typed and every photo stays. */
async function send(form: HTMLFormElement): Promise<void> {
  const trouble = form.querySelector<HTMLElement>('[data-handover-trouble]');
  form.setAttribute('aria-busy', 'true');
  try {
    const answer = await fetch(form.action || location.href, { method: 'POST', body: new FormData(form), credentials: 'same-origin' });
    if (answer.redirected) {
      dropDraft(location.pathname, form);
      location.assign(answer.url);
      return;
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('#main');
    const main = document.getElementById('main');
    if (fresh && main) {
      main.replaceWith(fresh);
      startHandover();
      fresh.querySelector<HTMLElement>('[data-focus]')?.focus();
    } else location.reload();
  } catch {
    if (trouble) {
      trouble.textContent = form.dataset['textOffline'] ?? '';
      trouble.hidden = false;
      trouble.scrollIntoView({ block: 'center' });
    }
  } finally {
    form.removeAttribute('aria-busy');
  }
}

function startHandover(): void {
  const form = document.querySelector<HTMLFormElement>('[data-handover]');
  if (!form) return;
  startSignature(form);
  restoreDrafts(form.parentElement ?? document.body, location.pathname);
  form.addEventListener('input', (event) => {
    keepDraft(location.pathname, event);
    // A note says that something is wrong: its box need not be ticked as well.
    const note = event.target as HTMLInputElement;
    const box = note.name.startsWith('note_') ? form.querySelector<HTMLInputElement>(`[name="fault_${note.name.slice(5)}"]`) : null;
    if (box && note.value) box.checked = true;
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (form.getAttribute('aria-busy') !== 'true') void send(form);
  });
}

startCodes();
startHandover();
