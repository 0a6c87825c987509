/** The plan page: the draft of a hall is worked on as a picture, by pointer, keyboard or form, and saved step by step. */
/// <reference path="./plan/css.d.ts" />
import './editor/editor.css';
import { startBackdrop } from './editor/backdrop';
import { Actions } from './editor/actions';
import { Drawing } from './editor/drawing';
import { startForm } from './editor/form';
import { startKeys } from './editor/keys';
import { Model } from './editor/model';
import { startPointer } from './editor/pointer';
import { startProblems } from './editor/problems';
import { Saving } from './editor/saving';
import { startTools } from './editor/tools';
import { startView } from './editor/view';
import { textsOf } from './lib/texts';

async function start(root: HTMLElement): Promise<void> {
  const canvas = root.querySelector<HTMLElement>('[data-canvas]');
  const svg = root.querySelector<SVGSVGElement>('#plan-svg');
  if (!canvas || !svg) return;
  const texts = textsOf(root);
  const model = new Model();
  const saving = new Saving(root, model, texts);
  await saving.load();
  const view = startView(canvas, svg, model);
  const drawing = new Drawing(svg, model, view);
  const actions = new Actions(model, saving);
  const tools = startTools(root, model, actions, saving, texts);
  startPointer(canvas, svg, { model, view, drawing, actions, tools });
  startForm(root, model, actions, texts);
  startKeys(canvas, svg, { model, view, actions, tools, saving, texts });
  startProblems(root, model, view, texts);
  startBackdrop(root, canvas, { model, view, drawing, tools, texts });
  root.classList.add('is-live');
  drawing.all();
  view.whole();
  drawing.states(root.dataset['statesUrl'] ?? '');
  const wanted = decodeURIComponent(window.location.hash.slice(1));
  if (model.booths.has(wanted)) {
    model.choose([wanted]);
    view.show(model.booths.get(wanted)!);
  }
}

const root = document.querySelector<HTMLElement>('[data-editor]');
if (root) void start(root);
