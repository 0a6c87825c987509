/** Zoom and pan of the editor's picture by its viewBox, and where a pointer is in the hall. */
import type { Rect } from '../lib/rect';
import type { Model } from './model';

export interface Box { x: number; y: number; w: number; h: number }
export interface View {
  /** Where a pointer is, in centimetres. */
  point(event: { clientX: number; clientY: number }): { x: number; y: number };
  /** Centimetres that a pixel of the screen is wide. */
  pixel(): number;
  zoom(factor: number, at?: { clientX: number; clientY: number }): void;
  pan(dx: number, dy: number): void;
  whole(): void;
  show(rect: Rect): void;
}

const EDGE = 2.2;
const CLOSEST = 8;

export function startView(canvas: HTMLElement, svg: SVGSVGElement, model: Model): View {
  let box: Box = { x: 0, y: 0, w: 1, h: 1 };
  const ratio = () => Math.max(0.2, canvas.clientWidth / Math.max(1, canvas.clientHeight));

  function all(): Box {
    const width = model.hall.width / 100 + 2 * EDGE;
    const depth = model.hall.depth / 100 + 2 * EDGE;
    const w = Math.max(width, depth * ratio());
    return { x: -EDGE + (width - w) / 2, y: -EDGE + (depth - w / ratio()) / 2, w, h: w / ratio() };
  }

  function set(next: Box): void {
    const full = all();
    const w = Math.min(full.w * 1.6, Math.max(CLOSEST, next.w));
    box = { x: next.x, y: next.y, w, h: w / ratio() };
    // The hall never leaves the window altogether.
    box.x = Math.min(model.hall.width / 100 - 1, Math.max(1 - box.w, box.x));
    box.y = Math.min(model.hall.depth / 100 - 1, Math.max(1 - box.h, box.y));
    svg.setAttribute('viewBox', `${box.x} ${box.y} ${box.w} ${box.h}`);
  }

  function metre(event: { clientX: number; clientY: number }): { x: number; y: number } {
    const area = canvas.getBoundingClientRect();
    return { x: box.x + ((event.clientX - area.left) / area.width) * box.w, y: box.y + ((event.clientY - area.top) / area.height) * box.h };
  }

  const view: View = {
    point(event) {
      const at = metre(event);
      return { x: at.x * 100, y: at.y * 100 };
    },
    pixel: () => (box.w / Math.max(1, canvas.clientWidth)) * 100,
    zoom(factor, at) {
      const centre = at ? metre(at) : { x: box.x + box.w / 2, y: box.y + box.h / 2 };
      const w = Math.min(all().w * 1.6, Math.max(CLOSEST, box.w / factor));
      const change = w / box.w;
      set({ x: centre.x - (centre.x - box.x) * change, y: centre.y - (centre.y - box.y) * change, w, h: box.h * change });
    },
    pan: (dx, dy) => set({ ...box, x: box.x - (dx / canvas.clientWidth) * box.w, y: box.y - (dy / canvas.clientHeight) * box.h }),
    whole: () => set(all()),
    show(rect) {
      const [x, y, w, h] = [rect.x / 100, rect.y / 100, rect.w / 100, rect.h / 100];
      if (x > box.x && y > box.y && x + w < box.x + box.w && y + h < box.y + box.h) return;
      set({ ...box, x: x + w / 2 - box.w / 2, y: y + h / 2 - box.h / 2 });
    },
  };

  canvas.addEventListener('wheel', (event) => {
    event.preventDefault();
    if (event.shiftKey) view.pan(-event.deltaY, 0);
    else view.zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0022)), event);
  }, { passive: false });

  const buttons = canvas.querySelector<HTMLElement>('[data-zoom-bar]');
  if (buttons) buttons.hidden = false;
  buttons?.addEventListener('click', (event) => {
    const what = (event.target as Element).closest<HTMLElement>('[data-zoom]')?.dataset['zoom'];
    if (what === 'in') view.zoom(1.5);
    else if (what === 'out') view.zoom(1 / 1.5);
    else if (what === 'all') view.whole();
  });
  new ResizeObserver(() => set(box)).observe(canvas);
  return view;
}
