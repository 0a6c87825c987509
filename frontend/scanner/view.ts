/** What the guard sees: the verdict over everything, the last scans, the counters, the state of the network. */
import type { Scanned } from './engine';
import { letsIn } from './engine';
import type { Badge, Counters, Result } from './sender';

const MOST_ROWS = 5;
const locale = document.documentElement.lang || 'vi';
/** Days before months and 24 hours, as on all other pages. */
const CLOCK = locale === 'en' ? 'en-GB' : locale;

export interface Words {
  verdicts: Record<string, { title: string; icon: string; advice: string; reason: string }>;
  reasons: Record<string, string>;
  advice: Record<string, string>;
  warn: string;
  categories: Record<string, string>;
  texts: Record<string, string>;
}

/** What is shown of one scan. ``state``: not yet confirmed, confirmed, or judged otherwise by the server. */
export interface Shown { id: string; verdict: string; badge: Partial<Badge> | null; reason: string; advice: string; note: string; time: string; state: 'waiting' | 'confirmed' | 'differs' | 'undone' }

export interface Trouble { words: string; href?: string; isHint?: boolean }

export class View {
  private timer = 0;
  private shownId = '';
  private readonly verdict = element('verdict');
  private readonly last = element('last');
  private readonly network = element('network');
  readonly words: Words;

  private readonly listed = new Set<string>();

  constructor(private readonly page: HTMLElement) {
    this.words = JSON.parse(page.dataset['words'] ?? '{}') as Words;
    this.verdict.addEventListener('click', () => this.hide());
    document.addEventListener('keydown', (event) => { if (event.key === 'Escape') this.hide(); });
  }

  text(name: string, values: Record<string, string | number> = {}): string {
    return fill(this.words.texts[name] ?? '', values);
  }

  private icon(name: string): string {
    return `${this.page.dataset['icons'] ?? ''}#${name}`;
  }

  /** What the device says of a scan before it has heard from the server. */
  judged(scan: Scanned): Shown {
    const { judgement, face, zone } = scan;
    const verdict = judgement?.verdict ?? 'kept';
    const first = scan.before?.first_in_at;
    const code = judgement?.reason_code ?? 'kept';
    const hall = zone ? name(zone) : this.page.dataset['fair'] ?? '';
    const reason = sentence(this.words.reasons[verdict === 'welcome' && first ? 'back' : code] ?? '', {
      time: (judgement?.since ?? judgement?.at ?? first ?? '').slice(11, 16), day: judgement?.day ? day(judgement.day) : '', hours: judgement?.hours ?? '', zone: hall,
    });
    const warning = judgement?.warn_capacity && letsIn(verdict) && zone ? fill(this.words.warn, { zone: hall, inside: zone.inside, capacity: zone.capacity ?? '' }) : '';
    return {
      id: scan.event.id, verdict, note: '', time: scan.local.slice(11, 16), state: 'waiting',
      reason: [reason, warning].filter(Boolean).join(' '),
      advice: (judgement ? this.words.advice[code] : this.words.verdicts[verdict]?.advice) ?? '',
      badge: scan.category || face ? { category: scan.category, name: '', company: '', country: '', passport_name: '', ...face } : null,
    };
  }

  /** The same after the server has spoken. Only another verdict is news; its words and the name may be fuller. */
  answered(known: Shown, result: Result): Shown {
    const isOther = result.verdict !== known.verdict && known.verdict !== 'kept';
    const since = result.since ? clockTime(result.since) : '';
    const reason = result.reason ?? (isOther ? sentence(this.words.verdicts[result.verdict]?.reason ?? '', { time: since, zone: this.page.dataset['fair'] ?? '' }) : known.reason);
    const advice = result.advice ?? (isOther || known.verdict === 'kept' ? this.words.verdicts[result.verdict]?.advice : known.advice);
    const grave = isOther && letsIn(result.verdict) !== letsIn(known.verdict);
    return {
      ...known, verdict: result.verdict, reason: reason || (isOther ? '' : known.reason), advice: advice ?? '',
      badge: result.badge ?? known.badge, state: grave ? 'differs' : 'confirmed',
      note: grave ? this.text('differs', { verdict: this.words.verdicts[known.verdict]?.title ?? known.verdict }) : '',
    };
  }

