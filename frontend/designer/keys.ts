/** Keyboard on the canvas: choose, move, resize, order, take away, undo; the whole canvas is one Tab stop. */
import { announce } from '../lib/announce';
import type { Texts } from '../lib/texts';
import type { Actions } from './actions';
import type { History } from './history';
import type { Model } from './model';
import { nameOf, shown } from './words';

const ARROWS: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
interface Hands { model: Model; actions: Actions; history: History; texts: Texts }

export function startKeys(svg: SVGSVGElement, { model, actions, history, texts }: Hands): void {
  function step(by: number): void {
    const all = [...model.parts()].sort((a, b) => a.y - b.y || a.x - b.x);
    if (all.length === 0) return;
    const now = all.findIndex((one) => model.chosen.has(one.id));
    model.choose([all[now < 0 ? (by > 0 ? 0 : all.length - 1) : (now + by + all.length) % all.length]!.id]);
  }

  function spoken(): void {
    const picked = model.picked();
    const one = picked[0];
    if (!one) return;
    const problem = model.problemsOf(one.id)[0]?.message ?? '';
    announce(picked.length > 1 ? texts('many', { count: picked.length })
      : `${texts('at', { name: nameOf(one, texts), x: shown(one.x), y: shown(one.y), w: shown(one.w), h: shown(one.h) })} ${problem}`.trim());
  }

  function act(event: KeyboardEvent): boolean {
    const arrow = ARROWS[event.key];
    if (arrow && model.chosen.size > 0) {
      const by = event.altKey ? 0.1 : event.shiftKey ? model.grid * 10 : model.grid;
      if (event.ctrlKey || event.metaKey) actions.resize(arrow[0] * by, arrow[1] * by);
      else actions.move(arrow[0] * by, arrow[1] * by);
      spoken();
      return true;
    }
    if (event.ctrlKey || event.metaKey) {
      if (event.key === 'a') actions.everywhere();
      else if (event.key === 'd') actions.duplicate();
      else return false;
      return true;
    }
    switch (event.key) {
      case 'n': case 'N': step(1); return true;
      case 'p': case 'P': step(-1); return true;
      case 'Delete': case 'Backspace': actions.remove(); return true;
      case ']': actions.order('forward'); return true;
      case '[': actions.order('backward'); return true;
      case '}': actions.order('front'); return true;
      case '{': actions.order('back'); return true;
      case 'Escape': model.choose([]); return true;
      default: return false;
    }
  }

  svg.addEventListener('keydown', (event) => { if (act(event)) event.preventDefault(); });

  document.addEventListener('keydown', (event) => {
    if (!(event.ctrlKey || event.metaKey) || (event.target as Element).matches('input:not([type=checkbox], [type=color]), textarea')) return;
    const key = event.key.toLowerCase();
    if (key !== 'z' && key !== 'y') return;
    event.preventDefault();
    if (key === 'y' || event.shiftKey) history.redo();
    else history.undo();
  });

  model.on('chosen', spoken);
}
