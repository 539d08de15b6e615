import { t } from '../i18n/t';

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

/** How long a new link or token is good for, in seconds; null: until it is revoked. */
export const LIFETIMES_S = [HOUR_S, DAY_S, 7 * DAY_S, 30 * DAY_S, null] as const;

export type LifetimeS = (typeof LIFETIMES_S)[number];

export const A_WEEK_S: LifetimeS = 7 * DAY_S;

export function lifetimeText(lifetimeS: LifetimeS): string {
  switch (lifetimeS) {
    case HOUR_S:
      return t('an hour');
    case DAY_S:
      return t('a day');
    case 7 * DAY_S:
      return t('a week');
    case 30 * DAY_S:
      return t('30 days');
    default:
      return t('no end');
  }
}

/** How much longer something is good, in words that need no clock; null: it has no end. */
export function endText(expiresS: number | null, nowS: number): string {
  if (expiresS === null) return t('no end');
  const leftS = expiresS - nowS;
  if (leftS <= 0) return t('expired');
  if (leftS < HOUR_S) return t('{count} min left', { count: Math.ceil(leftS / 60) });
  if (leftS < 2 * DAY_S) return t('{count} h left', { count: Math.ceil(leftS / HOUR_S) });
  return t('{count} days left', { count: Math.ceil(leftS / DAY_S) });
}

/** When something was last used. */
export function lastUsedText(lastUsedS: number | null, nowS: number): string {
  if (lastUsedS === null) return t('not used yet');
  const agoS = Math.max(0, nowS - lastUsedS);
  if (agoS < 60) return t('used just now');
  if (agoS < HOUR_S) return t('used {count} min ago', { count: Math.floor(agoS / 60) });
  if (agoS < 2 * DAY_S) return t('used {count} h ago', { count: Math.floor(agoS / HOUR_S) });
  return t('used {count} days ago', { count: Math.floor(agoS / DAY_S) });
}