  show(shown: Shown): void {
    const { badge } = shown;
    const set = (selector: string, words: string) => { part(this.verdict, selector).textContent = words; };
    const verdict = this.words.verdicts[shown.verdict];
    this.verdict.className = `verdict verdict-${shown.verdict}`;
    part(this.verdict, 'use').setAttribute('href', this.icon(verdict?.icon ?? 'help'));
    set('.verdict-title', verdict?.title ?? shown.verdict);
    const name = part(this.verdict, '.verdict-name bdi');
    name.textContent = badge?.name ?? '';
    if (badge?.language) name.setAttribute('lang', badge.language);
    else name.removeAttribute('lang');
    set('.verdict-latin', badge && badge.passport_name !== badge.name ? (badge.passport_name ?? '') : '');
    set('.verdict-company', badge?.company ?? '');
    set('.country-code', badge?.country ?? '');
    set('.verdict-country', countryName(badge?.country ?? ''));
    const category = part(this.verdict, '.verdict-category');
    category.textContent = this.words.categories[badge?.category ?? ''] ?? '';
    category.className = `verdict-category category-${badge?.category ?? ''}`;
    set('.verdict-reason', shown.reason);
    set('.verdict-advice', shown.advice);
    set('.verdict-note', shown.note);
    this.verdict.hidden = false;
    this.shownId = shown.id;
    element('spoken').textContent = [verdict?.title, badge?.name, shown.reason, shown.advice, shown.note].filter(Boolean).join('. ');
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.hide(), Number(this.page.dataset['hold'] ?? 1200) * (shown.note ? 3 : 1));
  }

  /** Whether this scan's verdict is what stands over everything now. */
  isShowing(id: string): boolean {
    return !this.verdict.hidden && this.shownId === id;
  }

  hide(): void {
    window.clearTimeout(this.timer);
    this.verdict.hidden = true;
  }

  /** A row of the last scans; a scan that is shown already gets its new words. ``act`` is the one button of the row. */
  row(shown: Shown, act?: { label: string; icon: string; run: () => void } | null): void {
    const verdict = this.words.verdicts[shown.verdict];
    const row = document.createElement('li');
    row.className = `gate-row verdict-${shown.verdict} is-${shown.state}`;
    row.dataset['id'] = shown.id;
    const words = document.createElement('div');
    const title = document.createElement('strong');
    title.textContent = verdict?.title ?? shown.verdict;
    const name = document.createElement('span');
    const isolated = document.createElement('bdi');
    isolated.textContent = shown.badge?.name ?? '';
    if (shown.badge?.language) isolated.lang = shown.badge.language;
    name.append(isolated);
    words.append(title, ' ', name);
    if (shown.state === 'undone' || shown.note) {
      const note = document.createElement('small');
      note.textContent = shown.note;
      words.append(' ', note);
    }
    const end = document.createElement('span');
    end.className = 'gate-row-end';
    const time = document.createElement('time');
    time.textContent = shown.time;
    if (act) {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'btn btn-sm btn-quiet';
      button.append(this.svg(act.icon), ` ${act.label}`);
      button.addEventListener('click', act.run);
      end.append(button);
    }
    end.append(time);
    row.append(this.svg(verdict?.icon ?? 'help'), words, end);
    const known = [...this.last.children].find((one) => (one as HTMLElement).dataset['id'] === shown.id);
    if (known) known.replaceWith(row);
    // An answer to what has left the list already does not push the present visitor down, unless it is news.
    else if (!this.listed.has(shown.id) || shown.state === 'differs') this.last.prepend(row);
    this.listed.add(shown.id);
    while (this.last.children.length > MOST_ROWS) this.last.lastElementChild?.remove();
  }

  svg(name: string): SVGElement {
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('class', 'icon');
    svg.setAttribute('aria-hidden', 'true');
    const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
    use.setAttribute('href', this.icon(name));
    svg.append(use);
    return svg;
  }

  counters(counters: Counters): void {
    const format = new Intl.NumberFormat(locale);
    element('count-visits').textContent = format.format(counters.visits);
    element('count-inside').textContent = format.format(counters.inside);
  }

  /** One word at the top, and how many scans wait. */
  networkState(online: boolean, waiting: number): void {
    const words = waiting ? this.text('waiting', { n: new Intl.NumberFormat(locale).format(waiting) }) : '';
    const state = online && waiting ? words : [this.text(online ? 'online' : 'offline'), words].filter(Boolean).join(' · ');
    this.network.classList.toggle('is-offline', !online);
    this.network.classList.toggle('is-waiting', online && waiting > 0);
    part(this.network, 'use').setAttribute('href', this.icon(online ? 'wifi' : 'wifi-off'));
    const label = part(this.network, 'span');
    if (label.textContent !== state) label.textContent = state;
  }

  /** What is wrong beyond a single scan; stays until it is mended. Several troubles stand below each other; mere hints are quieter. */
  troubles(list: Trouble[]): void {
    const box = element('trouble');
    box.hidden = !list.length;
    box.classList.toggle('is-hint', list.every((one) => one.isHint));
    const lines = list.map(({ words, href }) => {
      const line = document.createElement(href ? 'a' : 'span');
      if (href) (line as HTMLAnchorElement).href = href;
      line.textContent = words;
      return line;
    });
    if (box.textContent !== lines.map((line) => line.textContent).join('')) box.replaceChildren(...lines);
  }
}

export function fill(template: string, values: Record<string, string | number>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** A sentence with its facts; without a fact that it needs, none: half a sentence helps nobody. */
function sentence(template: string, values: Record<string, string>): string {
  return [...template.matchAll(/\{(\w+)\}/g)].every(([, one]) => values[one ?? '']) ? fill(template, values) : '';
}

export function name(one: { name_vi: string; name_en: string }): string {
  return (locale === 'vi' ? one.name_vi || one.name_en : one.name_en || one.name_vi);
}

export function clockTime(iso: string): string {
  return new Date(iso).toLocaleTimeString(CLOCK, { hour: '2-digit', minute: '2-digit', timeZone: element('gate').dataset['zone'] || 'Asia/Ho_Chi_Minh' });
}

/** A moment of any day, by the fair's clock. */
export function dayTime(iso: string): string {
  return new Date(iso).toLocaleString(CLOCK, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', timeZone: element('gate').dataset['zone'] || 'Asia/Ho_Chi_Minh' });
}

function day(iso: string): string {
  return new Date(`${iso}T12:00:00Z`).toLocaleDateString(CLOCK, { day: 'numeric', month: 'long', timeZone: 'UTC' });
}

function countryName(code: string): string {
  if (!code) return '';
  try {
    return new Intl.DisplayNames([locale], { type: 'region' }).of(code) ?? '';
  } catch {
    return code;
  }
}

export function element<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element ${id}`);
  return found as T;
}

export function part<T extends Element = Element>(parent: Element, selector: string): T {
  const found = parent.querySelector<T>(selector);
  if (!found) throw new Error(`no part ${selector}`);
  return found;
}
