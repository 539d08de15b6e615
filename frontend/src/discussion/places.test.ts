import { expect, test } from 'vitest';
import { commentPath, objectPath, waitingIn } from './places';
import { NO_REVIEW } from './review.fixture';

test('what waits for review, the longest waiting first', () => {
  const sent = (objectId: number, sentS: number) => ({
    objectId,
    review: { ...NO_REVIEW, state: 'FOR_REVIEW' as const, sentS },
  });
  const accepted = { objectId: 4, review: { ...NO_REVIEW, state: 'ACCEPTED' as const, sentS: 1 } };
  const draft = { objectId: 5, review: NO_REVIEW };
  expect(waitingIn([sent(1, 30), sent(2, 10), accepted, draft, sent(3, 20)])).toEqual([2, 3, 1]);
});

test('addresses hold their ids safely', () => {
  expect(commentPath('a/b', 'c&d')).toBe('/s/a%2Fb?comment=c%26d');
  expect(objectPath('s', 3)).toBe('/s/s?object=3');
});
