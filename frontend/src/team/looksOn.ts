import { notify } from '../app/notices';
import { t } from '../i18n/t';

/** To somebody whose key would have changed the session. */
export function sayLooksOn(): void {
  const text = t(
    'You look on here, so nothing is changed: an owner can give you a link that lets you.',
  );
  notify({ tone: 'info', text });
}
