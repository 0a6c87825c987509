/** Keyboard: one Tab stop for the whole plan, arrows from booth to booth, plus, minus and 0 to zoom, Escape closes the panel. */
import { boothsOf, codeOf, nextBooth, type BoothLink } from './booths';
import type { Panel } from './panel';
import type { View } from './view';

const ARROWS: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function startKeys(svg: SVGSVGElement, view: View, panel: Panel): void {
  const all = boothsOf(svg);
  let stop: BoothLink | undefined;

  function take(booth: BoothLink | undefined | null): void {
    if (!booth || booth === stop) return;
    stop?.setAttribute('tabindex', '-1');
    booth.setAttribute('tabindex', '0');
    stop = booth;
  }

  for (const booth of all) booth.setAttribute('tabindex', '-1');
  take(all.find((one) => one.hasAttribute('aria-current')) ?? all.find((one) => one.dataset['s'] === 'free' && !one.classList.contains('is-dim')) ?? all[0]);
  svg.setAttribute('aria-describedby', 'plan-help');

  // Heard on the box around it: an SVG element with a listener of focus would become a Tab stop itself.
  svg.parentElement?.addEventListener('focusin', (event) => {
    const booth = (event.target as Element).closest<BoothLink>('a.booth');
    take(booth);
    // The browser would scroll the box around the picture; the picture moves instead.
    if (booth) view.show(booth);
  });

  svg.addEventListener('keydown', (event) => {
    const booth = (event.target as Element).closest<BoothLink>('a.booth');
    if (!booth || event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key];
    if (arrow) {
      const next = nextBooth(booth, all, ...arrow);
      take(next);
      next?.focus({ preventScroll: true });
    } else if (event.key === 'Home') all[0]?.focus({ preventScroll: true });
    else if (event.key === 'End') all[all.length - 1]?.focus({ preventScroll: true });
    else if (event.key === '+' || event.key === '=') view.zoom(1.4);
    else if (event.key === '-') view.zoom(1 / 1.4);
    else if (event.key === '0') view.whole();
    else if (event.key === ' ') panel.open(codeOf(booth), true);
    else return;
    event.preventDefault();
    if (event.key === '+' || event.key === '=') view.show(booth);
  });
}
