import { t } from '../i18n/t';

/** In these cases the same link may work on another try; in the others only a new link helps. */
const TRY_AGAIN: ReadonlySet<string> = new Set([
  'PASSPHRASE_NEEDED',
  'PASSPHRASE_WRONG',
  'TOO_MANY_TRIES',
  'INVALID_INPUT',
  'OFFLINE',
  '',
]);

export function isFinal(code: string): boolean {
  return !TRY_AGAIN.has(code);
}

/** Why a link did not let somebody in, in the language of the page; else in the server's own words. */
export function refusalText(code: string, sentence: string): string {
  switch (code) {
    case 'LINK_EXPIRED':
      return t('This link has expired; ask whoever sent it for a new one.');
    case 'LINK_USED_UP':
      return t('This link has been used as often as it may be; ask whoever sent it for a new one.');
    case 'LINK_REVOKED':
      return t('This link was revoked; ask whoever sent it for a new one.');
    case 'NOT_FOUND':
      return t('There is no such link; see that you have the whole of it, or ask for a new one.');
    case 'PASSPHRASE_NEEDED':
      return t('This link asks for a passphrase; whoever sent it knows it.');
    case 'PASSPHRASE_WRONG':
      return t('That is not the passphrase of this link.');
    case 'TOO_MANY_TRIES':
      return t('Too many tries from here; wait a minute, then try again.');
    default:
      return sentence || t('The server does not answer; see that it is running, then try again.');
  }
}
