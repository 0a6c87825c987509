/** The server's real rendering of both sides, as soon as the draft is saved; also the picture on the canvas. */
import type { Texts } from '../lib/texts';
import type { Drawing } from './drawing';
import { SIDES, type Model, type Side } from './model';

const SOON = 120;

export function startPreview(root: HTMLElement, model: Model, drawing: Drawing, texts: Texts): { soon: () => void } {
  const box = root.querySelector<HTMLElement>('[data-preview]');
  const form = root.querySelector<HTMLFormElement>('[data-preview-form]');
  const wrong = root.querySelector<HTMLElement>('[data-preview-error]');
  const number = root.querySelector<HTMLInputElement>('[data-number]');
  const pictures: Partial<Record<Side, string>> = {};
  let timer = 0;
  let asked: AbortController | null = null;

  function address(side: Side): string {
    const query = new URLSearchParams();
    if (form) for (const [name, value] of new FormData(form)) if (typeof value === 'string' && value) query.set(name, value);
    query.set('side', side);
    if (number?.value.trim()) query.set('badge', number.value.trim());
    query.set('v', model.judged.mark);
    return `${root.dataset['previewUrl'] ?? ''}?${query.toString()}`;
  }

  async function one(side: Side, signal: AbortSignal): Promise<string> {
    const image = box?.querySelector<HTMLImageElement>(`[data-side-picture="${side}"]`);
    const figure = image?.closest<HTMLElement>('figure');
    // The parts as they are now: what is changed while the picture is on its way is not in it.
    const parts = model.content[side];
    if (figure) figure.hidden = side === 'back' && parts.length === 0 && model.side !== 'back';
    const answer = await fetch(address(side), { credentials: 'same-origin', signal, headers: { Accept: 'image/png, application/json' } });
    if (!answer.ok || answer.redirected) {
      const problem = (await answer.json().catch(() => ({}))) as { message?: string };
      return problem.message ?? texts('noPreview');
    }
    const url = URL.createObjectURL(await answer.blob());
    if (image) {
      image.src = url;
      await image.decode().catch(() => undefined);
    }
    drawing.picture(side, url, parts);
    const before = pictures[side];
    pictures[side] = url;
    if (before) window.setTimeout(() => URL.revokeObjectURL(before), 1000);
    return '';
  }

  async function fetchAll(): Promise<void> {
    asked?.abort();
    asked = new AbortController();
    const { signal } = asked;
    if (box) box.dataset['drawn'] = 'busy';
    try {
      // The side that is worked on comes first.
      const said: string[] = [];
      for (const side of [model.side, ...SIDES.filter((other) => other !== model.side)]) said.push(await one(side, signal));
      const message = said.find((text) => text !== '') ?? '';
      if (wrong) {
        wrong.textContent = message;
        wrong.hidden = message === '';
      }
      if (box) box.dataset['drawn'] = message ? 'wrong' : 'ready';
    } catch {
      if (!signal.aborted && box) box.dataset['drawn'] = 'wrong';
    }
  }

  function soon(): void {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void fetchAll(), SOON);
  }

  form?.addEventListener('change', (event) => {
    // Who chooses from the list has done with the number that was typed.
    if (number && event.target !== number && (event.target as HTMLSelectElement).name === 'badge') number.value = '';
    soon();
  });
  form?.addEventListener('submit', (event) => {
    event.preventDefault();
    soon();
  });
  model.on('side', soon);
  void fetchAll();
  return { soon };
}
