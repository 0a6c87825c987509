/** Says a text to screen readers, in the polite live region of the layout. */
export function announce(text: string): void {
  const region = document.getElementById('announcer');
  if (!region || !text) return;
  region.textContent = '';
  // A changed text is only spoken when the region was seen empty before.
  window.setTimeout(() => { region.textContent = text; }, 60);
}
