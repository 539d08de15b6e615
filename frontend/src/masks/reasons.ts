import { t } from '../i18n/t';
import type { Why } from './maskStore';

/** Why a mask is doubted, in words that go on after "unsure". */
export function reasonText(reason: Why): string {
  switch (reason) {
    case 'CUT':
      return t('a scene begins here');
    case 'UNSURE':
      return t('the engine doubts it');
    case 'JUMPED':
      return t('it moved far');
    case 'RESIZED':
      return t('its size changed much');
    case 'PIECES':
      return t('it is in pieces');
    case 'HOLES':
      return t('it has holes');
    case 'OVERLAPS':
      return t('it overlaps another');
  }
}
