/** The bar of tools: what the pointer does, undo and redo, acts on what is chosen, the grid, finding a booth. */
import type { Actions } from './actions';
import { announce } from '../lib/announce';
import type { Model, RoomKey } from './model';
import type { Saving } from './saving';
import type { Texts } from '../lib/texts';

export type Tool = 'select' | 'hand' | 'add' | RoomKey | 'points';

export interface Tools {
  now(): Tool;
  take(tool: Tool): void;
  /** Told when another tool is taken. */
  onChange(act: () => void): void;
}

export function startTools(root: HTMLElement, model: Model, actions: Actions, saving: Saving, texts: Texts): Tools {
  const bar = root.querySelector<HTMLElement>('[data-tools]');
  const help = root.querySelector<HTMLElement>('[data-help]');
  const heard: (() => void)[] = [];
  const small = window.matchMedia('(max-width: 767.98px)');
  let tool: Tool = small.matches ? 'hand' : 'select';
  if (bar) bar.hidden = false;

  function take(next: Tool): void {
    tool = next;
    root.dataset['tool'] = tool;
    for (const button of root.querySelectorAll<HTMLElement>('[data-tool]:is(button)')) button.setAttribute('aria-pressed', String(button.dataset['tool'] === tool));
    const key = { select: 'help', hand: 'helpHand', add: 'helpAdd', doors: 'helpThing', columns: 'helpThing', exits: 'helpThing', points: 'first' }[tool];
    if (help) help.textContent = texts(key);
    for (const act of heard) act();
  }

  function able(): void {
    const some = model.chosen.size > 0 || model.part !== null;
    const set = (name: string, on: boolean) => root.querySelectorAll<HTMLButtonElement>(`[data-tools] [data-do="${name}"]`).forEach((one) => { one.disabled = !on; });
    set('rotate', some);
    set('duplicate', model.chosen.size > 0);
    set('delete', some);
    set('undo', model.judged.can_undo);
    set('redo', model.judged.can_redo);
  }

  root.addEventListener('click', (event) => {
    const button = (event.target as Element).closest<HTMLElement>('[data-tool]:is(button), [data-tools] [data-do]');
    if (!button) return;
    if (button.dataset['tool']) take(button.dataset['tool'] as Tool);
    else if (button.dataset['do'] === 'undo' || button.dataset['do'] === 'redo') void saving.walk(button.dataset['do']);
    else if (button.dataset['do'] === 'rotate') actions.rotate();
    else if (button.dataset['do'] === 'duplicate') actions.duplicate(1, 'right', 0);
    else if (button.dataset['do'] === 'delete') actions.remove();
  });

  const grid = root.querySelector<HTMLSelectElement>('[data-grid]');
  grid?.addEventListener('change', () => { model.grid = Number(grid.value); });

  root.querySelector<HTMLFormElement>('[data-find]')?.addEventListener('submit', (event) => {
    event.preventDefault();
    const box = (event.target as HTMLFormElement).elements.namedItem('code') as HTMLInputElement;
    const code = box.value.trim().toUpperCase();
    const found = [...model.booths].find(([, booth]) => booth.code === code) ?? [...model.booths].find(([, booth]) => code !== '' && booth.code.endsWith(code));
    if (found) {
      model.choose([found[0]]);
      root.dispatchEvent(new CustomEvent('editor-show', { detail: found[0] }));
    } else {
      announce(texts('notFound', { code }));
      if (help) help.textContent = texts('notFound', { code });
    }
  });

  model.on('chosen', able);
  model.on('judged', able);
  able();
  take(tool);
  return { now: () => tool, take, onChange: (act) => heard.push(act) };
}
