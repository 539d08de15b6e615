import { expect, test } from 'vitest';
import { reduceUploads, refusal, type UploadItem } from './uploads';

const item = (key: number): UploadItem => ({
  key,
  name: `${key}.mp4`,
  fraction: 0,
  error: null,
  cancel: () => {},
});

test('the newest upload comes first, and each changes alone', () => {
  let items = reduceUploads([], { type: 'add', item: item(1) });
  items = reduceUploads(items, { type: 'add', item: item(2) });
  items = reduceUploads(items, { type: 'change', key: 1, change: { fraction: 0.5 } });
  expect(items.map(({ key, fraction }) => [key, fraction])).toEqual([
    [2, 0],
    [1, 0.5],
  ]);
  expect(reduceUploads(items, { type: 'remove', key: 2 })).toHaveLength(1);
});

test('an empty file is not sent', () => {
  expect(refusal({ name: 'a.mp4', size: 0 })).toBe('a.mp4 is empty; choose a video file.');
  expect(refusal({ name: 'a.mp4', size: 1 })).toBeNull();
});
