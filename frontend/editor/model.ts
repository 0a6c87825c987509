/** The draft in this window: booths by key, doors, columns, exits, what is chosen, what the server found. Centimetres. */
import type { Rect } from '../lib/rect';

export interface Booth extends Rect { code: string; type: string; zone: string; blocked: boolean; reason: string }
export interface Thing extends Rect { label?: string; clear?: number }
export type RoomKey = 'doors' | 'columns' | 'exits';
export interface Change { key: string; after: Booth | Thing[] | null }
export interface Problem { kind: string; grade: 'error' | 'warning' | 'note'; keys: string[]; text: string }
export interface Backdrop { url: string; x: number; y: number; mm: number; opacity: number; w: number; h: number }
export interface Judged {
  revision: number; sides: Record<string, string>; problems: Problem[]; can_undo: boolean; can_redo: boolean; different: number; changed_by: string;
}
export interface Draft extends Judged {
  booths: Record<string, Booth>; doors: Thing[]; columns: Thing[]; exits: Thing[];
  hall: { code: string; width: number; depth: number; aisle: number };
  published: Record<string, string>; zones: { code: string; name: string; tint: number }[]; backdrop: Backdrop | null;
}

export const ROOM: readonly RoomKey[] = ['doors', 'columns', 'exits'];
export const isRoom = (key: string): key is RoomKey => (ROOM as readonly string[]).includes(key);

/** What can be chosen beside booths: the n-th door, column or exit. */
export interface Part { room: RoomKey; index: number }

type Event = 'plan' | 'chosen' | 'judged';

export class Model {
  booths = new Map<string, Booth>();
  room: Record<RoomKey, Thing[]> = { doors: [], columns: [], exits: [] };
  hall = { code: '', width: 0, depth: 0, aisle: 200 };
  published: Record<string, string> = {};
  zones: Draft['zones'] = [];
  backdrop: Backdrop | null = null;
  judged: Judged = { revision: 0, sides: {}, problems: [], can_undo: false, can_redo: false, different: 0, changed_by: '' };
  chosen = new Set<string>();
  part: Part | null = null;
  grid = 50;
  private heard: [Event, () => void][] = [];

  on(event: Event, act: () => void): void {
    this.heard.push([event, act]);
  }

  tell(event: Event): void {
    for (const [name, act] of this.heard) if (name === event) act();
  }

  fill(draft: Draft): void {
    this.booths = new Map(Object.entries(draft.booths));
    this.room = { doors: draft.doors, columns: draft.columns, exits: draft.exits };
    this.hall = draft.hall;
    this.published = draft.published;
    this.zones = draft.zones;
    this.backdrop = draft.backdrop;
    this.judge(draft);
    this.tidy();
    this.tell('plan');
  }

  judge(judged: Judged): void {
    const { revision, sides, problems, can_undo, can_redo, different, changed_by } = judged;
    this.judged = { revision, sides, problems, can_undo, can_redo, different, changed_by };
    this.tell('judged');
  }

  apply(changes: Change[]): void {
    for (const { key, after } of changes) {
      if (isRoom(key)) this.room[key] = (after ?? []) as Thing[];
      else if (after === null) this.booths.delete(key);
      else this.booths.set(key, after as Booth);
    }
    this.tidy();
    this.tell('plan');
  }

  private tidy(): void {
    const before = this.chosen.size;
    for (const key of this.chosen) if (!this.booths.has(key)) this.chosen.delete(key);
    if (this.part && !this.room[this.part.room][this.part.index]) this.part = null;
    if (before !== this.chosen.size) this.tell('chosen');
  }

  choose(keys: Iterable<string>, part: Part | null = null): void {
    this.chosen = new Set(keys);
    this.part = part;
    this.tell('chosen');
  }

  thing(): Thing | undefined {
    return this.part ? this.room[this.part.room][this.part.index] : undefined;
  }

  /** The chosen booths in the order of the plan: rows from the top, each from the left. */
  picked(): [string, Booth][] {
    return [...this.chosen].flatMap((key) => (this.booths.has(key) ? [[key, this.booths.get(key)!] as [string, Booth]] : []));
  }

  ordered(): [string, Booth][] {
    return [...this.booths].sort(([, a], [, b]) => a.y - b.y || a.x - b.x);
  }

  newKey(): string {
    for (;;) {
      const key = `n${Math.floor(Math.random() * 36 ** 8).toString(36)}`;
      if (!this.booths.has(key)) return key;
    }
  }
}
