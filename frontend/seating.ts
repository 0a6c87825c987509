/** The seating plan by dragging: a name is dropped on a seat, or back among those without one. The form below does the same. */

const form = document.querySelector<HTMLFormElement>('[data-seat-form]');
let held = '';

function spot(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>('[data-drop]') : null;
}

function put(place: HTMLElement): void {
  const member = form?.elements.namedItem('member');
  const row = form?.elements.namedItem('row');
  const number = form?.elements.namedItem('number');
  if (!form || !(member instanceof HTMLSelectElement) || !(row instanceof HTMLInputElement) || !(number instanceof HTMLInputElement)) return;
  member.value = held;
  row.value = place.dataset['row'] ?? '0';
  number.value = place.dataset['number'] ?? '0';
  form.requestSubmit();
}

if (form) {
  document.addEventListener('dragstart', (event) => {
    const name = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-member]') : null;
    held = name?.dataset['member'] ?? '';
    event.dataTransfer?.setData('text/plain', name?.textContent?.trim() ?? '');
  });
  document.addEventListener('dragover', (event) => {
    const place = spot(event.target);
    if (!held || !place) return;
    event.preventDefault();
    for (const other of document.querySelectorAll('.is-over')) other.classList.remove('is-over');
    place.classList.add('is-over');
  });
  document.addEventListener('dragend', () => {
    held = '';
    for (const other of document.querySelectorAll('.is-over')) other.classList.remove('is-over');
  });
  document.addEventListener('drop', (event) => {
    const place = spot(event.target);
    if (!held || !place) return;
    event.preventDefault();
    put(place);
  });
}

export {};
