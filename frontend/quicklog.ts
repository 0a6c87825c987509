/** The quick log of a signing ceremony: two badges, a value, a photo. What was typed stays on the device until the server has it. */
import { announce } from './lib/announce';
import { dropQuick, keepQuick, keptQuick, type Party, type Typed } from './lib/quick-draft';
import { Camera } from './scanner/camera';

const RETRY = 4000;
const LOOK_UP = 8000;
type Side = 'exporter' | 'importer';
interface Refused { errors: Record<string, string>; message: string; parties: Partial<Record<Side, Party>> }

class QuickLog {
  private readonly parties: Partial<Record<Side, Party>> = {};
  private scanned: string[] = [];
  private photo: Blob | null = null;
  private photoName = '';
  private camera: Camera | null = null;
  private isSending = false;

  constructor(private readonly form: HTMLFormElement) {
    this.startCamera();
    form.addEventListener('submit', (event) => this.submitted(event));
    form.addEventListener('input', () => { void this.keep(); });
    this.input('evidence').addEventListener('change', () => this.photographed());
    window.addEventListener('online', () => { if (this.isWaiting()) void this.send(); });
    if (!form.querySelector('.is-invalid, .has-error')) void this.restore();
  }

  private input(name: string): HTMLInputElement { return this.form.elements.namedItem(name) as HTMLInputElement; }
  private part(selector: string): HTMLElement | null { return this.form.querySelector<HTMLElement>(selector); }
  private text(name: string): string { return this.form.dataset[`text${name}`] ?? ''; }

  // --- finding the parties ---

  private startCamera(): void {
    const place = this.part('[data-code-camera]');
    const video = place?.querySelector('video');
    const button = place?.querySelector<HTMLButtonElement>('[data-camera-start]');
    if (!place || !video || !button || !Camera.isPossible()) return;
    place.hidden = false;
    this.camera = new Camera(video, place.dataset['wasm'] ?? '', (code) => { void this.find(code); });
    button.addEventListener('click', () => {
      void this.camera?.start().then((trouble) => {
        const words = place.querySelector<HTMLElement>('[role="status"]');
        const text = { blocked: place.dataset['textBlocked'], none: place.dataset['textNone'], busy: place.dataset['textBusy'] };
        if (words) words.textContent = trouble ? text[trouble] ?? '' : '';
        button.hidden = trouble === null;
      });
    });
  }

  private async find(code: string): Promise<void> {
    if (!code.trim() || this.scanned.includes(code)) return;
    this.say('code', '');
    let answer: Response;
    try {
      const address = `${this.form.dataset['party'] ?? ''}?code=${encodeURIComponent(code)}`;
      answer = await fetch(address, { credentials: 'same-origin', signal: AbortSignal.timeout(LOOK_UP) });
    } catch {
      return this.noted(code);
    }
    if (answer.status >= 500) return this.noted(code);
    this.show(await answer.json().catch(() => ({ message: this.text('SentOut') })), code.length > 60);
  }

  /** No network: the code itself goes with the form. */
  private noted(code: string): void {
    this.scanned = [...this.scanned, code].slice(-4);
    this.input('scanned').value = this.scanned.join('\n');
    this.say('code', this.text('Later'));
    void this.keep();
  }

  private show(body: { parties?: Party[]; message?: string }, isScan: boolean): void {
    const found = body.parties ?? [];
    const place = this.part('[data-found]');
    place?.replaceChildren();
    if (found.length === 1 && found[0]) return this.put(found[0], isScan);
    if (found.length === 0) return this.say('code', body.message ?? '');
    for (const party of found) {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'btn btn-quiet';
      button.textContent = `${party.flag} ${party.name} · ${party.country}`;
      button.addEventListener('click', () => { place?.replaceChildren(); this.put(party, false); });
      place?.append(button);
    }
  }

