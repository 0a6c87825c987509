/** Each verdict has its own sound and its own vibration, so that a guard need not look at the screen. */
type Tone = [frequency: number, from: number, length: number, shape?: OscillatorType];

const TONES: Record<string, Tone[]> = {
  good: [[880, 0, 0.09], [1319, 0.1, 0.16]],
  again: [[659, 0, 0.11, 'triangle'], [659, 0.17, 0.11, 'triangle']],
  bye: [[988, 0, 0.09], [659, 0.1, 0.16]],
  bad: [[185, 0, 0.2, 'sawtooth'], [147, 0.24, 0.34, 'sawtooth']],
  kept: [[523, 0, 0.08, 'triangle']],
};
const SHAKES: Record<string, number[]> = { good: [80], again: [60, 60, 60], bye: [40], bad: [260, 90, 260], kept: [30, 40, 30] };

export function soundOf(verdict: string): string {
  return { welcome: 'good', already_inside: 'again', goodbye: 'bye', kept: 'kept', bound: 'good' }[verdict] ?? 'bad';
}

let context: AudioContext | null = null;

/** Browsers let a page sound only after somebody has touched it. */
export function wakeSound(): void {
  try {
    context ??= new AudioContext();
    if (context.state === 'suspended') void context.resume();
  } catch { /* no sound on this device */ }
}

export function play(kind: string, loud: boolean): void {
  if (navigator.userActivation?.hasBeenActive !== false) navigator.vibrate?.(SHAKES[kind] ?? []);
  if (!loud) return;
  wakeSound();
  if (!context || context.state !== 'running') return;
  for (const [frequency, from, length, shape] of TONES[kind] ?? []) {
    const start = context.currentTime + from;
    const tone = new OscillatorNode(context, { frequency, type: shape ?? 'sine' });
    const level = new GainNode(context, { gain: 0 });
    level.gain.setValueAtTime(0, start);
    level.gain.linearRampToValueAtTime(0.35, start + 0.012);
    level.gain.setValueAtTime(0.35, start + length - 0.03);
    level.gain.linearRampToValueAtTime(0, start + length);
    tone.connect(level).connect(context.destination);
    tone.start(start);
    tone.stop(start + length);
  }
}
