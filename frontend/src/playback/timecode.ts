import type { FrameTimes } from './frameTimes';

/** The frame that somebody asks for: its number, or a time as `timecode` writes it. Null where it is neither. */
export function frameIn(text: string, times: FrameTimes): number | null {
  const asked = text.trim();
  if (/^\d+$/.test(asked)) return times.clamp(Number(asked));
  const [, minutes, seconds] = /^(\d+):(\d{1,2}(?:\.\d*)?)$/.exec(asked) ?? [];
  if (minutes === undefined) return null;
  return times.at(60 * Number(minutes) + Number(seconds) + ROUNDED_S);
}

const ROUNDED_S = 0.005; // a time that was written down may have been rounded to before its frame

/** 75.4 -> "1:15.40", to hundredths of a second. */
export function timecode(seconds: number): string {
  const hundredths = Math.round(Math.max(0, seconds) * 100);
  const minutes = Math.floor(hundredths / 6000);
  const rest = ((hundredths % 6000) / 100).toFixed(2).padStart(5, '0');
  return `${minutes}:${rest}`;
}
