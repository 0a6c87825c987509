/** Where this screen stands: at which gate, and in which direction people pass it. */
import { isDevice, type Door } from './door';
import type { Engine } from './engine';
import { remembered, type Way } from './store';
import type { Upkeep } from './upkeep';
import { element, name } from './view';

const PATIENCE = 10_000;

export class Place {
  constructor(private readonly engine: Engine, private readonly door: Door, private readonly upkeep: Upkeep) {
    this.links();
  }

  /** The gates of this device's scope; the one that was chosen last stays chosen. */
  async choose(): Promise<void> {
    const list = element<HTMLSelectElement>('choose-gate');
    list.addEventListener('change', () => { this.enter(list.value); });
    const chosen = remembered('fairs-gate-chosen') ?? '';
    this.engine.place.gate = chosen;
    if (!this.engine.bundle) await Promise.race([this.upkeep.refresh(), new Promise((resolve) => { window.setTimeout(resolve, PATIENCE); })]);
    this.named();
    const gates = this.engine.bundle?.header.gates ?? [];
    const gate = gates.find((one) => one.code === chosen) ?? gates[0];
    if (gate) this.enter(gate.code);
  }

  /** The names of the gates as the bundle has them. */
  named(): void {
    if (!isDevice) return;
    const gates = this.engine.bundle?.header.gates ?? [];
    const list = element<HTMLSelectElement>('choose-gate');
    list.replaceChildren(...gates.map((gate) => new Option(name(gate), gate.code, false, gate.code === this.engine.place.gate)));
    element('gate-title').textContent = list.selectedOptions[0]?.text ?? this.door.enrolled?.fair_name ?? '';
    element('gate-fair').textContent = this.door.enrolled?.fair_name ?? '';
  }

  private enter(code: string): void {
    remembered('fairs-gate-chosen', code);
    this.engine.place.gate = code;
    const gate = this.engine.gate;
    this.engine.place.way = gate?.direction === 'out' ? 'out' : 'in';
    element('ways').hidden = gate?.direction !== 'both';
    this.markWay();
    this.named();
    void this.upkeep.report();
  }

  private markWay(): void {
    for (const one of document.querySelectorAll<HTMLElement>('[data-way]')) {
      if (one.dataset['way'] === this.engine.place.way) one.setAttribute('aria-current', 'true');
      else one.removeAttribute('aria-current');
    }
  }

  /** In and out without loading the page again, so that no scan falls into the gap. */
  private links(): void {
    for (const link of document.querySelectorAll<HTMLAnchorElement>('[data-way]')) {
      link.addEventListener('click', (event) => {
        event.preventDefault();
        this.engine.place.way = link.dataset['way'] as Way;
        this.markWay();
        if (!isDevice) history.replaceState(null, '', link.href);
      });
    }
  }
}
