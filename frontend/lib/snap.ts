/** Where a dragged edge comes to rest: at a line that is near, else on the grid. */

export interface Rest { by: number; line: number }

/** How far the nearest of `edges` is from one of `lines`, when that is within `reach`. */
export function nearest(edges: number[], lines: number[], reach: number): Rest | null {
  let found: Rest | null = null;
  for (const edge of edges) {
    for (const line of lines) {
      const by = line - edge;
      if (Math.abs(by) <= reach && (!found || Math.abs(by) < Math.abs(found.by))) found = { by, line };
    }
  }
  return found;
}

export function onGrid(value: number, grid: number): number {
  return Math.round(value / grid) * grid;
}
