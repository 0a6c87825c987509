/** What is done to the draft, however it was asked for: each is one step that can be taken back. */
import { around, type Rect } from '../lib/rect';
import type { Booth, Change, Model, RoomKey, Thing } from './model';
import type { Saving } from './saving';

export const LONGEST = 12;

export class Actions {
  constructor(private readonly model: Model, private readonly saving: Saving) {}

  /** Change the chosen booths, each by `how`. */
  each(label: string, how: (booth: Booth) => Booth): void {
    this.saving.step(label, this.model.picked().map(([key, booth]) => ({ key, after: how({ ...booth }) })));
  }

  place(label: string, rects: Map<string, Rect>): void {
    const changes: Change[] = [];
    for (const [key, rect] of rects) {
      const booth = this.model.booths.get(key);
      if (booth && (booth.x !== rect.x || booth.y !== rect.y || booth.w !== rect.w || booth.h !== rect.h)) changes.push({ key, after: { ...booth, ...rect } });
    }
    this.saving.step(label, changes);
  }

  move(dx: number, dy: number): void {
    if (this.model.part) this.thing((thing) => ({ ...thing, x: thing.x + dx, y: thing.y + dy }));
    else this.each('move', (booth) => ({ ...booth, x: booth.x + dx, y: booth.y + dy }));
  }

  /** A quarter turn of all that is chosen, around its middle. */
  rotate(): void {
    if (this.model.part) {
      this.thing((thing) => ({ ...thing, w: thing.h, h: thing.w }));
      return;
    }
    const picked = this.model.picked();
    if (picked.length === 0) return;
    const whole = around(picked.map(([, booth]) => booth));
    const grid = 5;
    const x = Math.round((whole.x + (whole.w - whole.h) / 2) / grid) * grid;
    const y = Math.round((whole.y + (whole.h - whole.w) / 2) / grid) * grid;
    this.saving.step('rotate', picked.map(([key, b]) => ({ key, after: { ...b, x: x + whole.h - (b.y - whole.y) - b.h, y: y + (b.x - whole.x), w: b.h, h: b.w } })));
  }

  remove(): void {
    if (this.model.part) {
      const { room, index } = this.model.part;
      this.model.choose([]);
      this.saving.step('delete', [{ key: room, after: this.model.room[room].filter((_one, i) => i !== index) }]);
      return;
    }
    this.saving.step('delete', [...this.model.chosen].map((key) => ({ key, after: null })));
  }

  /** Copies beside what is chosen, numbered on from the highest number in use. */
  duplicate(times: number, way: 'right' | 'down', gap: number): void {
    const picked = this.model.picked().sort(([, a], [, b]) => a.y - b.y || a.x - b.x);
    if (picked.length === 0) return;
    const whole = around(picked.map(([, booth]) => booth));
    const numbers = this.numbering(picked[0]![1].code);
    const changes: Change[] = [];
    for (let n = 1; n <= times; n++) {
      const dx = way === 'right' ? n * (whole.w + gap) : 0;
      const dy = way === 'down' ? n * (whole.h + gap) : 0;
      for (const [, booth] of picked) changes.push({ key: this.keyBeside(changes), after: { ...booth, code: numbers(), x: booth.x + dx, y: booth.y + dy, blocked: false, reason: '' } });
    }
    this.saving.step('duplicate', changes);
    this.model.choose(changes.map((one) => one.key));
  }

  private keyBeside(changes: Change[]): string {
    for (;;) {
      const key = this.model.newKey();
      if (changes.every((one) => one.key !== key)) return key;
    }
  }

  /** Free numbers after the highest of the same kind: B-017 is followed by what comes after the last B-…. */
  private numbering(like: string): () => string {
    const parts = /^(.*?)(\d+)$/.exec(like);
    const prefix = parts?.[1] ?? `${this.model.hall.code}-`;
    const digits = parts?.[2]?.length ?? 3;
    let last = 0;
    for (const booth of this.model.booths.values()) {
      if (!booth.code.startsWith(prefix)) continue;
      const rest = booth.code.slice(prefix.length);
      if (/^\d+$/.test(rest)) last = Math.max(last, Number(rest));
    }
    return () => `${prefix}${String(++last).padStart(digits, '0')}`;
  }

