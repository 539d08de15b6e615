import { expect, test } from 'vitest';
import type { CommentFields } from '../api/generated';
import {
  type Comments,
  NO_COMMENTS,
  openFrames,
  openMentions,
  pinnedOn,
  reduceComments,
  threadsOf,
} from './comments';

const comment = (id: string, change: Partial<CommentFields> = {}): CommentFields => ({
  id,
  threadId: id,
  frameIdx: 3,
  objectId: null,
  x: null,
  y: null,
  text: id,
  author: { id: 'ana', name: 'Ana', colour: '#4f8cff' },
  mentions: [],
  createdS: 1,
  editedS: null,
  removed: false,
  resolvedS: null,
  resolvedBy: null,
  version: 1,
  ...change,
});

const said = (...all: CommentFields[]): Comments => reduceComments(NO_COMMENTS, all);

test('the newest of each counts, in whichever order they come', () => {
  const edited = comment('a', { text: 'new', version: 5 });
  const known = said(edited);
  expect(reduceComments(known, [comment('a')])).toBe(known);
  expect(reduceComments(said(comment('a')), [edited]).get('a')?.text).toBe('new');
});

test('threads by frame, then by age, with their answers by age', () => {
  const threads = threadsOf(
    said(
      comment('late', { createdS: 9 }),
      comment('early', { createdS: 2 }),
      comment('front', { frameIdx: 0, createdS: 20 }),
      comment('r2', { threadId: 'late', createdS: 12 }),
      comment('r1', { threadId: 'late', createdS: 11 }),
    ),
  );
  expect(threads.map((thread) => thread.id)).toEqual(['front', 'early', 'late']);
  expect(threads[2]?.replies.map((one) => one.id)).toEqual(['r1', 'r2']);
});

test('a deleted comment stays only where others answer it', () => {
  const gone = comment('gone', { removed: true });
  expect(threadsOf(said(gone))).toEqual([]);
  const answered = said(gone, comment('r', { threadId: 'gone' }));
  expect(threadsOf(answered)[0]?.first.removed).toBe(true);
  const all = reduceComments(answered, [
    comment('r', { threadId: 'gone', removed: true, version: 2 }),
  ]);
  expect(threadsOf(all)).toEqual([]);
});

test('resolved threads leave the picture and the ruler, but for the open one', () => {
  const threads = threadsOf(
    said(
      comment('a', { x: 1, y: 2 }),
      comment('b', { x: 3, y: 4, resolvedS: 9, createdS: 2 }),
      comment('c', { createdS: 3 }),
      comment('d', { x: 1, y: 1, frameIdx: 7, resolvedS: 9 }),
    ),
  );
  expect(pinnedOn(threads, 3, null).map((thread) => thread.id)).toEqual(['a']);
  expect(pinnedOn(threads, 3, 'b').map((thread) => thread.id)).toEqual(['a', 'b']);
  expect(openFrames(threads)).toEqual([3]);
});

test('open threads that name somebody', () => {
  const rex = { id: 'rex', name: 'Rex' };
  const threads = threadsOf(
    said(
      comment('a'),
      comment('r', { threadId: 'a', mentions: [rex] }),
      comment('b', { mentions: [rex], resolvedS: 5 }),
    ),
  );
  expect(openMentions(threads, 'rex')).toBe(1);
  expect(openMentions(threads, 'ana')).toBe(0);
});
