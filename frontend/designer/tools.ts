/** The bar of tools: side, adding, undo and redo, order, alignment, grid, zoom. */
import type { Actions, Edge, Order } from './actions';
import type { History } from './history';
import { SIDES, type Kind, type Model, type Side } from './model';

export function startTools(root: HTMLElement, model: Model, actions: Actions, history: History): void {
  for (const one of root.querySelectorAll<HTMLElement>('[data-live]')) one.hidden = false;

  function able(): void {
    const some = model.chosen.size > 0;
    const can = history.can();
    for (const button of root.querySelectorAll<HTMLButtonElement>('[data-do]')) {
      const what = button.dataset['do'] ?? '';
      button.disabled = what === 'undo' ? !can.undo : what === 'redo' ? !can.redo : !some;
    }
    for (const side of SIDES) root.querySelector(`[data-side="${side}"]`)?.setAttribute('aria-pressed', String(model.side === side));
  }

  root.addEventListener('click', (event) => {
    const button = (event.target as Element).closest<HTMLElement>('[data-do], [data-side], [data-zoom]');
    if (!button) return;
    const { do: what = '', side, zoom } = button.dataset;
    if (side) model.turn(side as Side);
    else if (zoom) {
      root.dataset['zoomed'] = zoom;
      for (const one of root.querySelectorAll('[data-zoom]')) one.setAttribute('aria-pressed', String(one === button));
    } else if (what === 'undo') history.undo();
    else if (what === 'redo') history.redo();
    else if (what === 'delete') actions.remove();
    else if (what === 'duplicate') actions.duplicate();
    else if (what.startsWith('order-')) actions.order(what.slice(6) as Order);
    else if (what.startsWith('align-')) actions.align(what.slice(6) as Edge);
    able();
  });

  root.querySelector<HTMLSelectElement>('[data-add]')?.addEventListener('change', (event) => {
    const box = event.target as HTMLSelectElement;
    const [kind, field] = box.value.split(':');
    box.value = '';
    if (!kind) return;
    actions.add(kind as Kind, field);
    root.querySelector<SVGSVGElement>('[data-canvas]')?.focus();
  });
  root.querySelector<HTMLSelectElement>('[data-grid]')?.addEventListener('change', (event) => { model.grid = Number((event.target as HTMLSelectElement).value); });

  for (const event of ['content', 'chosen', 'side'] as const) model.on(event, able);
  able();
}
