/** The buttons at the top: sound and full screen; and a screen that does not go dark. */
import { play, soundOf, wakeSound } from './sounds';
import { remembered } from './store';
import { element } from './view';

export class Tools {
  private loud = remembered('fairs-sound') !== 'off';

  constructor() {
    element('tools').hidden = false;
    const sound = element('sound');
    const full = element('full');
    sound.setAttribute('aria-pressed', String(this.loud));
    sound.addEventListener('click', () => {
      this.loud = !this.loud;
      remembered('fairs-sound', this.loud ? 'on' : 'off');
      sound.setAttribute('aria-pressed', String(this.loud));
      this.play(soundOf('welcome'));
    });
    full.hidden = !document.fullscreenEnabled;
    full.addEventListener('click', () => { void (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()); });
    document.addEventListener('fullscreenchange', () => full.setAttribute('aria-pressed', String(document.fullscreenElement !== null)));
    for (const type of ['pointerdown', 'keydown']) document.addEventListener(type, wakeSound, { once: true });
  }

  play(sound: Parameters<typeof play>[0]): void {
    play(sound, this.loud);
  }
}

/** The screen of a gate must not go dark between two visitors. */
export function stayAwake(): void {
  const ask = () => { if (document.visibilityState === 'visible') navigator.wakeLock?.request('screen').catch(() => undefined); };
  document.addEventListener('visibilitychange', ask);
  ask();
}
