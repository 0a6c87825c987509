/** The booths of the picture, their places in metres, and who touches whom. */
export type BoothLink = SVGAElement;

export interface Place { x: number; y: number; w: number; h: number }

const places = new WeakMap<Element, Place>();

export function boothsOf(root: ParentNode): BoothLink[] {
  return [...root.querySelectorAll<BoothLink>('a.booth')];
}

export function codeOf(booth: Element): string {
  return booth.id.slice(2);
}

export function boothOf(code: string): BoothLink | null {
  return document.getElementById(`b-${code}`) as unknown as BoothLink | null;
}

export function placeOf(booth: Element): Place {
  let place = places.get(booth);
  if (!place) {
    const shape = booth.querySelector('rect');
    const value = (name: string) => Number(shape?.getAttribute(name) ?? 0);
    place = { x: value('x'), y: value('y'), w: value('width'), h: value('height') };
    places.set(booth, place);
  }
  return place;
}

/** Booths that share a side with this one: the adjacent group that hovering outlines. */
export function touching(booth: BoothLink, all: BoothLink[]): BoothLink[] {
  const a = placeOf(booth);
  const near = 0.02;
  return all.filter((other) => {
    if (other === booth) return false;
    const b = placeOf(other);
    const across = Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x);
    const along = Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y);
    return (across > near && Math.abs(along) <= near) || (along > near && Math.abs(across) <= near);
  });
}

/** The next booth from `booth` in a direction: the nearest whose middle lies rather that way than sideways. */
export function nextBooth(booth: BoothLink, all: BoothLink[], dx: number, dy: number): BoothLink | null {
  const a = placeOf(booth);
  let best: BoothLink | null = null;
  let least = Infinity;
  for (const other of all) {
    if (other === booth) continue;
    const b = placeOf(other);
    const x = b.x + b.w / 2 - (a.x + a.w / 2);
    const y = b.y + b.h / 2 - (a.y + a.h / 2);
    const ahead = x * dx + y * dy;
    const aside = Math.abs(x * dy) + Math.abs(y * dx);
    if (ahead <= 0.1 || aside > ahead) continue;
    const cost = ahead + aside * 2;
    if (cost < least) [best, least] = [other, cost];
  }
  return best;
}
