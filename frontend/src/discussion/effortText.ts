import { t } from '../i18n/t';

/** Seconds of work as people say them: "40 s", "12 min", "1 h 5 min". */
export function workText(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (seconds < 60) return t('{n} s', { n: Math.round(seconds) });
  if (minutes < 60) return t('{n} min', { n: minutes });
  return t('{h} h {m} min', { h: Math.floor(minutes / 60), m: minutes % 60 });
}
