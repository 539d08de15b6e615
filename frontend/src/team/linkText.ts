import type { LinkFields } from '../api/generated';
import { t } from '../i18n/t';
import { endText, lastUsedText } from './expiry';

/** What a link is still good for, in one line: "2 uses left · 6 days left · passphrase · used 5 min ago". */
export function linkText(link: LinkFields, nowS: number): string {
  return [
    usesText(link),
    endText(link.expiresS, nowS),
    link.hasPassphrase ? t('passphrase') : null,
    lastUsedText(link.lastUsedS, nowS),
  ]
    .filter((part) => part !== null)
    .join(' · ');
}

function usesText({ usesLeft }: LinkFields): string {
  if (usesLeft === null) return t('any number of people');
  if (usesLeft === 0) return t('used up');
  return usesLeft === 1 ? t('one use left') : t('{count} uses left', { count: usesLeft });
}
