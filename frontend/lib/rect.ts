/** Rectangles on a plan or a page, in its own whole unit. */
export interface Rect { x: number; y: number; w: number; h: number }

/** The smallest rectangle around all of them. */
export function around(rects: Rect[]): Rect {
  const x = Math.min(...rects.map((one) => one.x));
  const y = Math.min(...rects.map((one) => one.y));
  return { x, y, w: Math.max(...rects.map((one) => one.x + one.w)) - x, h: Math.max(...rects.map((one) => one.y + one.h)) - y };
}

/** `rect` with the dragged corner or edge (`tl`, `r`, `b`, …) at `at`, never smaller than `least`. */
export function stretched(rect: Rect, handle: string, at: { x: number; y: number }, least: number): Rect {
  const [left, top] = [handle.includes('l') ? at.x : rect.x, handle.includes('t') ? at.y : rect.y];
  const [right, bottom] = [handle.includes('r') ? at.x : rect.x + rect.w, handle.includes('b') ? at.y : rect.y + rect.h];
  return {
    x: Math.min(left, rect.x + rect.w - least), y: Math.min(top, rect.y + rect.h - least),
    w: Math.max(least, right - left), h: Math.max(least, bottom - top),
  };
}
