import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Feed, type FeedConnection, type FeedStatus, type SessionDelta } from './feed';

const delta = (version: number): SessionDelta => ({
  version,
  objects: [],
  prompts: [],
  masks: [],
  coverage: [],
  details: null,
  candidates: [],
  comments: [],
  presence: null,
  propagation: null,
});
const answer = (version: number) => ({ data: { sessionFeed: delta(version) } });

function harness() {
  const opened: { after: number; connection: FeedConnection; closed: boolean }[] = [];
  const versions: number[] = [];
  const statuses: FeedStatus[] = [];
  const feed = new Feed(
    { onDelta: (d) => versions.push(d.version), onStatus: (s) => statuses.push(s) },
    (after, connection) => {
      const entry = { after, connection, closed: false };
      opened.push(entry);
      return () => {
        entry.closed = true;
      };
    },
  );
  const at = (i: number) => {
    const entry = opened[i];
    if (!entry) throw new Error(`connection ${i} was not opened`);
    return entry;
  };
  return { feed, opened, versions, statuses, at };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('window', { addEventListener: () => {}, removeEventListener: () => {} });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('a lost connection is opened again after the last version that arrived', () => {
  const { feed, opened, versions, statuses, at } = harness();
  feed.open();
  at(0).connection.connected();
  at(0).connection.next(answer(3));
  at(0).connection.next(answer(7));
  at(0).connection.ended();
  expect(statuses).toEqual(['connecting', 'live', 'lost']);
  vi.advanceTimersByTime(1000);
  expect(opened).toHaveLength(2);
  expect(at(1).after).toBe(7);
  at(1).connection.connected();
  expect(statuses.at(-1)).toBe('live');
  expect(versions).toEqual([3, 7]);
});

test('what a dead connection still says is not heard', () => {
  const { feed, versions, at } = harness();
  feed.open();
  at(0).connection.ended();
  at(0).connection.next(answer(9));
  expect(versions).toEqual([]);
});

test('a session that does not exist ends the feed for good', () => {
  const { feed, opened, statuses, at } = harness();
  feed.open();
  at(0).connection.next({
    errors: [{ message: 'There is no session.', extensions: { code: 'NOT_FOUND' } }],
  });
  at(0).connection.ended();
  vi.advanceTimersByTime(60_000);
  expect(statuses.at(-1)).toBe('gone');
  expect(opened).toHaveLength(1);
});

test('any other error of the server is tried again', () => {
  const { feed, opened, at } = harness();
  feed.open();
  at(0).connection.next({ errors: [{ message: 'The disk is full.' }] });
  expect(at(0).closed).toBe(true);
  vi.advanceTimersByTime(1000);
  expect(opened).toHaveLength(2);
});

test('a feed that rests neither hears nor retries, and goes on from where it was', () => {
  const { feed, opened, versions, at } = harness();
  feed.open();
  at(0).connection.next(answer(4));
  feed.rest();
  at(0).connection.next(answer(5));
  at(0).connection.ended();
  vi.advanceTimersByTime(60_000);
  expect(versions).toEqual([4]);
  expect(opened).toHaveLength(1);
  feed.restart();
  expect(at(1).after).toBe(4);
});

test('closing stops the retries', () => {
  const { feed, opened, at } = harness();
  feed.open();
  at(0).connection.ended();
  feed.close();
  vi.advanceTimersByTime(60_000);
  expect(opened).toHaveLength(1);
});
