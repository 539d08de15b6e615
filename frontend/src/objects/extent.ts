import { t } from '../i18n/t';
import type { Coverage } from '../masks/coverage';

/** Over which frames an object's masklet reaches. */
export interface Extent {
  readonly tracked: number; // frames with a mask, or known to be without the object
  readonly present: number;
  readonly first: number; // -1 where nothing is tracked
  readonly last: number;
}

/** A few steps, however long the video: each object asks with each batch of masks. */
export function extentOf(coverage: Coverage | undefined): Extent {
  if (!coverage) return { tracked: 0, present: 0, first: -1, last: -1 };
  const { tracked, present } = coverage;
  return { tracked, present, first: coverage.end('first'), last: coverage.end('last') };
}

export function extentText({ tracked, present, first, last }: Extent, numPrompted: number): string {
  if (tracked === 0) return numPrompted === 0 ? t('Click it in the video') : t('Not tracked yet');
  if (first === last) return t('Frame {frame} only', { frame: first });
  const frames = t('Frames {first}–{last}', { first, last });
  const absent = tracked - present;
  return absent === 0 ? frames : t('{frames} · absent on {count}', { frames, count: absent });
}
