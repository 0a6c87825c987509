export declare class Tooltip {
  constructor(element: Element, options?: { selector?: string; trigger?: string });
}
