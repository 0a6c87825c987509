/** Questions on the gate's screen: a reason, a supervisor's PIN. Each is a <dialog> of the page that is asked and answered. */
import type { Supervisor } from './bundle';
import { fromBase64, hex, stretch } from './codes';
import type { Store } from './store';
import { element, part, type View } from './view';

/** A supervisor stays unlocked for so long after the last act. */
const UNLOCKED_MS = 5 * 60_000;
const FREE_TRIES = 3;
const FIRST_WAIT_MS = 30_000;

/** Opens a dialog and gives back what it was closed with; empty when it was dismissed. */
export function opened(dialog: HTMLDialogElement): Promise<string> {
  return new Promise((resolve) => {
    dialog.returnValue = '';
    dialog.addEventListener('close', () => resolve(dialog.returnValue), { once: true });
    dialog.showModal();
  });
}

/** Asks for a reason; null when nobody wants to give one. */
export async function askReason(view: View, title: string, presets: string[]): Promise<string | null> {
  const dialog = element<HTMLDialogElement>('reason-dialog');
  const field = part<HTMLInputElement>(dialog, 'input');
  part(dialog, 'h2').textContent = title;
  field.value = '';
  const list = part(dialog, '.gate-presets');
  list.replaceChildren(...presets.map((words) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'btn btn-quiet';
    button.textContent = words;
    button.addEventListener('click', () => { field.value = words; dialog.close('ok'); });
    return button;
  }));
  view.hide();
  const answer = await opened(dialog);
  const reason = field.value.trim();
  return answer === 'ok' && reason ? reason.slice(0, 300) : null;
}

interface Tries { wrong: number; until: number }

export class Supervisors {
  private current: Supervisor | null = null;
  private until = 0;
  private last = 0;

  constructor(private readonly view: View, private readonly store: Store, private readonly list: () => Supervisor[]) {}

  get unlocked(): Supervisor | null {
    return this.current && Date.now() < this.until ? this.current : null;
  }

  lock(): void {
    this.current = null;
  }

  /** The supervisor who answers for the next act: unlocked already, or asked for the PIN now. */
  async require(): Promise<Supervisor | null> {
    const known = this.unlocked ?? (await this.ask());
    if (known) this.until = Date.now() + UNLOCKED_MS;
    return known;
  }

  private async ask(): Promise<Supervisor | null> {
    const dialog = element<HTMLDialogElement>('pin-dialog');
    const who = part<HTMLSelectElement>(dialog, 'select');
    const pin = part<HTMLInputElement>(dialog, 'input');
    const message = part<HTMLElement>(dialog, '[role=alert]');
    const people = this.list();
    who.replaceChildren(...people.map((one) => new Option(one.name, String(one.id))));
    // The same person again, most of the time.
    if (people.some((one) => one.id === this.last)) who.value = String(this.last);
    pin.value = '';
    message.textContent = people.length ? '' : this.view.text('no_supervisors');
    this.view.hide();
    for (;;) {
      if ((await opened(dialog)) !== 'ok') return null;
      const person = people.find((one) => String(one.id) === who.value);
      const wait = await this.waitLeft();
      if (!person) continue;
      if (wait > 0) message.textContent = this.view.text('pin_wait', { n: Math.ceil(wait / 1000) });
      else {
        dialog.setAttribute('aria-busy', 'true');
        const fits = await matches(person, pin.value);
        dialog.removeAttribute('aria-busy');
        if (fits) {
          await this.store.setThing('pin-tries', null);
          this.last = person.id;
          return (this.current = person);
        }
        const wrong = await this.miss();
        message.textContent = wrong > 0 ? this.view.text('pin_wait', { n: Math.ceil(wrong / 1000) }) : this.view.text('pin_wrong');
      }
      pin.value = '';
    }
  }

  private async waitLeft(): Promise<number> {
    const tries = await this.store.thing<Tries>('pin-tries');
    // A clock that was set back shall not lock for longer than was meant.
    return tries ? Math.min(tries.until - Date.now(), waitAfter(tries.wrong)) : 0;
  }

  /** Counts a wrong PIN; gives back for how long nobody may try again. */
  private async miss(): Promise<number> {
    const wrong = ((await this.store.thing<Tries>('pin-tries'))?.wrong ?? 0) + 1;
    const wait = waitAfter(wrong);
    await this.store.setThing('pin-tries', { wrong, until: Date.now() + wait });
    return wait;
  }
}

/** After the third wrong PIN half a minute, then twice as long each time, at most an hour. */
function waitAfter(wrong: number): number {
  return wrong < FREE_TRIES ? 0 : Math.min(FIRST_WAIT_MS * 2 ** (wrong - FREE_TRIES), 3_600_000);
}

async function matches(person: Supervisor, pin: string): Promise<boolean> {
  if (!/^\d{6}$/.test(pin)) return false;
  const made = new Uint8Array(await stretch(pin, fromBase64(person.salt), person.rounds, 256));
  return hex(made) === hex(fromBase64(person.verifier));
}
