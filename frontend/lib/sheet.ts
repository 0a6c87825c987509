/**
 * Printing a PDF without leaving the page: in a frame that nobody sees. The print stations do it with the address of a job; a form or
 * link with `data-print-sheet` with the file that the server answers. Without scripts, and where a browser cannot, the file opens beside.
 */
import { announce } from './announce';

/** Opens the file in the hidden frame and calls print; false where this browser shows no PDF in a frame. */
export async function printSheet(address: string, title: string): Promise<boolean> {
  document.querySelector('iframe[data-sheet]')?.remove();
  if (navigator.pdfViewerEnabled === false) return false; // it would be downloaded, and an empty page printed
  const frame = document.createElement('iframe');
  frame.dataset['sheet'] = '';
  frame.className = 'print-sheet';
  frame.title = title;
  frame.tabIndex = -1;
  frame.setAttribute('aria-hidden', 'true');
  frame.src = address;
  await new Promise((ready) => {
    frame.addEventListener('load', ready, { once: true });
    document.body.append(frame);
  });
  try {
    frame.contentWindow?.print();
  } catch {
    return false;
  }
  return true;
}

let kept = '';

/** Says what became of it, with the file as a link: beside the button, or at the desk where the next person is typed already. */
function say(source: HTMLElement, text: string, file = ''): void {
  const place = document.getElementById('desk-note') ?? source;
  let note = place === source ? source.nextElementSibling : place.firstElementChild;
  if (!(note instanceof HTMLElement) || !('sheetNote' in note.dataset)) {
    note = document.createElement('p');
    (note as HTMLElement).dataset['sheetNote'] = '';
    note.className = 'desk-note';
    if (place === source) source.after(note);
    else place.replaceChildren(note);
  }
  note.textContent = text;
  if (file) {
    const link = document.createElement('a');
    link.href = file;
    link.target = '_blank';
    link.textContent = source.dataset['textOpen'] ?? '';
    note.append(' ', link);
  }
  announce(text);
}

async function fetchAndPrint(source: HTMLElement, request: () => Promise<Response>): Promise<void> {
  if (source.getAttribute('aria-busy') === 'true') return;
  source.setAttribute('aria-busy', 'true');
  try {
    const answer = await request();
    if (answer.headers.get('Content-Type') !== 'application/pdf') {
      // Refused. Sent elsewhere: the page, loaded anew, says why. Else the answer itself says it, as without scripts.
      if (answer.type !== 'opaqueredirect' && source instanceof HTMLFormElement && source.isConnected) {
        source.target = '_self';
        source.submit();
      } else location.reload();
      return;
    }
    if (kept) URL.revokeObjectURL(kept);
    kept = URL.createObjectURL(await answer.blob());
    const isPrinting = await printSheet(kept, source.dataset['textOpen'] ?? '');
    say(source, source.dataset[isPrinting ? 'textPrinting' : 'textFailed'] ?? '', kept);
  } catch {
    say(source, source.dataset['textLost'] ?? '');
  } finally {
    source.removeAttribute('aria-busy');
  }
}

/** Forms and links that bring a PDF for this browser's printer. */
export function startSheets(): void {
  document.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || !form.matches('[data-print-sheet]')) return;
    event.preventDefault();
    const body = new FormData(form, event.submitter);
    void fetchAndPrint(form, () => fetch(form.action, { method: 'POST', body, redirect: 'manual', credentials: 'same-origin' }));
  });
  document.addEventListener('click', (event) => {
    const link = (event.target as Element).closest?.<HTMLAnchorElement>('a[data-print-sheet]');
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    void fetchAndPrint(link, () => fetch(link.href, { redirect: 'manual', credentials: 'same-origin' }));
  });
}
