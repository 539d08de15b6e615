import { language } from '../i18n/language';
import { t } from '../i18n/t';

/** 75.4 -> "1:15". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const pad = (n: number) => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`;
}

/** How long ago, in words that need no clock. */
export function ago(thenS: number, nowS: number): string {
  const seconds = Math.max(0, nowS - thenS);
  if (seconds < 60) return t('just now');
  const [n, unit] =
    seconds < 3600
      ? ([Math.floor(seconds / 60), 'minute'] as const)
      : seconds < 86400
        ? ([Math.floor(seconds / 3600), 'hour'] as const)
        : ([Math.floor(seconds / 86400), 'day'] as const);
  return new Intl.RelativeTimeFormat(language.get()).format(-n, unit);
}

/** 1234567 -> "1.2 MB". */
export function bytes(count: number): string {
  if (count < 1e6) return `${Math.round(count / 1e3)} kB`;
  return count < 1e9 ? `${(count / 1e6).toFixed(1)} MB` : `${(count / 1e9).toFixed(2)} GB`;
}
