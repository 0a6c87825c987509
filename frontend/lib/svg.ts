/** Making and changing SVG shapes. */
const SVG = 'http://www.w3.org/2000/svg';

export function make(name: string, values: Record<string, string | number> = {}, parent?: Element): SVGElement {
  const made = document.createElementNS(SVG, name);
  put(made, values);
  parent?.append(made);
  return made;
}

/** Set attributes; what is the same already is not touched. */
export function put(element: Element, values: Record<string, string | number>): void {
  for (const [name, value] of Object.entries(values)) {
    const text = String(value);
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }
}
