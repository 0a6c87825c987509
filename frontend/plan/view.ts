/** Zoom and pan of the picture by its viewBox: wheel, drag, pinch, buttons. The mini-map shows where one is. */
import { boothsOf, placeOf, touching, type BoothLink } from './booths';

export interface Box { x: number; y: number; w: number; h: number }
export interface View {
  zoom(factor: number, centre?: { x: number; y: number }): void;
  pan(dx: number, dy: number): void;
  whole(): void;
  show(booth: Element): void;
}

const CLOSEST = 14; // metres across when zoomed in as far as it goes
const READABLE = 8; // pixels a metre at least, so that numbers can be read

export function startView(root: HTMLElement, svg: SVGSVGElement): View {
  const canvas = root.querySelector<HTMLElement>('[data-plan-canvas]');
  if (!canvas) throw new Error('plan without canvas');
  const mini = root.querySelector<SVGSVGElement>('[data-plan-mini]');
  const frame = root.querySelector<SVGRectElement>('[data-plan-view]');
  const base = svg.viewBox.baseVal;
  const hall: Box = { x: base.x, y: base.y, w: base.width, h: base.height };
  let box: Box = { ...hall };

  const ratio = () => Math.max(0.2, canvas.clientWidth / Math.max(1, canvas.clientHeight));

  /** The smallest box of the canvas's shape around the whole hall. */
  function all(): Box {
    const r = ratio();
    const w = Math.max(hall.w, hall.h * r);
    const h = w / r;
    return { x: hall.x + (hall.w - w) / 2, y: hall.y + (hall.h - h) / 2, w, h };
  }

  function set(next: Box): void {
    const full = all();
    const w = Math.min(full.w, Math.max(CLOSEST, next.w));
    const h = w / ratio();
    const within = (at: number, size: number, from: number, total: number) => (size >= total ? from + (total - size) / 2 : Math.min(from + total - size, Math.max(from, at)));
    box = { x: within(next.x, w, hall.x, hall.w), y: within(next.y, h, hall.y, hall.h), w, h };
    svg.setAttribute('viewBox', `${box.x} ${box.y} ${box.w} ${box.h}`);
    const zoomed = box.w < full.w * 0.98;
    mini?.toggleAttribute('hidden', !zoomed);
    for (const [name, value] of [['x', box.x], ['y', box.y], ['width', box.w], ['height', box.h]] as const) frame?.setAttribute(name, String(value));
  }

  function point(clientX: number, clientY: number): { x: number; y: number } {
    const area = canvas!.getBoundingClientRect();
    return { x: box.x + ((clientX - area.left) / area.width) * box.w, y: box.y + ((clientY - area.top) / area.height) * box.h };
  }

  function zoom(factor: number, centre = { x: box.x + box.w / 2, y: box.y + box.h / 2 }): void {
    const w = Math.min(all().w, Math.max(CLOSEST, box.w / factor));
    const change = w / box.w;
    set({ x: centre.x - (centre.x - box.x) * change, y: centre.y - (centre.y - box.y) * change, w, h: box.h * change });
  }

  const view: View = {
    zoom,
    pan: (dx, dy) => set({ ...box, x: box.x + dx * box.w, y: box.y + dy * box.h }),
    whole: () => set(all()),
    show(booth) {
      const p = placeOf(booth);
      const margin = 1.5;
      let { x, y } = box;
      if (p.x - margin < x) x = p.x - box.w / 3;
      else if (p.x + p.w + margin > x + box.w) x = p.x + p.w - (box.w * 2) / 3;
      if (p.y - margin < y) y = p.y - box.h / 3;
      else if (p.y + p.h + margin > y + box.h) y = p.y + p.h - (box.h * 2) / 3;
      if (x !== box.x || y !== box.y) set({ ...box, x, y });
    },
  };

  canvas.addEventListener('wheel', (event) => {
    const out = event.deltaY > 0;
    if (out && box.w >= all().w * 0.999) return; // nothing left to zoom out of: the page scrolls
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0022)), point(event.clientX, event.clientY));
  }, { passive: false });

  startPointers(canvas, svg, { zoom, point, panPixels: (dx, dy) => set({ ...box, x: box.x - (dx / canvas.clientWidth) * box.w, y: box.y - (dy / canvas.clientHeight) * box.h }) });

  const buttons = root.querySelector<HTMLElement>('[data-plan-zoom]');
  if (buttons) buttons.hidden = false;
  buttons?.addEventListener('click', (event) => {
    const what = (event.target as Element).closest<HTMLElement>('[data-zoom]')?.dataset['zoom'];
    if (what === 'in') zoom(1.5);
    else if (what === 'out') zoom(1 / 1.5);
    else if (what === 'all') view.whole();
  });

  startOutlines(svg);
  new ResizeObserver(() => set(box)).observe(canvas);
  set(all());
  if (canvas.clientWidth / box.w < READABLE * 0.8) {
    const centre = svg.querySelector('[aria-current]') ?? svg.querySelector('.is-mine') ?? svg.querySelector('.booth.state-free:not(.is-dim)') ?? svg.querySelector('.booth');
    const p = centre ? placeOf(centre) : { x: hall.x + hall.w / 2, y: hall.y + hall.h / 2, w: 0, h: 0 };
    const w = canvas.clientWidth / (READABLE + 1.5);
    set({ x: p.x + p.w / 2 - w / 2, y: p.y + p.h / 2 - w / ratio() / 2, w, h: w / ratio() });
  }
  return view;
}

