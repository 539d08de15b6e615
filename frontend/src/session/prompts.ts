import type { FramePromptInput, PromptFields } from '../api/generated';

export interface Point {
  readonly x: number;
  readonly y: number;
  readonly include: boolean;
}

export interface Box {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** All prompts of one object on one frame, in video pixels. */
export interface PromptSet {
  readonly points: readonly Point[];
  readonly box: Box | null;
  readonly mask: {
    readonly height: number;
    readonly width: number;
    readonly counts: string;
  } | null;
}

export const NO_PROMPTS: PromptSet = { points: [], box: null, mask: null };

export function isEmpty(set: PromptSet): boolean {
  return set.points.length === 0 && set.box === null && set.mask === null;
}

export function withPoint(set: PromptSet, point: Point): PromptSet {
  return { ...set, points: [...set.points, point], mask: null };
}

export function withoutPoint(set: PromptSet, index: number): PromptSet {
  return { ...set, points: set.points.filter((_, i) => i !== index) };
}

export function withBox(set: PromptSet, box: Box | null): PromptSet {
  return { ...set, box, mask: box ? null : set.mask };
}

/** The prompt set with one point somewhere else. */
export function withMovedPoint(
  set: PromptSet,
  index: number,
  to: { x: number; y: number },
): PromptSet {
  return {
    ...set,
    points: set.points.map((point, i) => (i === index ? { ...point, ...to } : point)),
  };
}

/** A mask stands alone: the clicks that it came from are in it. */
export function withMask(mask: NonNullable<PromptSet['mask']>): PromptSet {
  return { points: [], box: null, mask };
}

export function promptSetOf({ points, box, mask }: PromptFields): PromptSet {
  return { points, box, mask };
}

export function promptInput(objectId: number, frameIdx: number, set: PromptSet): FramePromptInput {
  return { objectId, frameIdx, ...set };
}

/** Where a prompt set lives: one object on one frame. */
export type PromptKey = `${number}/${number}`;

export function promptKey(objectId: number, frameIdx: number): PromptKey {
  return `${objectId}/${frameIdx}`;
}
