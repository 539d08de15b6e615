import { expect, test } from 'vitest';
import type { ProgressFields } from '../api/generated';
import { type ProjectSession, percent, sharesOf, shownSessions } from './projectList';

const session = (title: string, change: Partial<ProjectSession> = {}): ProjectSession =>
  ({
    session: { title, video: { title: 'cups.mp4' } },
    assigneeIds: [],
    isMine: false,
    ...change,
  }) as unknown as ProjectSession;

test('sessions are found by name and by who is to do them', () => {
  const mine = session('Morning', { isMine: true, assigneeIds: ['me', 'ana'] });
  const hers = session('Evening', { assigneeIds: ['ana'] });
  const nobodys = session('Night');
  const all = [mine, hers, nobodys];
  expect(shownSessions(all, '', 'all')).toEqual(all);
  expect(shownSessions(all, '', 'mine')).toEqual([mine]);
  expect(shownSessions(all, '', 'nobody')).toEqual([nobodys]);
  expect(shownSessions(all, 'evening CUPS', 'all')).toEqual([hers]);
  expect(shownSessions(all, 'evening', 'mine')).toEqual([]);
});

const progress = (frames: number, framesMasked: number, framesVerified: number) =>
  ({ frames, framesMasked, framesVerified }) as ProgressFields;

test('the shares of a bar are together one', () => {
  expect(sharesOf(progress(0, 0, 0))).toEqual({ verified: 0, masked: 0, left: 1 });
  expect(sharesOf(progress(10, 5, 2))).toEqual({ verified: 0.2, masked: 0.3, left: 0.5 });
  const counted = sharesOf(progress(10, 4, 6)); // a mask went after it was verified
  expect(counted.verified + counted.masked + counted.left).toBe(1);
  expect(counted.masked).toBe(0);
});

test('a hundred per cent is all of it, and what was begun is not nothing', () => {
  expect([0, 0.0001, 0.5, 0.9999, 1].map(percent)).toEqual([0, 1, 50, 99, 100]);
});
