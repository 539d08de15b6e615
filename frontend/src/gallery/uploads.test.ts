import { expect, test } from 'vitest';
import { nextInTurn, reduceUploads, refusal, type UploadItem, type UploadState } from './uploads';

const item = (key: number, state: UploadState = 'WAITING'): UploadItem => ({
  key,
  name: `${key}.mp4`,
  size: 100,
  sent: 0,
  state,
  error: null,
  projectId: 'home',
});

test('the newest upload comes first, and each changes alone', () => {
  let items = reduceUploads([], { type: 'add', item: item(1) });
  items = reduceUploads(items, { type: 'add', item: item(2) });
  items = reduceUploads(items, { type: 'change', key: 1, change: { sent: 50 } });
  expect(items.map(({ key, sent }) => [key, sent])).toEqual([
    [2, 0],
    [1, 50],
  ]);
  expect(reduceUploads(items, { type: 'remove', key: 2 })).toHaveLength(1);
});

test('two are sent at once, the others wait in the order in which they were chosen', () => {
  expect(nextInTurn([item(4), item(3), item(2, 'SENDING')])?.key).toBe(3);
  expect(nextInTurn([item(3), item(2, 'SENDING'), item(1, 'LOST')])).toBeUndefined();
  expect(nextInTurn([item(3), item(2, 'PAUSED'), item(1, 'FAILED')])?.key).toBe(3);
});

test('an empty file is not sent', () => {
  expect(refusal({ name: 'a.mp4', size: 0 })).toBe('a.mp4 is empty; choose a video file.');
  expect(refusal({ name: 'a.mp4', size: 1 })).toBeNull();
});
