/** The badge designer: a layout is worked on as a picture, by pointer, keyboard or form, and saved by itself. */
/// <reference path="./plan/css.d.ts" />
import './designer/designer.css';
import { textsOf } from './lib/texts';
import { Actions } from './designer/actions';
import { Drawing } from './designer/drawing';
import { startForm } from './designer/form';
import { History } from './designer/history';
import { startKeys } from './designer/keys';
import { startList } from './designer/list';
import { Model, type Start } from './designer/model';
import { startPointer } from './designer/pointer';
import { startPreview } from './designer/preview';
import { Saving } from './designer/saving';
import { startTools } from './designer/tools';

function start(root: HTMLElement): void {
  const svg = root.querySelector<SVGSVGElement>('[data-canvas]');
  const begin = root.dataset['start'];
  if (!svg || !begin) return;
  const texts = textsOf(root);
  const model = new Model();
  const { content, known, ...judged } = JSON.parse(begin) as Start;
  model.known = known;
  model.judge(judged);
  model.put(content);
  const history = new History(model);
  const actions = new Actions(model, history, texts);
  const drawing = new Drawing(svg, model, texts);
  const saving = new Saving(root, model, texts);
  const preview = startPreview(root, model, drawing, texts);
  history.onStep(() => saving.soon());
  saving.onSaved(preview.soon);
  root.classList.add('is-live');
  startTools(root, model, actions, history);
  startPointer(svg, { model, drawing, actions });
  startKeys(svg, { model, actions, history, texts });
  startForm(root, model, actions, texts);
  startList(root, model, texts);
  drawing.all();
  const [side, id] = decodeURIComponent(window.location.hash.slice(1)).split('-');
  if (side === 'back') model.turn('back');
  if (id) model.choose([id]);
}

const root = document.querySelector<HTMLElement>('[data-designer]');
if (root) start(root);
