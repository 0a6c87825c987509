/** The form beside the plan: everything that the pointer does can be typed here, and more. */
import { announce } from '../lib/announce';
import type { Actions } from './actions';
import { LONGEST } from './actions';
import type { Booth, Model } from './model';
import type { Texts } from '../lib/texts';
import { centimetres, metres } from './texts';

export function startForm(root: HTMLElement, model: Model, actions: Actions, texts: Texts): void {
  const form = root.querySelector<HTMLFormElement>('[data-form]');
  if (!form) return;
  const input = (name: string) => form.elements.namedItem(name) as HTMLInputElement & HTMLSelectElement;
  const show = (selector: string, on: boolean) => form.querySelectorAll<HTMLElement>(selector).forEach((one) => { one.hidden = !on; });
  const wrong = form.querySelector<HTMLElement>('[data-form-error]');
  let touched = new Set<string>();

  const say = (text: string) => {
    if (!wrong) return;
    wrong.textContent = text;
    wrong.hidden = text === '';
  };

  function fill(): void {
    const picked = model.picked();
    const thing = model.thing();
    form!.hidden = picked.length === 0 && !thing;
    touched = new Set();
    say('');
    show('[data-one]', picked.length === 1 || thing !== undefined);
    show('[data-booths]', picked.length > 0);
    show('[data-things]', thing !== undefined);
    show('[data-exit]', model.part?.room === 'exits');
    const code = input('code').closest<HTMLElement>('[data-one]');
    if (code) code.hidden = picked.length !== 1;
    const head = form!.querySelector('[data-chosen]');
    const facts = form!.querySelector('[data-facts]');
    const one = picked.length === 1 ? picked[0]![1] : undefined;
    const words = thing && model.part ? texts({ doors: 'door', columns: 'column', exits: 'exit' }[model.part.room]) : one ? texts('one', { code: one.code }) : texts('many', { count: picked.length });
    if (head) head.textContent = words;
    if (facts) facts.textContent = one ? texts('sides', { sides: [...(model.judged.sides[picked[0]![0]] ?? '')].map((side) => texts(side)).join(', ') || '–' }) : '';
    const rect = one ?? thing;
    if (rect) for (const name of ['x', 'y', 'w', 'h'] as const) input(name).value = String(rect[name] / 100);
    if (thing) {
      input('label').value = thing.label ?? '';
      input('clear').value = String((thing.clear ?? 200) / 100);
    }
    if (picked.length === 0) return;
    if (one) input('code').value = one.code;
    const same = <K extends keyof Booth>(name: K) => (picked.every(([, booth]) => booth[name] === picked[0]![1][name]) ? picked[0]![1][name] : undefined);
    input('type').value = same('type') ?? '';
    input('zone').value = same('zone') ?? '*';
    input('blocked').checked = same('blocked') === true;
    input('blocked').indeterminate = same('blocked') === undefined;
    input('reason').value = same('reason') ?? '';
    show('[data-reason]', input('blocked').checked);
  }

  function spoken(): void {
    const picked = model.picked();
    if (picked.length === 1) {
      const booth = picked[0]![1];
      announce(texts('chosen', { code: booth.code, w: metres(booth.w), h: metres(booth.h), x: metres(booth.x), y: metres(booth.y) }));
    } else if (picked.length > 1) announce(texts('many', { count: picked.length }));
  }

  form.addEventListener('input', (event) => {
    touched.add((event.target as HTMLInputElement).name);
    show('[data-reason]', input('blocked').checked);
  });

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const sizes: Record<string, number> = {};
    if (model.picked().length === 1 || model.part) {
      for (const name of ['x', 'y', 'w', 'h']) {
        sizes[name] = centimetres(input(name).value);
        const odd = Number.isNaN(sizes[name]) || ((name === 'w' || name === 'h') && sizes[name]! < (model.part ? 1 : 50));
        input(name).setAttribute('aria-invalid', String(odd));
        if (odd) {
          say(`${input(name).labels?.[0]?.textContent ?? name}: ${input(name).value || '–'}`);
          input(name).focus();
          return;
        }
      }
    }
    if (model.part) {
      const clear = centimetres(input('clear').value);
      actions.thing((thing) => ({ ...thing, ...sizes, label: input('label').value.trim(), ...(model.part?.room === 'exits' ? { clear: Number.isNaN(clear) ? 200 : clear } : {}) }));
    } else {
      actions.each('edit', (booth) => {
        const next = { ...booth, ...sizes };
        if (touched.has('code') && model.chosen.size === 1) next.code = input('code').value.trim().toUpperCase();
        if (touched.has('type') && input('type').value) next.type = input('type').value;
        if (touched.has('zone') && input('zone').value !== '*') next.zone = input('zone').value;
        if (touched.has('blocked')) next.blocked = input('blocked').checked;
        if (touched.has('reason') || touched.has('blocked')) next.reason = next.blocked ? input('reason').value.trim() : '';
        return next;
      });
    }
    fill();
  });

  form.addEventListener('click', (event) => {
    const what = (event.target as Element).closest<HTMLElement>('[data-do]')?.dataset['do'];
    if (what === 'renumber') {
      const done = actions.renumber(input('pattern').value.trim(), Math.max(0, Number(input('start').value) || 0), input('order').value as 'rows' | 'snake' | 'columns');
      if (done.odd) say(texts('pattern'));
      else if (done.long) say(texts('numberLong', { code: done.long, most: LONGEST }));
      else if (done.taken.length > 0) say(texts('numbersTaken', { codes: done.taken.slice(0, 8).join(', ') + (done.taken.length > 8 ? ' …' : '') }));
      else fill();
    } else if (what === 'row') {
      const gap = centimetres(input('gap').value || '0');
      actions.duplicate(Math.min(200, Math.max(1, Number(input('times').value) || 1)), input('way').value === 'down' ? 'down' : 'right', Number.isNaN(gap) ? 0 : gap);
    }
  });

  // Enter in the fields of a part of the form does that part's act.
  form.addEventListener('keydown', (event) => {
    const part = (event.target as Element).closest('details');
    if (event.key !== 'Enter' || !part || !(event.target as Element).matches('input')) return;
    event.preventDefault();
    part.querySelector<HTMLButtonElement>('[data-do]')?.click();
  });

  model.on('chosen', () => {
    fill();
    spoken();
  });
  model.on('plan', () => {
    if (!form.contains(document.activeElement) || touched.size === 0) fill();
  });
  fill();
}
