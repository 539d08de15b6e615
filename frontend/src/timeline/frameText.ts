import { ABSENT, DOUBTFUL, PRESENT } from '../masks/maskStore';
import type { Lane } from './lanePainter';

/** What there is to say of a frame: its number and, over a lane, how the object is there. */
export function frameText(
  frameIdx: number,
  lane: Pick<Lane, 'masklet' | 'prompted'> | null,
): string {
  const words = [String(frameIdx)];
  if (lane?.prompted.includes(frameIdx)) words.push('clicked');
  const presence = lane?.masklet?.presence[frameIdx];
  if (presence === ABSENT) words.push('absent');
  if (presence === PRESENT && (lane?.masklet?.trust[frameIdx] ?? 1) < DOUBTFUL)
    words.push('unsure');
  return words.join(' · ');
}