interface Hands {
  zoom(factor: number, centre: { x: number; y: number }): void;
  point(x: number, y: number): { x: number; y: number };
  panPixels(dx: number, dy: number): void;
}

/** One finger or the mouse drags, two fingers pinch; a small movement is still a click. */
function startPointers(canvas: HTMLElement, svg: SVGSVGElement, hands: Hands): void {
  const down = new Map<number, { x: number; y: number }>();
  let moved = 0;
  canvas.addEventListener('dragstart', (event) => event.preventDefault());
  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || (event.target as Element).closest('button')) return;
    if (down.size === 0) moved = 0;
    down.set(event.pointerId, { x: event.clientX, y: event.clientY });
  });
  canvas.addEventListener('pointermove', (event) => {
    const before = down.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    moved += Math.hypot(now.x - before.x, now.y - before.y);
    if (moved < 5) return;
    canvas.classList.add('is-panning');
    if (!canvas.hasPointerCapture(event.pointerId)) canvas.setPointerCapture(event.pointerId);
    const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const far = (p: { x: number; y: number }) => Math.max(10, Math.hypot(p.x - other.x, p.y - other.y));
      hands.zoom(far(now) / far(before), hands.point((now.x + other.x) / 2, (now.y + other.y) / 2));
    } else {
      hands.panPixels(now.x - before.x, now.y - before.y);
    }
    down.set(event.pointerId, now);
  });
  for (const name of ['pointerup', 'pointercancel'] as const) {
    canvas.addEventListener(name, (event) => {
      down.delete(event.pointerId);
      if (down.size === 0) canvas.classList.remove('is-panning');
    });
  }
  svg.addEventListener('click', (event) => {
    if (moved < 5) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    moved = 0;
  }, true);
}

/** Pointing at a booth outlines those beside it. */
function startOutlines(svg: SVGSVGElement): void {
  let near: BoothLink[] = [];
  let last: BoothLink | null = null;
  svg.addEventListener('pointerover', (event) => {
    const booth = (event.target as Element).closest<BoothLink>('a.booth');
    if (booth === last) return;
    last = booth;
    for (const one of near) one.classList.remove('is-near');
    near = booth ? touching(booth, boothsOf(svg)) : [];
    for (const one of near) one.classList.add('is-near');
  });
}
