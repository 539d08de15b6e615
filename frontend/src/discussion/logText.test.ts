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
const NAMES = new Map([
  [1, 'Cup'],
  [2, 'Hand'],
]);

test('what was done, and of which objects and frames', () => {
  expect(deedText({ what: 'rejectObjects' })).toBe('rejected');
  expect(deedText({ what: 'somethingNew' })).toBe('somethingNew');
  expect(aboutText({ objects: [share(1, 3, 9), share(7, 1, 5)] }, NAMES)).toBe(
    'Cup, object 7 · frames 1 to 9',
  );
  expect(aboutText({ objects: [share(2, 4, 4)] }, NAMES)).toBe('Hand · frame 4');
  expect(aboutText({ objects: [share(1, null, null)] }, NAMES)).toBe('Cup');
  expect(aboutText({ objects: [] }, NAMES)).toBe('');
});

test.each([
  [12.4, '12 s'],
  [90, '2 min'],
  [3900, '1 h 5 min'],
])('%d seconds of work are %s', (seconds, text) => {
  expect(workText(seconds)).toBe(text);
});