  private put(party: Party, isScan: boolean): void {
    const known = this.parties[party.side];
    if (known?.id === party.id) return isScan && this.both() ? undefined : this.say('code', this.text('Same'));
    if (known && isScan) return this.say('code', this.text(party.side === 'exporter' ? 'TwoVn' : 'TwoAbroad'));
    this.parties[party.side] = party;
    this.input('code').value = '';
    this.say('code', '');
    this.say(party.side, '');
    this.draw(party.side);
    announce(`${party.name}, ${party.country}`);
    if (this.both()) {
      this.camera?.stop();
      const button = this.part('[data-camera-start]');
      if (button) button.hidden = true;
      if (!this.input('value').value) this.input('value').focus();
    }
    void this.keep();
  }

  private both(): boolean { return Boolean(this.parties.exporter && this.parties.importer); }

  private draw(side: Side): void {
    const slot = this.part(`[data-slot="${side}"]`);
    const party = this.parties[side];
    this.input(`${side}_id`).value = party ? String(party.id) : '';
    if (!slot) return;
    for (const [name, text] of [['flag', party?.flag], ['name', party?.name], ['country', party?.country]] as const) {
      const place = slot.querySelector(`[data-${name}]`);
      if (place) place.textContent = text ?? '';
    }
    slot.classList.toggle('is-filled', Boolean(party));
    slot.querySelector<HTMLElement>('[data-empty]')!.hidden = Boolean(party);
    slot.querySelector<HTMLElement>('[data-clear]')!.hidden = !party;
  }

  private say(field: string, text: string): void {
    const place = this.part(`[data-error="${field}"]`);
    const words = place?.querySelector('span');
    if (!place || !words) return;
    words.textContent = text;
    place.hidden = text === '';
    (place.closest('.field, .quick-slot') ?? place).classList.toggle('has-error', text !== '');
    const input = this.form.elements.namedItem(field);
    if (input instanceof HTMLInputElement && input.type !== 'hidden') input.setAttribute('aria-invalid', String(text !== ''));
  }

  // --- the photo ---

  private photographed(): void {
    const file = this.input('evidence').files?.[0] ?? null;
    const isLarge = file !== null && file.size > Number(this.input('evidence').dataset['maxBytes'] ?? Infinity);
    this.say('evidence', isLarge ? this.text('Large') : '');
    if (!file || isLarge) return;
    this.picture(file, file.name);
    void this.keep();
  }

  private picture(photo: Blob, name: string): void {
    this.photo = photo;
    this.photoName = name;
    const image = this.form.querySelector<HTMLImageElement>('[data-photo]');
    if (!image) return;
    URL.revokeObjectURL(image.src);
    image.hidden = !photo.type.startsWith('image/');
    image.src = URL.createObjectURL(photo);
    const words = this.part('[data-photo-name]');
    if (words) words.textContent = name;
  }

  // --- keeping ---

  private typed(): Typed {
    return {
      nonce: this.input('nonce').value, value: this.input('value').value, currency: this.input('currency').value, state: this.input('state').value,
      scanned: this.scanned, exporter: this.parties.exporter, importer: this.parties.importer, photo: this.photo, photoName: this.photoName,
      waits: this.isWaiting(),
    };
  }

  private async keep(): Promise<void> { await keepQuick(location.pathname, this.typed()); }

  private async restore(): Promise<void> {
    const kept = await keptQuick(location.pathname);
    if (!kept || !(kept.value || kept.exporter || kept.importer || kept.photo || kept.scanned.length)) return;
    for (const name of ['nonce', 'value', 'currency', 'state'] as const) this.input(name).value = kept[name];
    this.scanned = kept.scanned;
    this.input('scanned').value = kept.scanned.join('\n');
    for (const side of ['exporter', 'importer'] as const) {
      const party = kept[side];
      if (party) this.parties[side] = party;
      this.draw(side);
    }
    if (kept.photo) this.picture(kept.photo, kept.photoName);
    this.trouble(this.text('Restored'));
    // It was on its way when the page was closed: the server knows the form by its nonce, and logs it once.
    if (kept.waits) void this.send();
  }

