/** The live plan: zoom and pan, keyboard, filters, the panel of a booth, and what changes elsewhere. Works on top of plain links. */
/// <reference path="./plan/css.d.ts" />
import './plan/plan.css';
import { startFilters } from './plan/filters';
import { startKeys } from './plan/keys';
import { startPanel } from './plan/panel';
import { startStates } from './plan/states';
import { startView } from './plan/view';

const root = document.querySelector<HTMLElement>('[data-plan]');
const svg = root?.querySelector<SVGSVGElement>('#plan-svg');

function startSwitch(plan: HTMLElement): void {
  plan.addEventListener('click', (event) => {
    const button = (event.target as Element).closest<HTMLElement>('[data-plan-show]');
    if (!button) return;
    const list = button.dataset['planShow'] === 'list';
    plan.classList.toggle('shows-list', list);
    for (const one of plan.querySelectorAll('[data-plan-show]')) one.setAttribute('aria-pressed', String(one === button));
  });
}

if (root && svg) {
  root.classList.add('is-live');
  const view = startView(root, svg);
  const filters = startFilters(root);
  const panel = startPanel(root, view);
  startKeys(svg, view, panel);
  startStates(root, filters, panel);
  startSwitch(root);
}
