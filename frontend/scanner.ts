/** The screen of a gate: camera, hand scanner and typing on one side, verdicts on the other, a safe queue between. */
import { Camera } from './scanner/camera';
import { Queue, type Method, type Way } from './scanner/queue';
import { play, soundOf, wakeSound } from './scanner/sounds';
import { View, element } from './scanner/view';
import { listenToKeys } from './scanner/wedge';

const page = element('gate');
const view = new View(page);
const isOpen = page.dataset['open'] === 'yes';
const setting = (name: string): string => page.dataset[name] ?? '';

/** Milliseconds between tries while something waits: quick at first, then patient. */
const RETRIES = [1000, 2000, 4000, 8000, 15000];

/** How long a guard waits for the verdict before the scan counts as kept. */
const PATIENCE = 2500;

let way = (setting('firstWay') || 'in') as Way;
let loud = remembered('fairs-sound') !== 'off';

function remembered(key: string, value?: string): string | null {
  try {
    if (value !== undefined) localStorage.setItem(key, value);
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

class Gate {
  private sending: Promise<void> | null = null;
  private again = false;
  private retry = 0;
  private tries = 0;
  private online = true;
  /** Scans of this page that the guard still waits to see the verdict of. */
  private readonly awaited = new Set<string>();

  constructor(private readonly queue: Queue) {}

  async scan(code: string, method: Method): Promise<void> {
    const kept = await this.queue.keep({ code: code.slice(0, 1000), method, direction: way, url: setting('send') });
    this.awaited.add(kept.id);
    // On a network that swallows everything the guard must not stand and wait.
    await Promise.race([this.send(), new Promise((resolve) => { window.setTimeout(resolve, PATIENCE); })]);
    if (this.awaited.delete(kept.id)) {
      view.showKept(kept);
      play(soundOf('kept'), loud);
    }
  }

  /** Sends all that waits. One sending at a time; scans that come meanwhile go with the next. */
  async send(): Promise<void> {
    this.again = true;
    while (this.again) {
      this.sending ??= this.sendAll().finally(() => { this.sending = null; });
      await this.sending;
    }
  }

  private async sendAll(): Promise<void> {
    while (this.again) {
      this.again = false;
      for (;;) {
        const outcome = await this.queue.send(setting('csrf'));
        if (outcome === null) {
          this.tries = 0;
          break;
        }
        if (outcome.state === 'sent') {
          this.online = true;
          view.counters(outcome.answer);
          view.trouble(outcome.answer.is_open ? '' : view.text('Closed'));
          for (const result of outcome.answer.results) {
            view.row(result);
            if (this.awaited.delete(result.id)) {
              view.show(result);
              play(soundOf(result.verdict), loud);
            }
          }
        } else if (outcome.state === 'offline') {
          this.online = false;
          this.later();
          break;
        } else if (outcome.state === 'signed-out') {
          view.trouble(view.text('SignedOut'), { href: setting('login'), label: view.text('SignedOut') });
          this.later();
          break;
        }
      }
    }
    await this.report();
  }

  private later(): void {
    window.clearTimeout(this.retry);
    this.retry = window.setTimeout(() => { void this.send(); }, RETRIES[Math.min(this.tries, RETRIES.length - 1)]);
    this.tries += 1;
  }

  async report(): Promise<void> {
    const all = await this.queue.all();
    const refused = all.filter((scan) => scan.refused).length;
    view.networkState(this.online && navigator.onLine, all.length - refused);
    if (refused) view.trouble(view.text('Refused').replace('{n}', String(refused)));
  }
}

async function startCamera(onCode: (code: string) => void): Promise<void> {
  const words = element('camera-words');
  const start = element('start-camera');
  if (!Camera.isPossible()) {
    words.textContent = view.text('None');
    return;
  }
  const camera = new Camera(element<HTMLVideoElement>('camera'), setting('wasm'), onCode);
  const torch = element('torch');
  const turn = element('turn-camera');
  const shown = async (begin: Promise<string | null>) => {
    const trouble = await begin;
    element('no-camera').hidden = trouble === null;
    element('frame').hidden = trouble !== null;
    start.hidden = trouble === null;
    if (trouble) words.textContent = view.text({ blocked: 'Blocked', none: 'None', busy: 'Busy' }[trouble] ?? 'None');
    torch.hidden = trouble !== null || !camera.hasTorch();
    turn.hidden = trouble !== null || !(await camera.hasSeveral());
  };
  start.addEventListener('click', () => { void shown(camera.start()); });
  turn.addEventListener('click', () => { void shown(camera.turn()); });
  torch.addEventListener('click', () => {
    const on = torch.getAttribute('aria-pressed') !== 'true';
    torch.setAttribute('aria-pressed', String(on));
    void camera.setTorch(on);
  });
  await shown(camera.start());
}

function startTools(): void {
  element('tools').hidden = false;
  const sound = element('sound');
  const full = element('full');
  sound.setAttribute('aria-pressed', String(loud));
  sound.addEventListener('click', () => {
    loud = !loud;
    remembered('fairs-sound', loud ? 'on' : 'off');
    sound.setAttribute('aria-pressed', String(loud));
    play(soundOf('welcome'), loud);
  });
  full.hidden = !document.fullscreenEnabled;
  full.addEventListener('click', () => { void (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()); });
  document.addEventListener('fullscreenchange', () => full.setAttribute('aria-pressed', String(document.fullscreenElement !== null)));
  for (const type of ['pointerdown', 'keydown']) document.addEventListener(type, wakeSound, { once: true });
}

/** In and out without loading the page again, so that no scan falls into the gap. */
function startWays(): void {
  const links = [...document.querySelectorAll<HTMLAnchorElement>('[data-way]')];
  for (const link of links) {
    link.addEventListener('click', (event) => {
      event.preventDefault();
      way = link.dataset['way'] as Way;
      for (const one of links) {
        if (one === link) one.setAttribute('aria-current', 'true');
        else one.removeAttribute('aria-current');
      }
      history.replaceState(null, '', link.href);
    });
  }
}

/** The screen of a gate must not go dark between two visitors. */
function stayAwake(): void {
  const ask = () => { if (document.visibilityState === 'visible') navigator.wakeLock?.request('screen').catch(() => undefined); };
  document.addEventListener('visibilitychange', ask);
  ask();
}

async function start(): Promise<void> {
  startTools();
  const gate = new Gate(await Queue.open());
  window.addEventListener('online', () => { void gate.send(); });
  window.addEventListener('offline', () => { void gate.report(); });
  void gate.send();
  if (!isOpen) return;
  startWays();
  stayAwake();
  const scan = (code: string, method: Method) => { void gate.scan(code, method); };
  listenToKeys(element<HTMLInputElement>('code'), element<HTMLFormElement>('typed'), scan);
  page.dataset['ready'] = 'yes';
  await startCamera((code) => scan(code, 'camera'));
}

void start();
