import { expect, test } from 'vitest';
import { CLOSED, type DiscussionAction, reduceDiscussion } from './view';

const after = (...actions: DiscussionAction[]) => actions.reduce(reduceDiscussion, CLOSED);
const BEGIN = { type: 'begin', frameIdx: 4, objectId: 1 } as const;

test('a comment is begun on a frame, and the next press in the picture places it', () => {
  const begun = after({ type: 'tab', tab: 'log' }, BEGIN);
  expect(begun).toMatchObject({ isOpen: true, tab: 'comments', draft: { isPlacing: true } });
  const placed = after(BEGIN, { type: 'place', spot: { x: 1, y: 2 } });
  expect(placed.draft).toEqual({
    frameIdx: 4,
    objectId: 1,
    spot: { x: 1, y: 2 },
    isPlacing: false,
  });
});

test('opening a thread ends what was being written, and shows a resolved one', () => {
  const opened = after(BEGIN, { type: 'open', threadId: 'a', isResolved: true });
  expect(opened).toMatchObject({ draft: null, threadId: 'a', showsResolved: true });
  expect(after({ type: 'open', threadId: 'a', isResolved: false }).showsResolved).toBe(false);
});

test('closing the panel lets go of the picture', () => {
  expect(after(BEGIN, { type: 'toggle' }).draft).toBeNull();
  expect(after({ type: 'place', spot: null }).draft).toBeNull(); // there is none to place
});
