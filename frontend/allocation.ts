/** The plan of an allocation: zoom and pan, and dragging somebody to another booth to see what that would do. Works on top of plain links. */
/// <reference path="./plan/css.d.ts" />
import './plan/plan.css';
import './plan/allocation.css';
import { codeOf } from './plan/booths';
import { startView } from './plan/view';

const page = document.querySelector<HTMLElement>('[data-allocation]');
const root = page?.querySelector<HTMLElement>('[data-plan]');
const svg = root?.querySelector<SVGSVGElement>('#plan-svg');

/** From a booth that somebody stands in to another one: the page shows what the move would do. Nothing is changed by it. */
function startDragging(box: HTMLElement, address: string): void {
  let from: SVGAElement | null = null;
  let over: Element | null = null;
  let begun = { x: 0, y: 0 };
  let moved = false;

  const boothAt = (event: PointerEvent) => document.elementFromPoint(event.clientX, event.clientY)?.closest<SVGAElement>('a.booth') ?? null;

  box.addEventListener('pointerdown', (event) => {
    const booth = (event.target as Element).closest<SVGAElement>('a.booth[data-who]');
    if (!booth || event.button !== 0 || event.pointerType === 'touch') return;
    from = booth;
    begun = { x: event.clientX, y: event.clientY };
    moved = false;
    event.stopPropagation(); // the picture stays where it is
  }, { capture: true });

  addEventListener('pointermove', (event) => {
    if (!from) return;
    moved ||= Math.hypot(event.clientX - begun.x, event.clientY - begun.y) > 6;
    if (!moved) return;
    box.classList.add('is-dragging');
    const now = boothAt(event);
    if (now === over) return;
    over?.classList.remove('is-dropping');
    over = now && now !== from ? now : null;
    over?.classList.add('is-dropping');
  });

  addEventListener('pointerup', () => {
    const booth = from;
    const target = over;
    from = over = null;
    box.classList.remove('is-dragging');
    target?.classList.remove('is-dropping');
    if (!booth || !target || !moved) return;
    location.assign(`${address}?who=${encodeURIComponent(booth.dataset['who'] ?? '')}&to=${encodeURIComponent(codeOf(target))}#panel`);
  });

  box.addEventListener('click', (event) => {
    if (moved) event.preventDefault();
    moved = false;
  }, { capture: true });
}

if (page && root && svg) {
  root.classList.add('is-live');
  const view = startView(root, svg);
  startDragging(root, page.dataset['address'] ?? '');
  const chosen = svg.querySelector('[aria-current]');
  if (chosen) view.show(chosen);
}
