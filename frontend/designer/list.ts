/** The elements of a side as a list, the one drawn last on top, with what is wrong beside each; the way for phones and screen readers. */
import type { Texts } from '../lib/texts';
import type { Model } from './model';
import { nameOf, shown } from './words';

export function startList(root: HTMLElement, model: Model, texts: Texts): void {
  const list = root.querySelector<HTMLElement>('[data-parts]');
  const other = root.querySelector<HTMLElement>('[data-problems]');
  const count = root.querySelector<HTMLElement>('[data-problems-head]');
  if (!list) return;

  function fill(): void {
    const focused = list!.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset['part'] : undefined;
    list!.replaceChildren(...[...model.parts()].reverse().map((part) => {
      const item = document.createElement('li');
      const button = document.createElement('button');
      button.type = 'button';
      button.dataset['part'] = part.id;
      button.className = 'part-row';
      button.setAttribute('aria-pressed', String(model.chosen.has(part.id)));
      const name = document.createElement('span');
      name.textContent = nameOf(part, texts);
      const size = document.createElement('span');
      size.className = 'muted small nowrap';
      size.textContent = `${shown(part.w)} × ${shown(part.h)}`;
      button.append(name, size);
      item.append(button);
      for (const problem of model.problemsOf(part.id)) {
        const words = document.createElement('p');
        words.className = 'part-problem';
        words.textContent = problem.message;
        item.append(words);
      }
      return item;
    }));
    if (focused) list!.querySelector<HTMLElement>(`[data-part="${CSS.escape(focused)}"]`)?.focus();
    problems();
  }

  /** What is wrong with the page, and with elements of the other side. */
  function problems(): void {
    const all = model.judged.problems;
    if (count) {
      count.textContent = all.length > 0 ? texts('problems', { count: all.length }) : texts('noProblems');
      count.classList.toggle('has-problems', all.length > 0);
    }
    other?.replaceChildren(...all.map((problem) => {
      const item = document.createElement('li');
      item.className = 'problem problem-error';
      const part = problem.side ? model.content[problem.side].find((one) => one.id === problem.id) : undefined;
      const words = document.createElement(part ? 'button' : 'span');
      words.className = 'problem-text';
      words.textContent = part ? `${nameOf(part, texts)}: ${problem.message}` : problem.message;
      if (part && problem.side && words instanceof HTMLButtonElement) {
        const { side } = problem;
        words.type = 'button';
        words.addEventListener('click', () => {
          model.turn(side);
          model.choose([part.id]);
        });
      }
      item.append(words);
      return item;
    }));
  }

  list.addEventListener('click', (event) => {
    const id = (event.target as Element).closest<HTMLElement>('[data-part]')?.dataset['part'];
    if (!id) return;
    if (event.shiftKey) model.choose(model.chosen.has(id) ? [...model.chosen].filter((one) => one !== id) : [...model.chosen, id]);
    else model.choose([id]);
  });

  for (const event of ['content', 'chosen', 'judged', 'side'] as const) model.on(event, fill);
  fill();
}
