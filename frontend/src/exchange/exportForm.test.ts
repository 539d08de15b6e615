import { expect, test } from 'vitest';
import { exportVariables, NEW_EXPORT, sizeText, toggled } from './exportForm';

test('without a choice everything goes', () => {
  expect(exportVariables(NEW_EXPORT, 's', 40)).toEqual({
    sessionIds: ['s'],
    format: 'coco',
    firstFrame: 0,
    lastFrame: 39,
    stride: 1,
    withFrames: false,
  });
});

test('chosen objects and frames are sent as numbers', () => {
  const form = { ...toggled(NEW_EXPORT, 2, [1, 2, 3]), first: '5', last: '30', stride: '5' };
  expect(exportVariables(form, 's', 40)).toMatchObject({
    objectIds: [1, 3],
    firstFrame: 5,
    lastFrame: 30,
    stride: 5,
  });
});

test('all objects ticked again is no choice', () => {
  const once = toggled(NEW_EXPORT, 2, [1, 2]);
  expect(toggled(once, 2, [1, 2]).objects).toBeNull();
});

test.each([
  { first: '9', last: '3' },
  { last: '40' },
  { first: '-1' },
  { first: '1.5' },
  { stride: '0' },
  { stride: '' },
  { objects: new Set<number>() },
])('what makes no sense is not sent: %o', (change) => {
  expect(exportVariables({ ...NEW_EXPORT, ...change }, 's', 40)).toBeNull();
});

test('sizes are short', () => {
  expect([12, 2_345_678, 3_210_000_000].map(sizeText)).toEqual(['1 kB', '2.3 MB', '3.21 GB']);
});
