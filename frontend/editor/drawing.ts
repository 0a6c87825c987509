/** The picture of the draft. Shapes are made once and changed in place; user units are metres. */
import type { Rect } from '../lib/rect';
import { make, put } from '../lib/svg';
import type { Booth, Model, RoomKey, Thing } from './model';
import { ROOM } from './model';
import type { View } from './view';

const box = (rect: Rect) => ({ x: rect.x / 100, y: rect.y / 100, width: Math.max(0, rect.w / 100), height: Math.max(0, rect.h / 100) });

interface Shape { group: SVGElement; rect: SVGElement; open: SVGElement; text: SVGElement; title: SVGElement; drawn: string }

export class Drawing {
  private readonly shapes = new Map<string, Shape>();
  private readonly layers: Record<string, SVGElement> = {};
  private taken: Record<string, string> = {};

  constructor(svg: SVGSVGElement, private readonly model: Model, private readonly view: View) {
    const defs = svg.querySelector('defs');
    svg.replaceChildren(...(defs ? [defs] : []));
    svg.setAttribute('role', 'application');
    svg.setAttribute('tabindex', '0');
    svg.setAttribute('aria-describedby', 'editor-keys');
    for (const name of ['floor', 'back', 'zones', 'room', 'booths', 'marks', 'handles']) this.layers[name] = make('g', { class: `layer-${name}` }, svg);
    model.on('plan', () => this.all());
    model.on('judged', () => this.booths());
    model.on('chosen', () => this.choice());
  }

  /** Which booths are taken: their numbers as published, by state. */
  states(url: string): void {
    if (!url) return;
    void fetch(url, { credentials: 'same-origin' }).then(async (answer) => {
      if (answer.status !== 200) return;
      this.taken = ((await answer.json()) as { states: Record<string, string> }).states;
      this.booths();
    }).catch(() => undefined);
  }

  all(): void {
    this.floor();
    this.backdrop();
    this.zones();
    this.roomParts();
    this.booths();
    this.choice();
  }

  private layer(name: string): SVGElement {
    return this.layers[name]!;
  }

  private floor(): void {
    const { width, depth } = this.model.hall;
    const size = { width: width / 100, height: depth / 100 };
    const layer = this.layer('floor');
    const now = `${width}x${depth}`;
    if (layer.getAttribute('data-size') === now) return;
    layer.replaceChildren();
    layer.setAttribute('data-size', now);
    for (const name of ['plan-floor', 'plan-grid-1', 'plan-grid-10']) make('rect', { class: name, ...size }, layer);
    make('rect', { class: 'plan-wall', ...size }, layer);
  }

  backdrop(): void {
    const layer = this.layer('back');
    const back = this.model.backdrop;
    if (!back) {
      layer.replaceChildren();
      return;
    }
    const image = layer.firstElementChild ?? make('image', { href: back.url, preserveAspectRatio: 'none' }, layer);
    put(image, { x: back.x / 100, y: back.y / 100, width: (back.w * back.mm) / 1000, height: (back.h * back.mm) / 1000, opacity: back.opacity / 100 });
  }

  private zones(): void {
    const layer = this.layer('zones');
    const paths = new Map<string, string>();
    for (const booth of this.model.booths.values()) {
      if (booth.zone) paths.set(booth.zone, `${paths.get(booth.zone) ?? ''}M${booth.x / 100} ${booth.y / 100}h${booth.w / 100}v${booth.h / 100}h${-booth.w / 100}z`);
    }
    layer.replaceChildren(...this.model.zones.flatMap((zone) => {
      const d = paths.get(zone.code);
      return d ? [make('path', { class: `zone-tint tint-${zone.tint}`, d })] : [];
    }));
  }

  private roomParts(): void {
    const layer = this.layer('room');
    layer.replaceChildren();
    for (const room of ROOM) {
      this.model.room[room].forEach((thing, index) => this.part(layer, room, thing, index));
    }
  }

  private part(layer: SVGElement, room: RoomKey, thing: Thing, index: number): void {
    const chosen = this.model.part?.room === room && this.model.part.index === index;
    const group = make('g', { class: `part part-${room}${chosen ? ' is-chosen' : ''}`, 'data-room': room, 'data-index': index }, layer);
    make('rect', box(thing), group);
    if (thing.label) make('text', { class: 'plan-door-name', x: (thing.x + thing.w / 2) / 100, y: (thing.y + thing.h / 2) / 100 + 0.4 }, group).textContent = thing.label;
  }

  booths(): void {
    const layer = this.layer('booths');
    for (const [key, shape] of this.shapes) {
      if (this.model.booths.has(key)) continue;
      shape.group.remove();
      this.shapes.delete(key);
    }
    const bad = new Map<string, string>();
    for (const one of this.model.judged.problems) {
      if (one.grade === 'note') continue;
      for (const key of one.keys) if (bad.get(key) !== 'error') bad.set(key, one.grade);
    }
    for (const [key, booth] of this.model.booths) this.booth(layer, key, booth, bad.get(key) ?? '');
  }

