/** Keyboard on the picture: choose, move, turn, take away, undo; the whole plan is one Tab stop. */
import { around } from '../lib/rect';
import type { Actions } from './actions';
import type { Model } from './model';
import type { Saving } from './saving';
import type { Texts } from '../lib/texts';
import type { Tools } from './tools';
import type { View } from './view';

const ARROWS: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
interface Hands { model: Model; view: View; actions: Actions; tools: Tools; saving: Saving; texts: Texts }

export function startKeys(canvas: HTMLElement, svg: SVGSVGElement, hands: Hands): void {
  const { model, view, actions, tools, saving } = hands;

  function step(by: number): void {
    const all = model.ordered();
    if (all.length === 0) return;
    const now = all.findIndex(([key]) => model.chosen.has(key));
    const next = all[(now + by + all.length) % all.length] ?? all[0]!;
    model.choose([next[0]]);
    view.show(next[1]);
  }

  function act(event: KeyboardEvent): boolean {
    const arrow = ARROWS[event.key];
    if (arrow) {
      if (model.chosen.size === 0 && !model.part) view.pan(-arrow[0] * 60, -arrow[1] * 60);
      else actions.move(arrow[0] * model.grid * (event.shiftKey ? 10 : 1), arrow[1] * model.grid * (event.shiftKey ? 10 : 1));
      const picked = model.picked();
      if (picked.length > 0) view.show(around(picked.map(([, booth]) => booth)));
      return true;
    }
    switch (event.key) {
      case 'n': case 'N': step(1); return true;
      case 'p': case 'P': step(-1); return true;
      case 'r': case 'R': actions.rotate(); return true;
      case 'v': case 'V': tools.take('select'); return true;
      case 'h': case 'H': tools.take('hand'); return true;
      case 'a': case 'A': tools.take('add'); return true;
      case 'Delete': case 'Backspace': actions.remove(); return true;
      case '+': case '=': view.zoom(1.4); return true;
      case '-': view.zoom(1 / 1.4); return true;
      case '0': view.whole(); return true;
      case 'Escape': tools.take('select'); model.choose([]); return true;
      default: return false;
    }
  }

  svg.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey) {
      if (event.key === 'a') model.choose(model.booths.keys());
      else if (event.key === 'd') actions.duplicate(1, 'right', 0);
      else return;
      event.preventDefault();
      return;
    }
    if (!event.altKey && act(event)) event.preventDefault();
  });

  document.addEventListener('keydown', (event) => {
    if (!(event.ctrlKey || event.metaKey) || (event.target as Element).matches('input, textarea, select')) return;
    const key = event.key.toLowerCase();
    if (key !== 'z' && key !== 'y') return;
    event.preventDefault();
    void saving.walk(key === 'y' || event.shiftKey ? 'redo' : 'undo');
  });

  canvas.closest('[data-editor]')?.addEventListener('editor-show', (event) => {
    const booth = model.booths.get((event as CustomEvent<string>).detail);
    if (booth) view.show(booth);
    svg.focus({ preventScroll: true });
  });
}
