/** What is wrong with the plan, always up to date; a click goes to the booth. */
import { around } from '../lib/rect';
import type { Texts } from '../lib/texts';
import type { Model } from './model';
import type { View } from './view';

const SHOWN = 100;

export function startProblems(root: HTMLElement, model: Model, view: View, texts: Texts): void {
  const list = root.querySelector<HTMLElement>('[data-problems]');
  const head = root.querySelector<HTMLElement>('[data-problems-head]');
  if (!list || !head) return;

  function fill(): void {
    const { problems } = model.judged;
    head!.textContent = problems.length > 0 ? texts('problems', { count: problems.length }) : texts('noProblems');
    list!.replaceChildren(...problems.slice(0, SHOWN).map((problem) => {
      const item = document.createElement('li');
      item.className = `problem problem-${problem.grade}`;
      const words = document.createElement(problem.keys.length > 0 ? 'button' : 'span');
      if (words instanceof HTMLButtonElement) {
        words.type = 'button';
        words.addEventListener('click', () => {
          const keys = problem.keys.filter((key) => model.booths.has(key));
          model.choose(keys);
          if (keys.length > 0) view.show(around(keys.map((key) => model.booths.get(key)!)));
        });
      }
      words.className = 'problem-text';
      words.textContent = problem.text;
      item.append(words);
      return item;
    }));
  }

  model.on('judged', fill);
  fill();
}
