import { expect, test } from 'vitest';
import { workText } from './effortText';
import { aboutText, deedText } from './logText';

const share = (objectId: number, firstFrame: number | null, lastFrame: number | null) => ({
  objectId,
  firstFrame,
  lastFrame,
  numFrames: 1,
  clicks: 0,
});
const about = (objects: ReturnType<typeof share>[], value: string | null = null) =>
  aboutText({ objects, value }, NAMES);
const NAMES = new Map([
  [1, 'Cup'],
  [2, 'Hand'],
]);

test('what was done, and of which objects and frames', () => {
  expect(deedText({ what: 'rejectObjects' })).toBe('rejected');
  expect(deedText({ what: 'somethingNew' })).toBe('somethingNew');
  expect(about([share(1, 3, 9), share(7, 1, 5)])).toBe('Cup, object 7 · frames 1 to 9');
  expect(about([share(2, 4, 4)])).toBe('Hand · frame 4');
  expect(about([share(1, null, null)])).toBe('Cup');
  expect(about([])).toBe('');
  expect(about([], 'reviewer')).toBe('Reviewer');
  expect(about([share(1, 0, 4)], 'cancelled')).toBe('Cup · frames 0 to 4 · stopped');
  expect(about([], 'accepted')).toBe(''); // the deed says so already
});

test.each([
  [12.4, '12 s'],
  [90, '2 min'],
  [3900, '1 h 5 min'],
])('%d seconds of work are %s', (seconds, text) => {
  expect(workText(seconds)).toBe(text);
});
