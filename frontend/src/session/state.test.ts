import { expect, test } from 'vitest';
import { NO_PROMPTS, type PromptSet, promptKey } from './prompts';
import { EMPTY_SESSION, promptedFrames, type SessionState } from './state';

const CLICKED: PromptSet = { ...NO_PROMPTS, points: [{ x: 1, y: 1, include: true }] };

function stateWith(stored: readonly (readonly [number, number])[]): SessionState {
  const prompts = new Map(
    stored.map(([objectId, frameIdx]) => [
      promptKey(objectId, frameIdx),
      { objectId, frameIdx, set: CLICKED },
    ]),
  );
  return { ...EMPTY_SESSION, prompts };
}

function pending(objectId: number, frameIdx: number, set: PromptSet): SessionState['pending'] {
  return new Map([[promptKey(objectId, frameIdx), { objectId, frameIdx, set, version: null }]]);
}

test("an object's prompted frames are in order, and its own", () => {
  const state = stateWith([
    [1, 90],
    [2, 5],
    [1, 7],
  ]);
  expect(promptedFrames(state, 1)).toEqual([7, 90]);
  expect(promptedFrames(state, 2)).toEqual([5]);
  expect(promptedFrames(state, 3)).toEqual([]);
});

test('what is on its way counts, also what it takes away', () => {
  const state = stateWith([[1, 7]]);
  expect(promptedFrames({ ...state, pending: pending(1, 3, CLICKED) }, 1)).toEqual([3, 7]);
  expect(promptedFrames({ ...state, pending: pending(1, 7, NO_PROMPTS) }, 1)).toEqual([]);
  expect(promptedFrames({ ...state, pending: pending(2, 3, CLICKED) }, 1)).toEqual([7]);
});

test('other prompts are other frames: nothing old is kept', () => {
  const state = stateWith([[1, 7]]);
  expect(promptedFrames(state, 1)).toEqual([7]);
  expect(promptedFrames(stateWith([[1, 8]]), 1)).toEqual([8]);
});
