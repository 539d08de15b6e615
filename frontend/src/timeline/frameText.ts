import { t } from '../i18n/t';
import { ABSENT, doubtIn, hasVerified, presenceIn } from '../masks/coverage';
import type { Why } from '../masks/maskStore';
import { reasonText } from '../masks/reasons';
import type { Lane } from './lanePainter';

/** What there is to say of a frame: its number and, over a lane, how the object is there, and why that is doubted. */
export function frameText(
  frameIdx: number,
  lane: Pick<Lane, 'coverage' | 'prompted'> | null,
  reasons: readonly Why[] = [],
): string {
  const words = [String(frameIdx)];
  if (lane?.prompted.includes(frameIdx)) words.push(t('clicked'));
  const look = lane?.coverage?.at(frameIdx) ?? 0;
  if (presenceIn(look) === ABSENT) words.push(t('absent'));
  if (doubtIn(look) > 0) words.push([t('unsure'), ...reasons.map(reasonText)].join(', '));
  if (hasVerified(look)) words.push(t('verified'));
  return words.join(' · ');
}
