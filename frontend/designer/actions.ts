/** What is done to the layout, however it was asked for: each is one step that can be taken back. */
import { around, type Rect } from '../lib/rect';
import type { History } from './history';
import { sizeOf, tenth, type Content, type Kind, type Model, type Part } from './model';

export type Edge = 'left' | 'center' | 'right' | 'top' | 'middle' | 'bottom';
export type Order = 'front' | 'forward' | 'backward' | 'back';

const TEXT = { align: 'center', valign: 'middle', lines: 1, largest: 14, smallest: 7, bold: false, colour: 'ink', fill: null, categories: [] };

export class Actions {
  constructor(private readonly model: Model, private readonly history: History, private readonly words: (kind: string) => string) {}

  private side(label: string, parts: Part[]): void {
    this.history.step(label, { ...this.model.content, [this.model.side]: parts });
  }

  /** Change the chosen elements, each by `how`. */
  each(label: string, how: (part: Part) => Part): void {
    if (this.model.chosen.size === 0) return;
    this.side(label, this.model.parts().map((one) => (this.model.chosen.has(one.id) ? how(one) : one)));
  }

  place(label: string, rects: Map<string, Rect>): void {
    this.side(label, this.model.parts().map((one) => {
      const rect = rects.get(one.id);
      return rect ? { ...one, x: tenth(rect.x), y: tenth(rect.y), w: tenth(rect.w), h: tenth(rect.h) } : one;
    }));
  }

  move(dx: number, dy: number): void {
    this.each('move', (one) => ({ ...one, x: tenth(one.x + dx), y: tenth(one.y + dy) }));
  }

  resize(dw: number, dh: number): void {
    this.each('resize', (one) => {
      const [w, h] = [Math.max(1, tenth(one.w + dw)), Math.max(0.2, tenth(one.h + dh))];
      return { ...one, w: one.kind === 'qr' ? Math.max(w, h) : w, h: one.kind === 'qr' ? Math.max(w, h) : h };
    });
  }

  add(kind: Kind, field = ''): void {
    const page = this.model.size();
    const code = this.model.least();
    const sizes: Record<Kind, [number, number]> = { field: [page.w * 0.6, 8], text: [page.w * 0.6, 8], qr: [code, code], logo: [24, 12], photo: [24, 32], band: [page.w, 14], rule: [page.w * 0.6, 0.4], weave: [page.w, 1.7] };
    const [w, h] = sizes[kind];
    const made: Part = { id: this.model.newId(), kind, x: tenth((page.w - w) / 2), y: tenth((page.h - h) / 2), w: tenth(w), h: tenth(h), ...TEXT };
    if (kind === 'field') made.field = field || 'company';
    if (kind === 'text') Object.assign(made, { text_vi: this.words('sampleVi'), text_en: this.words('sampleEn') });
    if (kind === 'band' || kind === 'weave') Object.assign(made, { x: 0, fill: 'category' });
    if (kind === 'rule') made.colour = 'muted';
    this.side('add', kind === 'band' ? [made, ...this.model.parts()] : [...this.model.parts(), made]);
    this.model.choose([made.id]);
  }

  remove(): void {
    if (this.model.chosen.size > 0) this.side('delete', this.model.parts().filter((one) => !this.model.chosen.has(one.id)));
  }

  duplicate(): void {
    const made: Part[] = [];
    for (const one of this.model.picked()) made.push({ ...one, id: this.model.newId(made.map((other) => other.id)), x: tenth(one.x + 3), y: tenth(one.y + 3) });
    if (made.length === 0) return;
    this.side('duplicate', [...this.model.parts(), ...made]);
    this.model.choose(made.map((one) => one.id));
  }

  /** What is chosen is drawn later (before others) or earlier (behind them). */
  order(way: Order): void {
    const parts = [...this.model.parts()];
    const chosen = (one: Part) => this.model.chosen.has(one.id);
    if (way === 'front') parts.sort((a, b) => Number(chosen(a)) - Number(chosen(b)));
    else if (way === 'back') parts.sort((a, b) => Number(chosen(b)) - Number(chosen(a)));
    else {
      const by = way === 'forward' ? 1 : -1;
      const places = [...parts.keys()].filter((i) => chosen(parts[i]!));
      for (const i of by === 1 ? places.reverse() : places) {
        const other = parts[i + by];
        if (!other || chosen(other)) continue;
        [parts[i], parts[i + by]] = [other, parts[i]!];
      }
    }
    this.side('order', parts);
  }

  /** One element is aligned to the page, several to each other. */
  align(edge: Edge): void {
    const picked = this.model.picked();
    if (picked.length === 0) return;
    const page = this.model.size();
    const box = picked.length === 1 ? { x: 0, y: 0, ...page } : around(picked);
    const to: Record<Edge, (one: Part) => Partial<Part>> = {
      left: () => ({ x: box.x }), right: (one) => ({ x: tenth(box.x + box.w - one.w) }), center: (one) => ({ x: tenth(box.x + (box.w - one.w) / 2) }),
      top: () => ({ y: box.y }), bottom: (one) => ({ y: tenth(box.y + box.h - one.h) }), middle: (one) => ({ y: tenth(box.y + (box.h - one.h) / 2) }),
    };
    this.each(`align ${edge}`, (one) => ({ ...one, ...to[edge](one) }));
  }

  /** Size, level of the QR code or hole. Another size takes all elements along, in proportion. */
  page(values: Partial<Pick<Content, 'size' | 'qr_level' | 'hole' | 'length'>>): void {
    const before = this.model.size();
    const content = { ...this.model.content, ...values };
    if (!this.model.known.sizes[content.size]?.roll) delete content.length;
    const after = sizeOf(content, this.model.known);
    const least = this.model.known.least[content.qr_level] ?? 25;
    const fit = (one: Part): Part => scaled(one, after.w / before.w, after.h / before.h, least, after);
    const whole = after.w === before.w && after.h === before.h ? (one: Part) => grown(one, least, after) : fit;
    this.history.step('page', { ...content, front: content.front.map(whole), back: content.back.map(whole) });
  }

  everywhere(): void {
    this.model.choose(this.model.parts().map((one) => one.id));
  }
}

function scaled(one: Part, across: number, down: number, least: number, page: { w: number; h: number }): Part {
  const both = Math.min(across, down);
  const next = { ...one, x: tenth(one.x * across), y: tenth(one.y * down), w: tenth(one.w * across), h: tenth(one.h * down) };
  if (one.kind === 'qr') return grown({ ...next, w: tenth(one.w * both), h: tenth(one.w * both) }, least, page);
  const smallest = one.smallest ?? 7;
  return one.largest ? { ...next, largest: Math.max(smallest, Math.round(one.largest * both * 2) / 2) } : next;
}

/** A QR code is never smaller than its level needs, and stays on the page. */
function grown(one: Part, least: number, page: { w: number; h: number }): Part {
  if (one.kind !== 'qr' || (one.w >= least && one.h >= least)) return one;
  const side = Math.max(least, one.w);
  return { ...one, w: side, h: side, x: tenth(Math.max(0, Math.min(one.x, page.w - side))), y: tenth(Math.max(0, Math.min(one.y, page.h - side))) };
}
