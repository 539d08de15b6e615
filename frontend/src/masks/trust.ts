import type { MaskFields } from '../api/generated';
import { ABSENT, DOUBT_LEVELS, type Look, lookOf, PRESENT } from './coverage';

/** Trust below this deserves a look. The server's summary of far frames goes by the same figures. */
export const DOUBTFUL = 0.8;
const LOST = 0.3; // trust below this raises no more than the strongest doubt

export type Scored = Pick<MaskFields, 'objectScore' | 'predictedIou' | 'area'> &
  Partial<Pick<MaskFields, 'verified' | 'doubt'>>;

/** 0..1: the engine's own estimate of the mask, scaled by how sure it is that the object is there or is not. */
export function trustOf(row: Scored): number {
  const present = 1 / (1 + Math.exp(-row.objectScore));
  return row.area > 0 ? present * Math.min(1, Math.max(0, row.predictedIou)) : 1 - present;
}

/** 0 where the engine is sure, up to DOUBT_LEVELS where it is not. */
export function doubtOf(trust: number): number {
  const doubt = (DOUBTFUL - trust) / (DOUBTFUL - LOST);
  return Math.ceil(DOUBT_LEVELS * Math.min(1, Math.max(0, doubt)));
}

/** How a mask that is there looks on the timeline. */
export function lookOfMask(row: Scored): Look {
  const trust = row.doubt === undefined ? trustOf(row) : 1 - row.doubt; // measured by the server, or by scores
  const doubt = row.area > 0 && !row.verified ? doubtOf(trust) : 0;
  return lookOf(row.area > 0 ? PRESENT : ABSENT, doubt, row.verified);
}
