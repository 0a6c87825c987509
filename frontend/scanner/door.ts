/** Which door the gate was opened by, and where the server is from there. */
import type { Enrolled } from './store';
import { element } from './view';

export const page = element('gate');
export const setting = (name: string): string => page.dataset[name] ?? '';
export const isDevice = setting('door') === 'device';

const ADDRESSES = { send: 'scans', bundle: 'gate-bundle', pulse: 'gate-pulse', people: 'gate-people', conflicts: 'gate-conflicts' };

export class Door {
  constructor(readonly enrolled: Enrolled | null) {}

  address(name: keyof typeof ADDRESSES): string {
    return this.enrolled ? `/api/v1/fairs/${this.enrolled.fair}/${ADDRESSES[name]}` : setting(name);
  }
}
