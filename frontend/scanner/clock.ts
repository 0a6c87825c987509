/** This device's clock against the server's. The offset is measured with each answer and follows when somebody sets the clock. */
import { remembered } from './store';

const JUMP = 2000;

export class Clock {
  /** This device's clock minus the server's, in milliseconds; null as long as no answer has told. */
  offset: number | null;
  private drift = Date.now() - performance.now();
  private best = Infinity;

  constructor(private readonly key: string) {
    const known = remembered(key);
    this.offset = known === null || known === '' ? null : Number(known);
  }

  /** Notes the server's time in an answer to what was sent at ``sent`` (performance.now()); half the way is taken off. */
  measure(serverTime: string | number, sent: number): void {
    this.follow();
    const trip = performance.now() - sent;
    const server = typeof serverTime === 'number' ? serverTime : Date.parse(serverTime);
    if (!Number.isFinite(server)) return;
    const found = Date.now() - trip / 2 - server;
    // A quick answer tells better than a slow one; an old measurement loses its worth.
    this.best *= 1.2;
    if (this.offset !== null && trip > this.best && Math.abs(found - this.offset) < JUMP) return;
    this.best = trip;
    this.offset = Math.round(found);
    remembered(this.key, String(this.offset));
  }

  /** When the clock was set while the page was open, the offset is another by just so much. */
  private follow(): void {
    const drift = Date.now() - performance.now();
    if (this.offset !== null && Math.abs(drift - this.drift) > JUMP) {
      this.offset = Math.round(this.offset + drift - this.drift);
      remembered(this.key, String(this.offset));
    }
    this.drift = drift;
  }

  /** The moment, put right. */
  now(): Date {
    this.follow();
    return new Date(Date.now() - (this.offset ?? 0));
  }
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** ``2026-10-14T08:03:00`` by the clock of the fair. A format costs milliseconds to make, so each is made once. */
export function localTime(moment: Date, timeZone: string): string {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', { timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' });
    formats.set(timeZone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(moment).map(({ type, value }) => [type, value]));
  return `${parts['year']}-${parts['month']}-${parts['day']}T${parts['hour']}:${parts['minute']}:${parts['second']}`;
}
