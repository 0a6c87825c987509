/** Lists in which rows are ticked: one box for all, and how many are ticked beside the button. */
function boxes(): HTMLInputElement[] {
  return [...document.querySelectorAll<HTMLInputElement>('input[data-pick]')];
}

function show(): void {
  const all = boxes();
  const ticked = all.filter((box) => box.checked).length;
  for (const count of document.querySelectorAll<HTMLElement>('[data-pick-count]')) count.textContent = ticked ? ` (${ticked})` : '';
  const whole = document.querySelector<HTMLInputElement>('input[data-pick-all]');
  if (!whole) return;
  whole.checked = all.length > 0 && ticked === all.length;
  whole.indeterminate = ticked > 0 && ticked < all.length;
}

document.addEventListener('change', (event) => {
  const target = event.target;
  if (!(target instanceof HTMLInputElement)) return;
  if (target.dataset['pickAll'] !== undefined) for (const box of boxes()) box.checked = target.checked;
  if (target.dataset['pickAll'] !== undefined || target.dataset['pick'] !== undefined) show();
});
show();
