/** Undo and redo in this window: whole contents, steps of one kind made in quick succession count as one. */
import type { Content, Model } from './model';

const MOST = 200;
const TOGETHER = 1200;

export class History {
  private back: Content[] = [];
  private forth: Content[] = [];
  private label = '';
  private at = 0;
  private heard: (() => void)[] = [];

  constructor(private readonly model: Model) {}

  onStep(act: () => void): void {
    this.heard.push(act);
  }

  step(label: string, content: Content): void {
    const now = performance.now();
    if (label !== this.label || now - this.at > TOGETHER) this.back.push(this.model.content);
    if (this.back.length > MOST) this.back.shift();
    this.label = label;
    this.at = now;
    this.forth = [];
    this.show(content);
  }

  undo(): void {
    this.walk(this.back, this.forth);
  }

  redo(): void {
    this.walk(this.forth, this.back);
  }

  can(): { undo: boolean; redo: boolean } {
    return { undo: this.back.length > 0, redo: this.forth.length > 0 };
  }

  private walk(from: Content[], to: Content[]): void {
    const content = from.pop();
    if (!content) return;
    to.push(this.model.content);
    this.label = '';
    this.show(content);
  }

  private show(content: Content): void {
    this.model.put(content);
    for (const act of this.heard) act();
  }
}