  private booth(layer: SVGElement, key: string, booth: Booth, bad: string): void {
    const sides = this.model.judged.sides[key] ?? '';
    const state = this.taken[this.model.published[key] ?? ''] ?? '';
    const drawn = [booth.code, booth.x, booth.y, booth.w, booth.h, booth.blocked, sides, state, bad].join('|');
    let shape = this.shapes.get(key);
    if (shape?.drawn === drawn) return;
    if (!shape) {
      const group = make('g', { 'data-key': key }, layer);
      shape = { group, title: make('title', {}, group), rect: make('rect', { class: 'booth-shape' }, group), open: make('path', {}, group), text: make('text', { class: 'booth-code' }, group), drawn };
      this.shapes.set(key, shape);
    }
    shape.drawn = drawn;
    const look = state && state !== 'blocked' ? state : booth.blocked ? 'blocked' : 'free';
    put(shape.group, { class: `booth state-${look}${bad ? ` has-${bad}` : ''}${this.model.chosen.has(key) ? ' is-chosen' : ''}` });
    put(shape.rect, box(booth));
    this.text(shape.text, booth);
    put(shape.open, { class: 'open-side', d: openPath(booth, sides) });
    shape.title.textContent = booth.code;
  }

  private text(text: SVGElement, booth: Rect & { code: string }): void {
    const number = booth.code.slice(booth.code.lastIndexOf('-') + 1);
    put(text, { x: (booth.x + booth.w / 2) / 100, y: (booth.y + booth.h / 2) / 100 + 0.4 });
    if (text.textContent !== number) text.textContent = number;
  }

  /** Booths where a drag would leave them, while it lasts. */
  preview(rects: Map<string, Rect>): void {
    for (const [key, rect] of rects) {
      const shape = this.shapes.get(key);
      const booth = this.model.booths.get(key);
      if (!shape || !booth) continue;
      shape.drawn = '';
      put(shape.rect, box(rect));
      this.text(shape.text, { ...rect, code: booth.code });
      put(shape.open, { d: '' });
    }
  }

  private choice(): void {
    for (const [key, shape] of this.shapes) shape.group.classList.toggle('is-chosen', this.model.chosen.has(key));
    this.roomParts();
    this.handles();
  }

  /** Grips at the corners of the one thing that is chosen. */
  handles(rect: Rect | null = null): void {
    const layer = this.layer('handles');
    layer.replaceChildren();
    const picked = this.model.picked();
    const chosen = rect ?? (picked.length === 1 ? picked[0]![1] : this.model.thing() ?? null);
    if (!chosen) return;
    const size = Math.min(0.8, (this.view.pixel() / 100) * 11);
    for (const [name, x, y] of [['tl', 0, 0], ['tr', 1, 0], ['bl', 0, 1], ['br', 1, 1]] as const) {
      make('rect', { class: `handle handle-${name}`, 'data-handle': name, x: (chosen.x + chosen.w * x) / 100 - size / 2, y: (chosen.y + chosen.h * y) / 100 - size / 2, width: size, height: size }, layer);
    }
  }

  /** The rectangle that is being drawn, and lines to which it snaps. */
  marks(rect: Rect | null, lines: { x?: number; y?: number } = {}, points: { x: number; y: number }[] = []): void {
    const layer = this.layer('marks');
    layer.replaceChildren();
    if (rect) make('rect', { class: 'marquee', ...box(rect) }, layer);
    const { width, depth } = this.model.hall;
    if (lines.x !== undefined) make('path', { class: 'snap-line', d: `M${lines.x / 100} 0V${depth / 100}` }, layer);
    if (lines.y !== undefined) make('path', { class: 'snap-line', d: `M0 ${lines.y / 100}H${width / 100}` }, layer);
    for (const point of points) make('circle', { class: 'scale-point', cx: point.x / 100, cy: point.y / 100, r: Math.min(0.6, (this.view.pixel() / 100) * 6) }, layer);
    const [a, b] = points;
    if (a && b) make('path', { class: 'scale-line', d: `M${a.x / 100} ${a.y / 100}L${b.x / 100} ${b.y / 100}` }, layer);
  }
}

function openPath(booth: Rect, sides: string): string {
  const [x, y, w, h] = [booth.x / 100, booth.y / 100, booth.w / 100, booth.h / 100];
  const edge = 0.14;
  return [
    sides.includes('t') ? `M${x + edge} ${y + edge}h${w - 2 * edge}` : '', sides.includes('b') ? `M${x + edge} ${y + h - edge}h${w - 2 * edge}` : '',
    sides.includes('l') ? `M${x + edge} ${y + edge}v${h - 2 * edge}` : '', sides.includes('r') ? `M${x + w - edge} ${y + edge}v${h - 2 * edge}` : '',
  ].join('');
}
