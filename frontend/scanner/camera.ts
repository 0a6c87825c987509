/** The device's camera as a scanner. The decoder is ours to serve; nothing is fetched from elsewhere. */
import { BarcodeDetector, prepareZXingModule } from 'barcode-detector/ponyfill';

export type Trouble = 'blocked' | 'none' | 'busy';

/** A code that stays in the picture is read once; after so many milliseconds out of sight it may come again. */
const GONE = 1500;
const REST = 70;

export class Camera {
  private readonly detector: BarcodeDetector;
  private stream: MediaStream | null = null;
  private facing: 'environment' | 'user' = 'environment';
  private running = false;
  private code = '';
  private seenAt = -Infinity;

  constructor(private readonly video: HTMLVideoElement, wasm: string, private readonly onCode: (code: string) => void) {
    prepareZXingModule({ overrides: { locateFile: (path: string, prefix: string) => (path.endsWith('.wasm') ? wasm : prefix + path) } });
    this.detector = new BarcodeDetector({ formats: ['qr_code'] });
  }

  static isPossible(): boolean {
    return Boolean(navigator.mediaDevices?.getUserMedia);
  }

  /** Gives back what is in the way, or null when the picture runs. */
  async start(): Promise<Trouble | null> {
    this.stop();
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { facingMode: { ideal: this.facing }, width: { ideal: 1280 }, height: { ideal: 720 } },
      });
    } catch (error) {
      const name = (error as DOMException).name;
      if (name === 'NotAllowedError' || name === 'SecurityError') return 'blocked';
      return name === 'NotReadableError' || name === 'AbortError' ? 'busy' : 'none';
    }
    this.video.srcObject = this.stream;
    this.video.hidden = false;
    try {
      await this.video.play();
    } catch {
      return 'busy';
    }
    this.running = true;
    void this.look();
    return null;
  }

  stop(): void {
    this.running = false;
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.video.srcObject = null;
    this.video.hidden = true;
  }

  async turn(): Promise<Trouble | null> {
    this.facing = this.facing === 'environment' ? 'user' : 'environment';
    return this.start();
  }

  async hasSeveral(): Promise<boolean> {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.filter((device) => device.kind === 'videoinput').length > 1;
  }

  private track(): MediaStreamTrack | undefined {
    return this.stream?.getVideoTracks()[0];
  }

  hasTorch(): boolean {
    const can = this.track()?.getCapabilities?.() as { torch?: boolean } | undefined;
    return can?.torch === true;
  }

  async setTorch(on: boolean): Promise<void> {
    await this.track()?.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] });
  }

  private async look(): Promise<void> {
    const stream = this.stream;
    while (this.running && this.stream === stream) {
      if (!document.hidden && this.video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) {
        try {
          const [found] = await this.detector.detect(this.video);
          if (found?.rawValue) this.see(found.rawValue);
        } catch { /* a frame that cannot be read is followed by the next */ }
      }
      await new Promise((resolve) => { window.setTimeout(resolve, REST); });
    }
  }

  private see(code: string): void {
    const now = performance.now();
    const isNew = code !== this.code || now - this.seenAt > GONE;
    this.code = code;
    this.seenAt = now;
    if (isNew) this.onCode(code);
  }
}
