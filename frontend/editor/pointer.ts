/** Pointer and touch on the picture: choose, drag, resize, draw a rectangle, move the view; two fingers zoom. */
import { around, stretched, type Rect } from '../lib/rect';
import { onGrid } from '../lib/snap';
import type { Actions } from './actions';
import type { Drawing } from './drawing';
import type { Model, RoomKey } from './model';
import { snap } from './snap';
import type { Tools } from './tools';
import type { View } from './view';

interface Hands { model: Model; view: View; drawing: Drawing; actions: Actions; tools: Tools }
interface At { x: number; y: number }
type Drag =
  | { what: 'pan' }
  | { what: 'move'; from: At; rects: Map<string, Rect>; moved: boolean; key: string; toggle: boolean }
  | { what: 'resize'; from: At; handle: string; rect: Rect; now: Rect }
  | { what: 'part'; from: At; rect: Rect; now: Rect }
  | { what: 'draw'; from: At; now: Rect; tool: string; keep: Set<string> };

const REACH = 10; // pixels within which things snap
const SHAKE = 4; // pixels that a click may move

export function startPointer(canvas: HTMLElement, svg: SVGSVGElement, hands: Hands): void {
  const { model, view, drawing, actions, tools } = hands;
  const down = new Map<number, { clientX: number; clientY: number }>();
  let drag: Drag | null = null;
  let first = { clientX: 0, clientY: 0 };
  let space = false;

  window.addEventListener('keydown', (event) => { if (event.code === 'Space' && event.target === svg) { space = true; event.preventDefault(); } });
  window.addEventListener('keyup', (event) => { if (event.code === 'Space') space = false; });

  function begin(event: PointerEvent): Drag | null {
    const at = view.point(event);
    const target = event.target as Element;
    const tool = tools.now();
    if (tool === 'points') return null;
    if (tool === 'hand' || event.button === 1 || space) return { what: 'pan' };
    const handle = target.closest<SVGElement>('[data-handle]')?.dataset['handle'];
    if (handle) {
      const rect = model.thing() ?? model.picked()[0]?.[1];
      return rect ? { what: 'resize', from: at, handle, rect: { x: rect.x, y: rect.y, w: rect.w, h: rect.h }, now: { x: rect.x, y: rect.y, w: rect.w, h: rect.h } } : null;
    }
    if (tool !== 'select') return { what: 'draw', from: at, now: { ...at, w: 0, h: 0 }, tool, keep: new Set() };
    const part = target.closest<SVGElement>('[data-room]');
    if (part) {
      model.choose([], { room: part.dataset['room'] as RoomKey, index: Number(part.dataset['index']) });
      const thing = model.thing();
      return thing ? { what: 'part', from: at, rect: thing, now: thing } : null;
    }
    const key = target.closest<SVGElement>('[data-key]')?.dataset['key'];
    if (!key) return { what: 'draw', from: at, now: { ...at, w: 0, h: 0 }, tool, keep: event.shiftKey ? new Set(model.chosen) : new Set() };
    const was = model.chosen.has(key);
    if (event.shiftKey) {
      if (!was) model.choose([...model.chosen, key]);
    } else if (!was) model.choose([key]);
    const rects = new Map(model.picked().map(([one, b]) => [one, { x: b.x, y: b.y, w: b.w, h: b.h }]));
    return { what: 'move', from: at, rects, moved: false, key, toggle: event.shiftKey && was };
  }

  canvas.addEventListener('pointerdown', (event) => {
    if ((event.target as Element).closest('button') || event.button > 1) return;
    svg.focus({ preventScroll: true });
    down.set(event.pointerId, event);
    if (down.size > 1) {
      cancel();
      drag = { what: 'pan' };
      return;
    }
    first = event;
    drag = begin(event);
    if (drag) canvas.setPointerCapture(event.pointerId);
    if (event.button === 1) event.preventDefault();
  });

  canvas.addEventListener('pointermove', (event) => {
    const before = down.get(event.pointerId);
    if (!before || !drag) return;
    const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const far = (p: { clientX: number; clientY: number }) => Math.max(10, Math.hypot(p.clientX - other.clientX, p.clientY - other.clientY));
      view.zoom(far(event) / far(before), { clientX: (event.clientX + other.clientX) / 2, clientY: (event.clientY + other.clientY) / 2 });
    } else if (drag.what === 'pan') view.pan(event.clientX - before.clientX, event.clientY - before.clientY);
    else if (Math.hypot(event.clientX - first.clientX, event.clientY - first.clientY) >= SHAKE || (drag.what === 'move' && drag.moved)) follow(drag, event);
    down.set(event.pointerId, event);
  });

  function follow(now: Drag, event: PointerEvent): void {
    const at = view.point(event);
    const reach = event.altKey ? 0 : view.pixel() * REACH;
    if (now.what === 'move') {
      now.moved = true;
      drawing.preview(moved(now, at, reach));
    } else if (now.what === 'resize' || now.what === 'part') {
      now.now = now.what === 'part' ? { ...now.rect, x: onGrid(now.rect.x + at.x - now.from.x, model.grid), y: onGrid(now.rect.y + at.y - now.from.y, model.grid) } : resized(now, at, reach);
      drawing.marks(now.now);
      if (now.what === 'resize' && !model.part) drawing.preview(new Map(model.picked().map(([key]) => [key, now.now])));
    } else if (now.what === 'draw') {
      const a = now.tool === 'select' ? now.from : { x: onGrid(now.from.x, model.grid), y: onGrid(now.from.y, model.grid) };
      const b = now.tool === 'select' ? at : { x: onGrid(at.x, model.grid), y: onGrid(at.y, model.grid) };
      now.now = { x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), w: Math.abs(a.x - b.x), h: Math.abs(a.y - b.y) };
      drawing.marks(now.now);
      if (now.tool === 'select') mark(now);
    }
  }

  function mark(now: Drag & { what: 'draw' }): void {
    const r = now.now;
    const inside = [...model.booths].filter(([, b]) => b.x < r.x + r.w && r.x < b.x + b.w && b.y < r.y + r.h && r.y < b.y + b.h).map(([key]) => key);
    model.choose(new Set([...now.keep, ...inside]));
  }

  function moved(now: Drag & { what: 'move' }, at: At, reach: number): Map<string, Rect> {
    const whole = around([...now.rects.values()]);
    const wanted = { ...whole, x: whole.x + at.x - now.from.x, y: whole.y + at.y - now.from.y };
    const rest = snap(model, wanted, new Set(now.rects.keys()), reach);
    drawing.marks(null, rest.lines);
    const dx = Math.round(wanted.x + rest.dx - whole.x);
    const dy = Math.round(wanted.y + rest.dy - whole.y);
    return new Map([...now.rects].map(([key, r]) => [key, { ...r, x: r.x + dx, y: r.y + dy }]));
  }

  function resized(now: Drag & { what: 'resize' }, at: At, reach: number): Rect {
    return stretched(now.rect, now.handle, { x: edge('x', at.x, reach), y: edge('y', at.y, reach) }, model.part ? 10 : 50);
  }

  /** An edge that is dragged rests at edges of other booths, else on the grid. */
  function edge(axis: 'x' | 'y', value: number, reach: number): number {
    const lines = [...model.booths].filter(([key]) => !model.chosen.has(key)).flatMap(([, b]) => (axis === 'x' ? [b.x, b.x + b.w] : [b.y, b.y + b.h]));
    const near = lines.filter((line) => Math.abs(line - value) <= reach).sort((a, b) => Math.abs(a - value) - Math.abs(b - value))[0];
    return near ?? onGrid(value, model.grid);
  }

  function finish(event: PointerEvent): void {
    const now = drag;
    drag = null;
    drawing.marks(null);
    if (!now || now.what === 'pan') return;
    const reach = event.altKey ? 0 : view.pixel() * REACH;
    if (now.what === 'move') {
      if (now.moved) {
        const rects = moved(now, view.point(event), reach);
        drawing.marks(null);
        actions.place('drag', rects);
        drawing.booths();
      } else if (now.toggle) model.choose([...model.chosen].filter((key) => key !== now.key));
      else if (!event.shiftKey) model.choose([now.key]);
    } else if (now.what === 'resize') {
      if (model.part) actions.thing((thing) => ({ ...thing, ...now.now }));
      else actions.place('resize', new Map(model.picked().map(([key]) => [key, now.now])));
      drawing.booths();
      drawing.handles();
    } else if (now.what === 'part') {
      if (now.now !== now.rect) actions.thing((thing) => ({ ...thing, x: now.now.x, y: now.now.y }));
    } else if (now.tool === 'select') {
      if (now.now.w + now.now.h === 0 && !event.shiftKey) model.choose([]);
    } else {
      draw(now);
    }
  }

  function draw(now: Drag & { what: 'draw' }): void {
    const like = model.picked()[0]?.[1] ?? [...model.booths.values()].at(-1);
    const size = now.tool === 'add' ? { w: like?.w ?? 300, h: like?.h ?? 300 } : now.tool === 'columns' ? { w: 50, h: 50 } : { w: 300, h: 50 };
    const least = now.tool === 'add' ? 100 : 10;
    const rect = now.now.w >= least && now.now.h >= Math.min(least, 10) ? now.now : { x: onGrid(now.from.x - size.w / 2, model.grid), y: onGrid(now.from.y - size.h / 2, model.grid), ...size };
    if (now.tool === 'add') {
      if (rect !== now.now) {
        const rest = snap(model, rect, new Set(), view.pixel() * REACH);
        rect.x = Math.round(rect.x + rest.dx);
        rect.y = Math.round(rect.y + rest.dy);
      }
      actions.add(rect);
    } else actions.addThing(now.tool as RoomKey, rect);
    tools.take('select');
  }

  function cancel(): void {
    drag = null;
    drawing.marks(null);
    drawing.booths();
  }

  canvas.addEventListener('pointerup', (event) => {
    if (down.delete(event.pointerId) && down.size === 0) finish(event);
  });
  canvas.addEventListener('pointercancel', (event) => {
    down.delete(event.pointerId);
    cancel();
  });
  canvas.addEventListener('auxclick', (event) => event.preventDefault());
}
