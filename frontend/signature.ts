/** Signing with finger, pen or mouse; the typed name stands for who cannot draw. */
import SignaturePad from 'signature_pad';

function start(form: HTMLFormElement): void {
  const place = form.querySelector<HTMLElement>('[data-pad]');
  const canvas = place?.querySelector('canvas');
  const field = form.querySelector<HTMLInputElement>('[name="signature"]');
  const typed = form.querySelector<HTMLInputElement>('[name="typed"]');
  const trouble = form.querySelector<HTMLElement>('[data-pad-error]');
  if (!place || !canvas || !field) return;
  place.hidden = false;
  // Its background stays clear: the paper behind it is white.
  const pad = new SignaturePad(canvas, { minWidth: 1, maxWidth: 3.2, penColor: '#1d1a18' });

  /** As many dots as the screen has, so that lines are sharp; what was drawn stays when the phone is turned. */
  const fit = () => {
    const drawn = pad.toData();
    const ratio = Math.min(Math.max(window.devicePixelRatio || 1, 1), 2);
    const width = canvas.offsetWidth || 320;
    canvas.width = width * ratio;
    canvas.height = (canvas.offsetHeight || 110) * ratio;
    canvas.getContext('2d')?.scale(ratio, ratio);
    pad.clear();
    pad.fromData(drawn);
  };
  let width = 0;
  new ResizeObserver(() => {
    if (canvas.offsetWidth === width) return;
    width = canvas.offsetWidth;
    fit();
  }).observe(canvas);
  place.querySelector('[data-pad-clear]')?.addEventListener('click', () => pad.clear());
  pad.addEventListener('endStroke', () => { if (trouble) trouble.hidden = true; });
  form.addEventListener('submit', (event) => {
    field.value = pad.isEmpty() ? '' : pad.toDataURL('image/png');
    if (field.value || typed?.checked) return;
    event.preventDefault();
    if (!trouble) return;
    const words = trouble.querySelector('span');
    if (words) words.textContent = form.dataset['textEmpty'] ?? '';
    trouble.hidden = false;
  });
}

for (const form of document.querySelectorAll<HTMLFormElement>('form[data-sign]')) start(form);
