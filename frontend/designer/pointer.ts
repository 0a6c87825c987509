/** Pointer and touch on the canvas: choose, drag, resize, several by a rectangle. */
import { around, stretched, type Rect } from '../lib/rect';
import { nearest, onGrid } from '../lib/snap';
import type { Actions } from './actions';
import type { Drawing } from './drawing';
import { tenth, type Model } from './model';

interface Hands { model: Model; drawing: Drawing; actions: Actions }
interface At { x: number; y: number }
type Drag =
  | { what: 'move'; from: At; rects: Map<string, Rect>; moved: boolean; id: string; toggle: boolean }
  | { what: 'resize'; from: At; handle: string; id: string; rect: Rect; now: Rect }
  | { what: 'mark'; from: At; now: Rect; keep: Set<string> };

const REACH = 6; // pixels within which things snap
const SHAKE = 4; // pixels that a click may move

const rectOf = ({ x, y, w, h }: Rect): Rect => ({ x, y, w, h });

export function startPointer(svg: SVGSVGElement, hands: Hands): void {
  const { model, drawing, actions } = hands;
  let drag: Drag | null = null;
  let first = { clientX: 0, clientY: 0 };

  function begin(event: PointerEvent): Drag {
    const at = drawing.point(event);
    const target = event.target as Element;
    const handle = target.closest<SVGElement>('[data-handle]')?.dataset['handle'];
    const only = model.picked()[0];
    if (handle && only) return { what: 'resize', from: at, handle, id: only.id, rect: rectOf(only), now: rectOf(only) };
    const id = target.closest<SVGElement>('[data-part]')?.dataset['part'];
    if (!id) return { what: 'mark', from: at, now: { ...at, w: 0, h: 0 }, keep: event.shiftKey ? new Set(model.chosen) : new Set() };
    const was = model.chosen.has(id);
    if (event.shiftKey) {
      if (!was) model.choose([...model.chosen, id]);
    } else if (!was) model.choose([id]);
    return { what: 'move', from: at, rects: new Map(model.picked().map((one) => [one.id, rectOf(one)])), moved: false, id, toggle: event.shiftKey && was };
  }

  svg.addEventListener('pointerdown', (event) => {
    if (event.button > 0 || drag) return;
    svg.focus({ preventScroll: true });
    first = event;
    drag = begin(event);
    svg.setPointerCapture(event.pointerId);
  });

  svg.addEventListener('pointermove', (event) => {
    if (!drag) return;
    if (Math.hypot(event.clientX - first.clientX, event.clientY - first.clientY) < SHAKE && !(drag.what === 'move' && drag.moved)) return;
    const at = drawing.point(event);
    const reach = event.altKey ? 0 : drawing.pixel() * REACH;
    if (drag.what === 'move') {
      drag.moved = true;
      drawing.preview(moved(drag, at, reach));
    } else if (drag.what === 'resize') {
      drag.now = resized(drag, at, reach);
      drawing.preview(new Map([[drag.id, drag.now]]));
    } else {
      const { from, keep } = drag;
      const r = { x: Math.min(from.x, at.x), y: Math.min(from.y, at.y), w: Math.abs(from.x - at.x), h: Math.abs(from.y - at.y) };
      drag.now = r;
      drawing.marks(r);
      // Only what lies wholly inside: bands reach from edge to edge and would always be caught.
      const inside = model.parts().filter((one) => one.x >= r.x && one.y >= r.y && one.x + one.w <= r.x + r.w && one.y + one.h <= r.y + r.h);
      model.choose(new Set([...keep, ...inside.map((one) => one.id)]));
    }
  });

  /** Lines at which edges and middles rest: the page, its middle, and all other elements. */
  function lines(axis: 'x' | 'y', without: Set<string>): number[] {
    const far = axis === 'x' ? 'w' : 'h';
    const page = model.size()[far];
    const others = model.parts().filter((one) => !without.has(one.id));
    return [0, page / 2, page, ...others.flatMap((one) => [one[axis], one[axis] + one[far] / 2, one[axis] + one[far]])];
  }

  function moved(now: Drag & { what: 'move' }, at: At, reach: number): Map<string, Rect> {
    const whole = around([...now.rects.values()]);
    const wanted = { x: whole.x + at.x - now.from.x, y: whole.y + at.y - now.from.y };
    const without = new Set(now.rects.keys());
    const across = nearest([wanted.x, wanted.x + whole.w / 2, wanted.x + whole.w], lines('x', without), reach);
    const along = nearest([wanted.y, wanted.y + whole.h / 2, wanted.y + whole.h], lines('y', without), reach);
    drawing.marks(null, { ...(across ? { x: across.line } : {}), ...(along ? { y: along.line } : {}) });
    const step = reach === 0 ? 0.1 : model.grid;
    const dx = across ? wanted.x + across.by - whole.x : onGrid(wanted.x, step) - whole.x;
    const dy = along ? wanted.y + along.by - whole.y : onGrid(wanted.y, step) - whole.y;
    return new Map([...now.rects].map(([id, r]) => [id, { ...r, x: tenth(r.x + dx), y: tenth(r.y + dy) }]));
  }

  function resized(now: Drag & { what: 'resize' }, at: At, reach: number): Rect {
    const edge = (axis: 'x' | 'y') => {
      const rest = nearest([at[axis]], lines(axis, new Set([now.id])), reach);
      return rest ? rest.line : onGrid(at[axis], reach === 0 ? 0.1 : model.grid);
    };
    const part = model.part(now.id);
    const next = stretched(now.rect, now.handle, { x: edge('x'), y: edge('y') }, part?.kind === 'rule' ? 0.2 : 1);
    if (part?.kind !== 'qr') return next;
    // A QR code stays a square; the corner across from the dragged one stays where it is.
    const side = now.handle.length === 2 ? Math.max(next.w, next.h) : /[lr]/.test(now.handle) ? next.w : next.h;
    const { x, y, w, h } = now.rect;
    return { x: now.handle.includes('l') ? x + w - side : x, y: now.handle.includes('t') ? y + h - side : y, w: side, h: side };
  }

  function finish(event: PointerEvent): void {
    const now = drag;
    drag = null;
    drawing.marks(null);
    if (!now) return;
    if (now.what === 'move') {
      if (now.moved) {
        const rects = moved(now, drawing.point(event), event.altKey ? 0 : drawing.pixel() * REACH);
        drawing.marks(null);
        actions.place('drag', rects);
      } else if (now.toggle) model.choose([...model.chosen].filter((id) => id !== now.id));
      else if (!event.shiftKey) model.choose([now.id]);
    } else if (now.what === 'resize') {
      if (now.now !== now.rect) actions.place('resize', new Map([[now.id, now.now]]));
    } else if (now.now.w + now.now.h === 0 && !event.shiftKey) model.choose([]);
  }

  svg.addEventListener('pointerup', finish);
  svg.addEventListener('pointercancel', () => {
    drag = null;
    drawing.marks(null);
    drawing.all();
  });
}
