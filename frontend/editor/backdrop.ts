/** The picture under the plan: how strong it is, where it lies, and its scale by two points and the distance between them. */
import type { Drawing } from './drawing';
import type { Backdrop, Model } from './model';
import type { Texts } from '../lib/texts';
import { centimetres } from './texts';
import type { Tools } from './tools';
import type { View } from './view';

interface Hands { model: Model; view: View; drawing: Drawing; tools: Tools; texts: Texts }

export function startBackdrop(root: HTMLElement, canvas: HTMLElement, hands: Hands): void {
  const { model, view, drawing, tools, texts } = hands;
  const box = root.querySelector<HTMLElement>('[data-backdrop]');
  if (!box || !model.backdrop) return;
  const help = box.querySelector<HTMLElement>('[data-scale-help]');
  const strength = box.querySelector<HTMLInputElement>('[data-opacity]');
  const distance = box.querySelector<HTMLInputElement>('[data-distance]');
  const scale = box.querySelector<HTMLButtonElement>('[data-do="scale"]');
  const places = [...box.querySelectorAll<HTMLInputElement>('[data-back]')];
  let points: { x: number; y: number }[] = [];
  box.hidden = false;
  root.classList.add('has-backdrop');

  function fill(): void {
    if (!model.backdrop) return;
    if (strength) strength.value = String(model.backdrop.opacity);
    for (const one of places) one.value = String(model.backdrop[one.dataset['back'] as 'x' | 'y'] / 100);
    drawing.backdrop();
  }

  const say = (key: string) => { if (help) help.textContent = texts(key); };

  async function save(values: Partial<Backdrop>): Promise<void> {
    if (!model.backdrop) return;
    Object.assign(model.backdrop, values);
    fill();
    const answer = await fetch(root.dataset['placeUrl'] ?? '', {
      method: 'POST', credentials: 'same-origin', body: JSON.stringify(values),
      headers: { 'Content-Type': 'application/json', 'X-CSRFToken': root.dataset['csrf'] ?? '', Accept: 'application/json' },
    }).catch(() => null);
    if (!answer?.ok && help) help.textContent = texts('offline');
  }

  strength?.addEventListener('input', () => {
    if (model.backdrop) model.backdrop.opacity = Number(strength.value);
    drawing.backdrop();
  });
  strength?.addEventListener('change', () => void save({ opacity: Number(strength.value) }));
  for (const one of places) {
    one.addEventListener('change', () => {
      const value = centimetres(one.value);
      if (!Number.isNaN(value)) void save({ [one.dataset['back'] as 'x' | 'y']: value });
    });
  }

  box.addEventListener('click', (event) => {
    const what = (event.target as Element).closest<HTMLElement>('[data-do]')?.dataset['do'];
    if (what === 'points') {
      points = [];
      tools.take('points');
      drawing.marks(null);
      say('first');
      canvas.scrollIntoView({ block: 'nearest' });
    } else if (what === 'scale') apply();
  });

  canvas.addEventListener('click', (event) => {
    if (tools.now() !== 'points' || (event.target as Element).closest('button') || points.length >= 2) return;
    points.push(view.point(event));
    drawing.marks(null, {}, points);
    say(points.length === 1 ? 'second' : 'distance');
    if (points.length === 2) {
      if (scale) scale.disabled = false;
      distance?.focus();
    }
  });

  distance?.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') {
      event.preventDefault();
      apply();
    }
  });

  function apply(): void {
    const back = model.backdrop;
    const [a, b] = points;
    const wanted = centimetres(distance?.value ?? '');
    if (!back || !a || !b || Number.isNaN(wanted) || wanted <= 0) {
      say(points.length < 2 ? 'first' : 'distance');
      distance?.setAttribute('aria-invalid', String(points.length >= 2));
      return;
    }
    distance?.removeAttribute('aria-invalid');
    const factor = wanted / Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));
    const mm = Math.round(back.mm * factor * 1000) / 1000;
    points = [];
    if (scale) scale.disabled = true;
    drawing.marks(null);
    tools.take('select');
    say('scaled');
    // The first point stays where it is on the plan.
    void save({ mm, x: Math.round(a.x - (a.x - back.x) * factor), y: Math.round(a.y - (a.y - back.y) * factor) });
  }

  fill();
}
