import { t } from '../i18n/t';

interface Sample {
  readonly framesDone: number;
  readonly atMs: number;
}

const WINDOW_MS = 6000;
const LEAST_MS = 700; // a rate measured over less is noise

/** Frames a second over the last seconds, and how long the rest will take at that rate. */
export class RateMeter {
  private samples: Sample[] = [];

  add(framesDone: number, atMs: number): void {
    const last = this.samples.at(-1);
    if (last && framesDone < last.framesDone) this.samples = [];
    if (last?.framesDone === framesDone) return;
    this.samples = this.samples.filter((sample) => sample.atMs > atMs - WINDOW_MS);
    this.samples.push({ framesDone, atMs });
  }

  /** Seconds; null while there is nothing to measure. */
  remainingS(framesTotal: number): number | null {
    const [first, last] = [this.samples[0], this.samples.at(-1)];
    if (!first || !last || last.atMs - first.atMs < LEAST_MS) return null;
    const rate = (last.framesDone - first.framesDone) / (last.atMs - first.atMs);
    return rate > 0 ? (framesTotal - last.framesDone) / rate / 1000 : null;
  }
}

/** "12 s left", "3 min left". */
export function remainingText(seconds: number | null): string {
  if (seconds === null) return '';
  if (seconds < 1) return t('almost done');
  if (seconds < 90) return t('{count} s left', { count: Math.ceil(seconds) });
  if (seconds < 90 * 60) return t('{count} min left', { count: Math.round(seconds / 60) });
  return t('{count} h left', { count: Math.round(seconds / 3600) });
}
