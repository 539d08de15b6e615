import type { PropagationFields } from '../api/generated';
import { t } from '../i18n/t';
import { remainingText } from './rate';

export type Pace = PropagationFields['pace'];

/**
 * "with 3 others · 40 s left": who shares the machine, and how long it takes. `measuredS` is what this page
 * measured itself, for a server that cannot tell.
 */
export function paceText(pace: Pace, measuredS: number | null): string {
  if (pace?.loading) return t('the model is being loaded');
  const words = [remainingText(pace?.remainingS ?? measuredS)];
  if (pace && pace.place > 0) {
    words.unshift(t('waits for memory, place {place}', { place: pace.place }));
  } else if (pace && pace.beside > 0) {
    words.unshift(
      pace.beside === 1 ? t('with 1 other') : t('with {count} others', { count: pace.beside }),
    );
  }
  return words.filter((word) => word !== '').join(' · ');
}
