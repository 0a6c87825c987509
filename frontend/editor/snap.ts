/** Where a moved rectangle comes to rest: at edges of others, an aisle's width away from them, else on the grid. */
import type { Rect } from '../lib/rect';
import { nearest, onGrid } from '../lib/snap';
import type { Model } from './model';

export interface Snapped { dx: number; dy: number; lines: { x?: number; y?: number } }

/** How far to move `rect` (already moved by the pointer) so that it rests; `reach` in centimetres. */
export function snap(model: Model, rect: Rect, without: Set<string>, reach: number): Snapped {
  const { aisle, width, depth } = model.hall;
  const near = 3000;
  const xs: number[] = [0, width];
  const ys: number[] = [0, depth];
  for (const [key, other] of model.booths) {
    if (without.has(key)) continue;
    if (other.x > rect.x + rect.w + near || other.x + other.w < rect.x - near || other.y > rect.y + rect.h + near || other.y + other.h < rect.y - near) continue;
    xs.push(other.x, other.x + other.w);
    ys.push(other.y, other.y + other.h);
    // An aisle away counts only for what stands across from it.
    if (other.y < rect.y + rect.h && rect.y < other.y + other.h) xs.push(other.x - aisle, other.x + other.w + aisle);
    if (other.x < rect.x + rect.w && rect.x < other.x + other.w) ys.push(other.y - aisle, other.y + other.h + aisle);
  }
  const across = nearest([rect.x, rect.x + rect.w], xs, reach);
  const along = nearest([rect.y, rect.y + rect.h], ys, reach);
  const lines: Snapped['lines'] = {};
  if (across) lines.x = across.line;
  if (along) lines.y = along.line;
  return { dx: across ? across.by : onGrid(rect.x, model.grid) - rect.x, dy: along ? along.by : onGrid(rect.y, model.grid) - rect.y, lines };
}
