/** Questions before an act: `data-confirm` on buttons, links and forms, and htmx's `hx-confirm`, in one dialog. */
import htmx from 'htmx.org';

const confirmed = new WeakSet<Element>();

/** Asks in the layout's dialog; true when the person agrees. Falls back to the browser's own question. */
function ask(text: string, source: Element): Promise<boolean> {
  const dialog = document.getElementById('confirm-dialog') as HTMLDialogElement | null;
  if (!dialog) return Promise.resolve(window.confirm(text));
  const ok = dialog.querySelector<HTMLButtonElement>('[value="ok"]');
  const words = dialog.querySelector('[data-confirm-text]');
  if (!ok || !words) return Promise.resolve(window.confirm(text));
  words.textContent = text;
  ok.dataset['label'] ??= ok.textContent ?? '';
  const button = source.matches('form') ? source.querySelector('button[type="submit"], button:not([type])') : source;
  ok.textContent = source.getAttribute('data-confirm-ok') ?? (button?.textContent?.trim() || ok.dataset['label']);
  ok.className = source.getAttribute('data-confirm-tone') === 'danger' ? 'btn btn-danger' : 'btn btn-primary';
  return new Promise((resolve) => {
    dialog.returnValue = '';
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'ok'), { once: true });
    dialog.showModal();
    dialog.querySelector<HTMLButtonElement>('[value="cancel"]')?.focus();
  });
}

export function startConfirm(): void {
  document.addEventListener('click', (event) => {
    const source = (event.target as Element).closest?.<HTMLElement>('[data-confirm]:not(form)');
    if (!source || confirmed.delete(source)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    void ask(source.dataset['confirm'] ?? '', source).then((yes) => {
      if (!yes) return;
      confirmed.add(source);
      source.click();
    });
  }, true);

  document.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.dataset['confirm'] || confirmed.delete(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const submitter = event.submitter;
    void ask(form.dataset['confirm'], form).then((yes) => {
      if (!yes) return;
      confirmed.add(form);
      form.requestSubmit(submitter);
    });
  }, true);

  htmx.on('htmx:confirm', (event) => {
    const { ctx, issueRequest, dropRequest } = event.detail as unknown as {
      ctx: { confirm?: string; sourceElement: Element }; issueRequest: () => void; dropRequest: () => void;
    };
    if (!ctx.confirm) return;
    event.preventDefault();
    void ask(ctx.confirm, ctx.sourceElement).then((yes) => (yes ? issueRequest() : dropRequest()));
  });
}
