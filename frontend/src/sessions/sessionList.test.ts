import { expect, test } from 'vitest';
import { found, titleOf } from './sessionList';

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
