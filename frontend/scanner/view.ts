/** What the guard sees: the verdict over everything, the last scans, the counters, the state of the network. */
import type { Answer, Kept, Result } from './queue';

const MOST_ROWS = 5;
const locale = document.documentElement.lang || 'vi';

export class View {
  private timer = 0;
  private readonly verdict = element('verdict');
  private readonly last = element('last');
  private readonly network = element('network');

  constructor(private readonly page: HTMLElement) {
    this.verdict.addEventListener('click', () => this.hide());
    document.addEventListener('keydown', (event) => { if (event.key === 'Escape') this.hide(); });
  }

  text(name: string): string {
    return this.page.dataset[`text${name}`] ?? '';
  }

  private icon(name: string): string {
    return `${this.page.dataset['icons'] ?? ''}#${name}`;
  }

  show(result: Result): void {
    const { badge } = result;
    const set = (selector: string, words: string) => { part(this.verdict, selector).textContent = words; };
    this.verdict.className = `verdict verdict-${result.verdict}`;
    part(this.verdict, 'use').setAttribute('href', this.icon(result.icon));
    set('.verdict-title', result.title);
    const name = part(this.verdict, '.verdict-name bdi');
    name.textContent = badge?.name ?? '';
    if (badge?.language) name.setAttribute('lang', badge.language);
    else name.removeAttribute('lang');
    set('.verdict-latin', badge && badge.passport_name !== badge.name ? badge.passport_name : '');
    set('.verdict-company', badge?.company ?? '');
    set('.country-code', badge?.country ?? '');
    set('.verdict-country', badge?.country_name ?? '');
    const category = part(this.verdict, '.verdict-category');
    category.textContent = badge?.category_label ?? '';
    category.className = `verdict-category category-${badge?.category ?? ''}`;
    set('.verdict-reason', result.reason);
    set('.verdict-advice', result.advice);
    this.verdict.hidden = false;
    element('spoken').textContent = [result.title, badge?.name, result.reason, result.advice].filter(Boolean).join('. ');
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.hide(), Number(this.page.dataset['hold'] ?? 1200));
  }

  hide(): void {
    window.clearTimeout(this.timer);
    this.verdict.hidden = true;
  }

  showKept(scan: Kept): void {
    const kept: Result = {
      id: scan.id, verdict: 'kept', lets_in: false, icon: 'wifi-off', title: this.text('Kept'), reason: this.text('KeptWhy'), advice: this.text('KeptAdvice'),
      time: new Date(scan.scanned_at).toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit' }), counted: false, repeated: false, badge: null,
    };
    this.show(kept);
    this.row(kept);
  }

  /** A row of the last scans; one that was only kept so far is replaced by what the server says. */
  row(result: Result): void {
    const row = document.createElement('li');
    row.className = `gate-row verdict-${result.verdict}`;
    row.dataset['id'] = result.id;
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('class', 'icon');
    svg.setAttribute('aria-hidden', 'true');
    const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
    use.setAttribute('href', this.icon(result.icon));
    svg.append(use);
    const words = document.createElement('div');
    const title = document.createElement('strong');
    title.textContent = result.title;
    const name = document.createElement('span');
    const isolated = document.createElement('bdi');
    isolated.textContent = result.badge?.name ?? '';
    if (result.badge?.language) isolated.lang = result.badge.language;
    name.append(isolated);
    words.append(title, ' ', name);
    const time = document.createElement('time');
    time.textContent = result.time;
    row.append(svg, words, time);
    const known = [...this.last.children].find((one) => (one as HTMLElement).dataset['id'] === result.id);
    if (known) known.replaceWith(row);
    else this.last.prepend(row);
    while (this.last.children.length > MOST_ROWS) this.last.lastElementChild?.remove();
  }

  counters(answer: Answer): void {
    const format = new Intl.NumberFormat(locale);
    element('count-visits').textContent = format.format(answer.counters.visits);
    element('count-inside').textContent = format.format(answer.counters.inside);
  }

  /** One word at the top, and how many scans wait. */
  networkState(online: boolean, waiting: number): void {
    const words = waiting ? this.text('Waiting').replace('{n}', new Intl.NumberFormat(locale).format(waiting)) : '';
    const state = online && waiting ? words : [this.text(online ? 'Online' : 'Offline'), words].filter(Boolean).join(' · ');
    this.network.classList.toggle('is-offline', !online);
    this.network.classList.toggle('is-waiting', online && waiting > 0);
    part(this.network, 'use').setAttribute('href', this.icon(online ? 'wifi' : 'wifi-off'));
    const label = part(this.network, 'span');
    if (label.textContent !== state) label.textContent = state;
  }

  trouble(words: string, link?: { href: string; label: string }): void {
    const box = element('trouble');
    box.hidden = !words;
    box.textContent = words;
    if (words && link) {
      const anchor = document.createElement('a');
      anchor.href = link.href;
      anchor.textContent = link.label;
      box.replaceChildren(anchor);
    }
  }
}

export function element<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element ${id}`);
  return found as T;
}

function part(parent: Element, selector: string): Element {
  const found = parent.querySelector(selector);
  if (!found) throw new Error(`no part ${selector}`);
  return found;
}
