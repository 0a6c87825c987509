/** How a telephone becomes a device of a gate: by a code that staff show, in the address or before the camera, once. */
import type { Camera } from './camera';
import { askToPersist } from './storage';
import { remembered, type Enrolled, type Store } from './store';
import { element, part, type View } from './view';

/** ``isCleared``: this browser was enrolled and its storage is gone, with whatever waited in it. */
export interface Enrolment { enrolled: Enrolled | null; isCleared: boolean }

const MARK = 'fairs-gate-enrolled';
const CODE = /enrol=([A-Za-z0-9_-]{20,64})/;

/** The device's enrolment, asked for until there is one. */
export async function enrolFrom(store: Store, view: View, camera: (onCode: (code: string) => void) => Promise<Camera | null>): Promise<Enrolment> {
  await startWorker();
  const inAddress = CODE.exec(location.hash)?.[1];
  if (inAddress) history.replaceState(null, '', location.pathname);
  const known = await store.thing<Enrolled>('device');
  const isCleared = known === null && remembered(MARK) !== null && remembered(MARK) !== '';
  if (known && !inAddress) return { enrolled: known, isCleared: false };
  if (inAddress) {
    const made = await redeem(store, inAddress);
    if (typeof made !== 'string') return { enrolled: made, isCleared: false };
    if (known) return { enrolled: known, isCleared: false };
    say(made);
  } else if (isCleared) say(view.text('cleared'));
  return { enrolled: await ask(store, view, camera), isCleared: false };
}

function say(words: string): void {
  element('enrol-words').textContent = words;
}

async function ask(store: Store, view: View, camera: (onCode: (code: string) => void) => Promise<Camera | null>): Promise<Enrolled> {
  const panel = element('enrol');
  panel.hidden = false;
  element('desk').hidden = true;
  element('gate').dataset['state'] = 'not-enrolled';
  let eye: Camera | null = null;
  const made = await new Promise<Enrolled>((resolve) => {
    let busy = false;
    const attempt = async (text: string) => {
      const code = CODE.exec(text)?.[1] ?? (/^[A-Za-z0-9_-]{20,64}$/.test(text.trim()) ? text.trim() : '');
      if (busy) return;
      if (!code) {
        say(view.text('no_enrol_code'));
        return;
      }
      busy = true;
      const answer = await redeem(store, code);
      busy = false;
      if (typeof answer === 'string') say(answer || view.text('enrol_offline'));
      else resolve(answer);
    };
    part<HTMLFormElement>(panel, 'form').addEventListener('submit', (event) => {
      event.preventDefault();
      void attempt(part<HTMLInputElement>(panel, 'input').value);
    });
    void camera((code) => { void attempt(code); }).then((found) => { eye = found; });
  });
  (eye as Camera | null)?.stop();
  panel.hidden = true;
  element('desk').hidden = false;
  return made;
}

/** The enrolment, or what is in the way in the reader's words; empty when the server cannot be reached. */
async function redeem(store: Store, code: string): Promise<Enrolled | string> {
  try {
    const persisted = await askToPersist();
    const answer = await fetch('/api/v1/gate-devices/enrol', {
      method: 'POST', credentials: 'omit', headers: { 'Content-Type': 'application/json', 'Accept-Language': document.documentElement.lang },
      body: JSON.stringify({ code, facts: { browser: navigator.userAgent.slice(0, 150), persisted } }),
    });
    if (!answer.ok) return ((await answer.json()) as { title?: string }).title ?? '';
    const made = (await answer.json()) as Enrolled;
    await store.setThing('device', made);
    remembered(MARK, made.device);
    return made;
  } catch {
    return '';
  }
}

/** The worker keeps the application on this device, so that it starts without a network. */
async function startWorker(): Promise<void> {
  try {
    await navigator.serviceWorker?.register('/gate/sw.js', { scope: '/gate/' });
  } catch { /* the page works without it as long as it is open */ }
}
