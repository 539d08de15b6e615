import type { ReviewFields } from '../api/generated';

/** Of an object that nobody has sent for review, for tests. */
export const NO_REVIEW: ReviewFields = {
  state: 'DRAFT',
  reason: '',
  by: null,
  atS: null,
  sentBy: null,
  sentS: null,
  frameIdx: null,
};