  // --- sending ---

  private submitted(event: SubmitEvent): void {
    event.preventDefault();
    const action = (event.submitter as HTMLButtonElement | null)?.value ?? 'find';
    if (action === 'save') void this.send();
    else if (action === 'find') void this.find(this.input('code').value);
    else if (action === 'company') void this.register();
    else if (action.startsWith('clear-')) {
      const side = action.slice(6) as Side;
      delete this.parties[side];
      this.draw(side);
      const button = this.part('[data-camera-start]');
      if (button) button.hidden = false;
      void this.keep();
    }
  }

  private async register(): Promise<void> {
    const data = new FormData();
    for (const name of ['csrf_token', 'company_name', 'company_country']) data.set(name, this.input(name).value);
    try {
      const answer = await fetch(this.form.dataset['company'] ?? '', { method: 'POST', body: data, credentials: 'same-origin' });
      const body = (await answer.json()) as { parties?: Party[]; message?: string };
      this.show(body, false);
      if (body.parties?.length) (this.part('[data-new]') as HTMLDetailsElement | null)?.removeAttribute('open');
    } catch {
      this.say('code', this.text('Waiting'));
    }
  }

  private isWaiting(): boolean { return this.form.dataset['waits'] === 'yes'; }

  private async send(): Promise<void> {
    if (this.isSending) return;
    this.isSending = true;
    this.form.dataset['waits'] = 'yes';
    this.form.setAttribute('aria-busy', 'true');
    await this.keep();
    const data = new FormData(this.form);
    data.set('action', 'save');
    data.delete('evidence');
    if (this.photo) data.set('evidence', this.photo, this.photoName || 'photo.jpg');
    let answer: Response | null = null;
    try {
      answer = await fetch(this.form.getAttribute('action') ?? location.pathname, { method: 'POST', body: data, credentials: 'same-origin', headers: { 'Fairs-Quick': '1' } });
    } catch { /* no network: it is sent again below */ }
    this.isSending = false;
    this.form.removeAttribute('aria-busy');
    if (!answer || answer.status >= 500 || answer.status === 429) {
      this.trouble(this.text('Waiting'));
      window.setTimeout(() => { if (this.isWaiting()) void this.send(); }, RETRY);
      return;
    }
    this.form.dataset['waits'] = 'no';
    const body = (await answer.json().catch(() => null)) as { done?: string } & Partial<Refused> | null;
    if (answer.ok && body?.done) {
      await dropQuick(location.pathname);
      location.assign(body.done);
      return;
    }
    if (!body?.errors) {
      this.trouble(this.text('SentOut'));
      return;
    }
    this.refused(body as Refused);
  }

  private refused(body: Refused): void {
    for (const side of ['exporter', 'importer'] as const) {
      const party = body.parties[side];
      if (party) this.parties[side] = party;
      this.draw(side);
    }
    this.scanned = [];
    this.input('scanned').value = '';
    for (const field of ['exporter', 'importer', 'code', 'value', 'evidence']) this.say(field, body.errors[field] ?? '');
    const known = ['exporter', 'importer', 'code', 'value', 'evidence'];
    const rest = Object.entries(body.errors).filter(([name]) => !known.includes(name)).map(([, text]) => text);
    this.trouble([this.text('Refused'), body.message, ...rest].filter(Boolean).join(' '));
    const first = this.form.querySelector<HTMLElement>('.quick-slot.has-error, .field.has-error input:not([type="hidden"])');
    first?.focus();
    void this.keep();
  }

  private trouble(text: string): void {
    const place = this.part('[data-trouble]');
    if (!place) return;
    place.textContent = text;
    place.hidden = text === '';
  }
}

const form = document.querySelector<HTMLFormElement>('form[data-quick]');
if (form) new QuickLog(form);
