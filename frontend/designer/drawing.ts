/** The canvas: the server's picture cut into the places of its elements, so that what is dragged takes its picture along. */
import type { Rect } from '../lib/rect';
import { make, put } from '../lib/svg';
import type { Texts } from '../lib/texts';
import { nameOf } from './words';
import type { Model, Part, Side } from './model';

interface Shape { group: SVGElement; clip: SVGElement; image: SVGElement; rect: SVGElement; title: SVGElement }
/** A picture of a side, and where its elements were when it was drawn. */
interface Picture { url: string; size: { w: number; h: number }; rects: Map<string, Rect> }

export class Drawing {
  private readonly shapes = new Map<string, Shape>();
  private readonly layers: Record<string, SVGElement> = {};
  private readonly pictures = new Map<Side, Picture>();

  constructor(private readonly svg: SVGSVGElement, private readonly model: Model, private readonly texts: Texts) {
    svg.replaceChildren();
    svg.setAttribute('role', 'application');
    svg.setAttribute('tabindex', '0');
    svg.setAttribute('aria-describedby', 'designer-keys');
    for (const name of ['page', 'parts', 'hole', 'marks', 'handles']) this.layers[name] = make('g', { class: `layer-${name}` }, svg);
    model.on('content', () => this.all());
    model.on('side', () => this.all());
    model.on('judged', () => this.parts());
    model.on('chosen', () => this.choice());
  }

  /** Millimetres that a pixel of the screen is wide. */
  pixel(): number {
    return 1 / Math.max(0.01, this.screen().a);
  }

  /** Where a pointer is on the page. */
  point(event: { clientX: number; clientY: number }): { x: number; y: number } {
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.screen().inverse());
    return { x, y };
  }

  private screen(): DOMMatrix {
    return this.svg.getScreenCTM() ?? new DOMMatrix();
  }

  picture(side: Side, url: string, parts: Part[]): void {
    this.pictures.set(side, { url, size: { ...this.model.size() }, rects: new Map(parts.map(({ id, x, y, w, h }) => [id, { x, y, w, h }])) });
    if (side === this.model.side) this.parts();
  }

  all(): void {
    const { w, h } = this.model.size();
    this.svg.setAttribute('viewBox', `0 0 ${w} ${h}`);
    const page = this.layers['page']!;
    put(page.firstElementChild ?? make('rect', { class: 'designer-paper' }, page), { width: w, height: h });
    this.layers['hole']!.replaceChildren(...this.model.holes().map((hole) => make('rect', { class: 'designer-hole', x: hole.x, y: hole.y, width: hole.w, height: hole.h, rx: 1.5 })));
    this.parts();
    this.choice();
  }

  parts(): void {
    const parts = this.model.parts();
    const layer = this.layers['parts']!;
    for (const [id, shape] of this.shapes) {
      if (parts.some((one) => one.id === id)) continue;
      shape.group.remove();
      this.shapes.delete(id);
    }
    parts.forEach((part, i) => {
      const shape = this.shapes.get(part.id) ?? this.made(part.id);
      if (layer.children[i] !== shape.group) layer.insertBefore(shape.group, layer.children[i] ?? null);
      put(shape.group, { class: `piece piece-${part.kind}${this.model.problemsOf(part.id).length > 0 ? ' has-error' : ''}${this.model.chosen.has(part.id) ? ' is-chosen' : ''}` });
      shape.title.textContent = nameOf(part, this.texts);
      this.place(shape, part.id, part);
    });
  }

  private made(id: string): Shape {
    const group = make('g', { 'data-part': id });
    const title = make('title', {}, group);
    const clip = make('svg', { preserveAspectRatio: 'none' }, group);
    const image = make('image', {}, clip);
    const shape = { group, title, clip, image, rect: make('rect', { class: 'piece-box' }, group) };
    this.shapes.set(id, shape);
    return shape;
  }

  private place(shape: Shape, id: string, rect: Rect): void {
    put(shape.rect, { x: rect.x, y: rect.y, width: rect.w, height: rect.h });
    put(shape.clip, { x: rect.x, y: rect.y, width: rect.w, height: rect.h });
    const picture = this.pictures.get(this.model.side);
    const was = picture?.rects.get(id);
    shape.group.classList.toggle('is-new', !was);
    if (!picture || !was || was.w <= 0 || was.h <= 0) {
      shape.image.removeAttribute('href');
      return;
    }
    put(shape.clip, { viewBox: `${was.x} ${was.y} ${was.w} ${was.h}` });
    put(shape.image, { href: picture.url, width: picture.size.w, height: picture.size.h });
  }

  /** Elements where a drag would leave them, while it lasts. */
  preview(rects: Map<string, Rect>): void {
    for (const [id, rect] of rects) {
      const shape = this.shapes.get(id);
      if (shape) this.place(shape, id, rect);
    }
    this.handles(rects.size === 1 ? [...rects.values()][0]! : null);
  }

  private choice(): void {
    for (const [id, shape] of this.shapes) shape.group.classList.toggle('is-chosen', this.model.chosen.has(id));
    const picked = this.model.picked();
    this.handles(picked.length === 1 ? picked[0]! : null);
  }

  private handles(rect: Rect | null): void {
    const layer = this.layers['handles']!;
    layer.replaceChildren();
    if (!rect) return;
    const size = this.pixel() * 10;
    for (const [name, x, y] of [['tl', 0, 0], ['t', 0.5, 0], ['tr', 1, 0], ['l', 0, 0.5], ['r', 1, 0.5], ['bl', 0, 1], ['b', 0.5, 1], ['br', 1, 1]] as const) {
      make('rect', { class: `handle handle-${name}`, 'data-handle': name, x: rect.x + rect.w * x - size / 2, y: rect.y + rect.h * y - size / 2, width: size, height: size }, layer);
    }
  }

  /** A rectangle that is being drawn over several, and lines at which something rests. */
  marks(rect: Rect | null, lines: { x?: number; y?: number } = {}): void {
    const layer = this.layers['marks']!;
    layer.replaceChildren();
    const { w, h } = this.model.size();
    if (rect) make('rect', { class: 'marquee', x: rect.x, y: rect.y, width: rect.w, height: rect.h }, layer);
    if (lines.x !== undefined) make('path', { class: 'snap-line', d: `M${lines.x} 0V${h}` }, layer);
    if (lines.y !== undefined) make('path', { class: 'snap-line', d: `M0 ${lines.y}H${w}` }, layer);
  }
}
