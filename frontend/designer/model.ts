/** The layout in this window: both sides, what is chosen, what the server found. Millimetres from the top left. */
import type { Rect } from '../lib/rect';

export type Kind = 'field' | 'text' | 'qr' | 'logo' | 'photo' | 'band' | 'rule' | 'weave';
export type Side = 'front' | 'back';
export interface Part extends Rect {
  id: string; kind: Kind; field?: string; text_vi?: string; text_en?: string; align?: string; valign?: string; lines?: number;
  largest?: number; smallest?: number; bold?: boolean; colour?: string; fill?: string | null; categories?: string[]; file?: string;
}
export interface Content { format: number; size: string; qr_level: 'M' | 'H'; hole: string; length?: number; front: Part[]; back: Part[] }
export interface Problem { side: Side | ''; id: string; field: string; name: string; message: string }
export interface Judged { mark: string; problems: Problem[]; different: number; changed_by: string }
export interface Size { w: number; h: number; roll?: boolean }
/** What the page knows of sizes, holes and codes; `holes` by size and name, `least` by level with the modules of the code. */
export interface Known { sizes: Record<string, Size>; holes: Record<string, Record<string, Rect[]>>; least: Record<string, number>; modules: Record<string, number> }
export interface Start extends Judged { content: Content; known: Known }

export const SIDES: readonly Side[] = ['front', 'back'];

type Event = 'content' | 'chosen' | 'judged' | 'side';

export class Model {
  content: Content = { format: 1, size: '', qr_level: 'M', hole: '', front: [], back: [] };
  side: Side = 'front';
  chosen = new Set<string>();
  judged: Judged = { mark: '', problems: [], different: 0, changed_by: '' };
  known: Known = { sizes: {}, holes: {}, least: {}, modules: {} };
  grid = 1;
  private heard: [Event, () => void][] = [];

  on(event: Event, act: () => void): void {
    this.heard.push([event, act]);
  }

  private tell(event: Event): void {
    for (const [name, act] of this.heard) if (name === event) act();
  }

  put(content: Content): void {
    this.content = content;
    const before = this.chosen.size;
    for (const id of this.chosen) if (!this.part(id)) this.chosen.delete(id);
    this.tell('content');
    if (before !== this.chosen.size) this.tell('chosen');
  }

  judge({ mark, problems, different, changed_by }: Judged): void {
    this.judged = { mark, problems, different, changed_by };
    this.tell('judged');
  }

  turn(side: Side): void {
    if (this.side === side) return;
    this.side = side;
    this.chosen = new Set();
    this.tell('side');
    this.tell('chosen');
  }

  choose(ids: Iterable<string>): void {
    this.chosen = new Set([...ids].filter((id) => this.part(id)));
    this.tell('chosen');
  }

  parts(): Part[] {
    return this.content[this.side];
  }

  part(id: string): Part | undefined {
    return this.parts().find((one) => one.id === id);
  }

  picked(): Part[] {
    return this.parts().filter((one) => this.chosen.has(one.id));
  }

  size(): Size {
    return sizeOf(this.content, this.known);
  }

  /** The smallest side of a QR code at the layout's level. */
  least(): number {
    return this.known.least[this.content.qr_level] ?? 25;
  }

  /** Width of the white edge that a QR code needs. */
  quiet(side: number): number {
    return (side / (this.known.modules[this.content.qr_level] ?? 37)) * 4;
  }

  holes(): Rect[] {
    return this.known.holes[this.content.size]?.[this.content.hole] ?? [];
  }

  newId(beside: string[] = []): string {
    const taken = new Set([...this.content.front, ...this.content.back].map((one) => one.id).concat(beside));
    for (let n = taken.size + 1; ; n++) if (!taken.has(`e${n}`)) return `e${n}`;
  }

  problemsOf(id: string): Problem[] {
    return this.judged.problems.filter((one) => one.side === this.side && one.id === id);
  }
}

/** Of one badge; a label from a roll has its own length. */
export function sizeOf(content: Content, known: Known): Size {
  const size = known.sizes[content.size] ?? { w: 96, h: 134 };
  return size.roll && content.length ? { ...size, h: content.length } : size;
}

/** Tenths of a millimetre are as fine as any printer needs. */
export const tenth = (value: number): number => Math.round(value * 10) / 10;
