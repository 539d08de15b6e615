import { expect, test } from 'vitest';
import type { VideoCard } from '../api/generated';
import { found, titleOf, unused } from './sessionList';

const named = (title: string, video: string) => ({ title, video: { title: video } });

test('a session goes by its title, or by its video', () => {
  expect(titleOf(named('Take 2', 'cups.mp4'))).toBe('Take 2');
  expect(titleOf(named('', 'cups.mp4'))).toBe('cups.mp4');
});

test('every word must be found, in the title or in the name of the video', () => {
  const sessions = [
    named('Take 2', 'cups.mp4'),
    named('', 'Blue cups.mp4'),
    named('Dogs', 'x.mp4'),
  ];
  expect(found(sessions, 'CUPS').length).toBe(2);
  expect(found(sessions, 'cups take')).toEqual([sessions[0]]);
  expect(found(sessions, '  ')).toEqual(sessions);
  expect(found(sessions, 'cat')).toEqual([]);
});

test("only videos of one's own that nobody uses may go", () => {
  const video = (id: string, change: Partial<VideoCard> = {}) =>
    ({ id, state: 'READY', inGallery: false, ...change }) as VideoCard;
  const library = [
    video('used'),
    video('idle'),
    video('clip', { inGallery: true }),
    video('coming', { state: 'IMPORTING' }),
    video('broken', { state: 'FAILED' }),
  ];
  const sessions = [{ video: { id: 'used' } }];
  expect(unused({ library, sessions }).map((one) => one.id)).toEqual(['idle', 'broken']);
});
