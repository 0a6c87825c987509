/**
 * The page on a printer's computer: asks for the next badge every few seconds, prints it in a hidden frame, keeps its lease alive,
 * and reports it. A badge that was there when the page was loaded is never printed by itself: a person says whether it came out.
 */

import { printSheet } from './lib/sheet';

const root = document.querySelector<HTMLElement>('[data-station]');
const ASK_EVERY = 3000;
const BEAT_EVERY = 20_000;
const RETRY_AFTER = 5000;

class Station {
  private readonly panel: HTMLElement;
  private readonly words: HTMLElement;
  private isPaused = false;
  private isBusy = false;

  constructor(private readonly root: HTMLElement) {
    this.panel = root.querySelector<HTMLElement>('[data-station-panel]')!;
    this.words = root.querySelector<HTMLElement>('[data-station-state]')!;
    root.querySelector('[data-station-take]')?.remove();
    this.startPause();
    root.addEventListener('submit', (event) => {
      const form = event.target as HTMLFormElement;
      if (!form.matches('[data-station-form]')) return;
      event.preventDefault();
      const data = new FormData(form, (event as SubmitEvent).submitter);
      void this.report(data);
    });
    window.setInterval(() => void this.beat(), BEAT_EVERY);
    this.say(this.job() ? 'hold' : 'waiting');
    void this.ask();
  }

  private job(): HTMLElement | null {
    return this.panel.querySelector<HTMLElement>('[data-job]');
  }

  private say(what: 'waiting' | 'printing' | 'offline' | 'paused' | 'hold'): void {
    const text = this.root.dataset[`text${what[0]!.toUpperCase()}${what.slice(1)}`] ?? '';
    if (this.words.textContent !== text) this.words.textContent = text;
    this.words.dataset['is'] = what;
  }

  private startPause(): void {
    const button = this.root.querySelector<HTMLButtonElement>('[data-station-pause]');
    const word = button?.querySelector<HTMLElement>('[data-station-pause-word]');
    if (!button || !word) return;
    button.hidden = false;
    button.addEventListener('click', () => {
      this.isPaused = !this.isPaused;
      word.textContent = (this.isPaused ? word.dataset['goOn'] : word.dataset['pause']) ?? '';
      if (!this.job()) this.say(this.isPaused ? 'paused' : 'waiting');
    });
  }

  private async send(data: FormData): Promise<Response> {
    data.set('csrf_token', this.root.dataset['csrf'] ?? '');
    return fetch(this.root.dataset['act']!, { method: 'POST', body: data, headers: { 'Fairs-Station': '1' }, credentials: 'same-origin' });
  }

  /** Round after round, until the page is closed. */
  private async ask(): Promise<void> {
    const wait = (await this.take()) ? ASK_EVERY : RETRY_AFTER;
    window.setTimeout(() => void this.ask(), wait);
  }

  /** Takes the next badge where none is here: one comes, nothing waits, or (false) there is no network. */
  private async take(): Promise<boolean> {
    if (this.isPaused || this.isBusy || this.job()) return true;
    const data = new FormData();
    data.set('act', 'lease');
    this.isBusy = true;
    try {
      const answer = await this.send(data);
      if (answer.status >= 500) throw new Error(String(answer.status));
      const isOpen = this.root.dataset['open'] === '1';
      if (answer.status === 200) {
        this.panel.innerHTML = await answer.text();
        const job = this.job();
        if (job && 'fresh' in job.dataset) void this.print(job);
        else this.say('hold');
      } else if (answer.status === 204 && isOpen) this.say('waiting');
      else if (answer.status !== 409 || isOpen) location.reload(); // opened or closed meanwhile, signed out, token ended
      return true;
    } catch {
      this.say('offline');
      return false;
    } finally {
      this.isBusy = false;
    }
  }

  /** In a frame, so that the page stays; with kiosk printing no dialog is shown. */
  private async print(job: HTMLElement): Promise<void> {
    this.say('printing');
    job.querySelector<HTMLElement>('[value="printed"]')?.focus();
    // No viewer of PDFs in this browser: the button opens the file.
    if (!(await printSheet(job.dataset['pdf'] ?? '', job.dataset['job'] ?? ''))) return;
    if (this.root.dataset['asks'] !== '0' || this.job() !== job) return;
    const data = new FormData();
    for (const [name, value] of [['act', 'printed'], ['job', job.dataset['job']], ['lease', job.dataset['lease']]]) data.set(name!, value ?? '');
    await this.report(data);
  }

  /** Sent until the server has it: what came out must not be printed again because of a network. */
  private async report(data: FormData): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      for (;;) {
        try {
          const answer = await this.send(data);
          if (answer.status < 500) {
            if (!answer.ok) {
              location.reload();
              return;
            }
            break;
          }
        } catch {
          this.say('offline');
        }
        await new Promise((done) => window.setTimeout(done, RETRY_AFTER));
      }
      this.panel.replaceChildren();
      this.say('waiting');
    } finally {
      this.isBusy = false;
    }
    await this.take(); // the next one at once
  }

  private async beat(): Promise<void> {
    const job = this.job();
    if (!job || this.isBusy) return;
    const data = new FormData();
    for (const [name, value] of [['act', 'renew'], ['job', job.dataset['job']], ['lease', job.dataset['lease']]]) data.set(name!, value ?? '');
    try {
      // Somebody decided about it meanwhile: what is here is over.
      if ((await this.send(data)).status === 409) location.reload();
    } catch {
      this.say('offline');
    }
  }
}

if (root) new Station(root);