  add(rect: Rect): void {
    const like = this.model.picked()[0]?.[1] ?? [...this.model.booths.values()].at(-1);
    const key = this.model.newKey();
    const code = this.numbering(like?.code ?? `${this.model.hall.code}-000`)();
    const booth: Booth = { ...rect, code, type: like?.type ?? 'SHELL9', zone: like?.zone ?? '', blocked: false, reason: '' };
    this.saving.step('add', [{ key, after: booth }]);
    this.model.choose([key]);
  }

  addThing(room: RoomKey, rect: Rect): void {
    const { width, depth } = this.model.hall;
    const thing: Thing = { ...rect };
    if (room !== 'columns') stickToWall(thing, width, depth);
    if (room === 'exits') thing.clear = 200;
    const things = [...this.model.room[room], thing];
    this.saving.step(`add ${room}`, [{ key: room, after: things }]);
    this.model.choose([], { room, index: things.length - 1 });
  }

  /** Change the chosen door, column or exit. */
  thing(how: (thing: Thing) => Thing): void {
    const part = this.model.part;
    if (!part) return;
    this.saving.step(`change ${part.room}`, [{ key: part.room, after: this.model.room[part.room].map((one, i) => (i === part.index ? how({ ...one }) : one)) }]);
  }

  /** Renumber what is chosen; the numbers that are taken or too long are given back, and nothing is done then. */
  renumber(pattern: string, start: number, order: 'rows' | 'snake' | 'columns'): { taken: string[]; long: string; odd: boolean } {
    const place = /\{n(?::0?(\d+))?\}/.exec(pattern);
    if (!place) return { taken: [], long: '', odd: true };
    const picked = inOrder(this.model.picked(), order);
    const codes = picked.map((_one, i) => pattern.replace(place[0], String(start + i).padStart(Number(place[1] ?? 1), '0')).toUpperCase());
    const long = codes.find((code) => code.length > LONGEST) ?? '';
    const others = new Set([...this.model.booths].flatMap(([key, booth]) => (this.model.chosen.has(key) ? [] : [booth.code])));
    const taken = codes.filter((code) => others.has(code));
    if (long || taken.length > 0) return { taken, long, odd: false };
    this.saving.step('renumber', picked.map(([key, booth], i) => ({ key, after: { ...booth, code: codes[i]! } })));
    return { taken, long, odd: false };
  }
}

/** Booths row by row or column by column; in a snake every second row runs back. */
function inOrder(picked: [string, Booth][], order: 'rows' | 'snake' | 'columns'): [string, Booth][] {
  const main = order === 'columns' ? 'x' : 'y';
  const other = order === 'columns' ? 'y' : 'x';
  const lines: [string, Booth][][] = [];
  for (const one of [...picked].sort(([, a], [, b]) => a[main] - b[main] || a[other] - b[other])) {
    const line = lines.at(-1);
    // Booths whose middles lie within half a metre stand in one row.
    if (line && Math.abs(line[0]![1][main] - one[1][main]) <= 50) line.push(one);
    else lines.push([one]);
  }
  return lines.flatMap((line, i) => {
    line.sort(([, a], [, b]) => a[other] - b[other]);
    return order === 'snake' && i % 2 === 1 ? line.reverse() : line;
  });
}

/** A door or exit lies in the nearest wall, half a metre thick. */
function stickToWall(thing: Thing, width: number, depth: number): void {
  const long = Math.max(thing.w, thing.h, 100);
  const gaps = { top: thing.y, left: thing.x, right: width - thing.x - thing.w, bottom: depth - thing.y - thing.h };
  const wall = (Object.entries(gaps) as [keyof typeof gaps, number][]).reduce((least, one) => (one[1] < least[1] ? one : least))[0];
  if (wall === 'top' || wall === 'bottom') Object.assign(thing, { w: long, h: 50, y: wall === 'top' ? 0 : depth - 50 });
  else Object.assign(thing, { w: 50, h: long, x: wall === 'left' ? 0 : width - 50 });
}
