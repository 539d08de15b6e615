import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { PresenceFields } from '../api/generated';
import { Beats, type Welcome } from './beats';
import { Holding } from './holding';
import { holderOf, NOBODY, others, type People, reducePeople } from './people';

function person(id: string, said: Partial<PresenceFields> = {}): PresenceFields {
  return {
    id,
    name: id,
    colour: '#123456',
    frameIdx: 0,
    cursor: null,
    view: null,
    playing: false,
    holds: [],
    here: true,
    ...said,
  };
}

function told(...presence: PresenceFields[]): People {
  const known = reducePeople(NOBODY, { type: 'me', id: 'me' });
  return reducePeople(known, { type: 'told', presence });
}

test('people come, move and go as the feed tells', () => {
  let state = told(person('me'), person('ana'), person('ben'));
  expect(others(state).map((one) => one.id)).toEqual(['ana', 'ben']);
  state = reducePeople(state, {
    type: 'told',
    presence: [person('ana', { frameIdx: 7 }), person('ben', { here: false })],
  });
  expect(others(state).map((one) => [one.id, one.frameIdx])).toEqual([['ana', 7]]);
  expect(others(reducePeople(state, { type: 'anew' }))).toEqual([]);
});

test('nobody is shown until it is known who of them is oneself', () => {
  const state = reducePeople(NOBODY, { type: 'told', presence: [person('me'), person('ana')] });
  expect(others(state)).toEqual([]);
});

test('an object is held by others, never by oneself', () => {
  const state = told(person('me', { holds: [1] }), person('ana', { holds: [2, 3] }));
  expect(holderOf(state, 1)).toBeNull();
  expect(holderOf(state, 3)?.name).toBe('ana');
});

test('an object is being edited until a while after the last touch', () => {
  let nowMs = 0;
  const holding = new Holding(() => nowMs);
  holding.touch(1);
  nowMs = 3000;
  holding.touch(2);
  expect(holding.ids).toEqual([2, 1]);
  nowMs = 13_000;
  expect(holding.ids).toEqual([2]);
  holding.drop(2);
  expect(holding.ids).toEqual([]);
  for (let id = 0; id < 12; id += 1) {
    nowMs += 1;
    holding.touch(id);
  }
  expect(holding.ids).toEqual([11, 10, 9, 8, 7, 6, 5, 4]);
});

/** Beats with a server that answers when it is told to. */
class Page {
  sent = 0;
  others = true;
  held = false;
  answers: ((welcome: Welcome) => void)[] = [];
  readonly beats = new Beats({
    send: () => {
      this.sent += 1;
      return new Promise((resolve, reject) => {
        this.answers.push(resolve);
        this.fail = () => reject(new Error('away'));
      });
    },
    onWelcome: () => undefined,
    hasOthers: () => this.others,
    holds: () => this.held,
  });
  fail = (): void => undefined;

  async answer(everyS = 0.125): Promise<void> {
    this.answers.shift()?.({ person_id: 'me', others: 1, every_s: everyS, names_itself: true });
    await vi.advanceTimersByTimeAsync(0);
  }
}

let page: Page;

beforeEach(async () => {
  vi.useFakeTimers();
  page = new Page();
  page.beats.start();
  await vi.advanceTimersByTimeAsync(0);
});

afterEach(() => {
  page.beats.stop();
  vi.useRealTimers();
});

test('moves are told no oftener than the server asks for', async () => {
  await page.answer(0.5);
  for (let i = 0; i < 20; i += 1) {
    page.beats.changed();
    await vi.advanceTimersByTimeAsync(100);
    await page.answer(0.5);
  }
  expect(page.sent).toBe(1 + 2 / 0.5);
});

test('one is on its way at a time, and what moved meanwhile is told after it', async () => {
  page.beats.changed();
  await vi.advanceTimersByTimeAsync(3000);
  expect(page.sent).toBe(1);
  await page.answer();
  expect(page.sent).toBe(2);
});

test('alone, moves are not told, only that the page is open', async () => {
  page.others = false;
  await page.answer(6);
  page.beats.changed();
  await vi.advanceTimersByTimeAsync(5900);
  expect(page.sent).toBe(1);
  await vi.advanceTimersByTimeAsync(200);
  expect(page.sent).toBe(2);
});

test('what is held is said again sooner', async () => {
  page.held = true;
  await page.answer(0.125);
  await vi.advanceTimersByTimeAsync(2100);
  expect(page.sent).toBe(2);
});

test('where the server is away it is asked again later, not at once', async () => {
  page.fail();
  await vi.advanceTimersByTimeAsync(0);
  page.beats.changed();
  await vi.advanceTimersByTimeAsync(5900);
  expect(page.sent).toBe(1);
  await vi.advanceTimersByTimeAsync(200);
  expect(page.sent).toBe(2);
});

test('a page that has gone says nothing more', async () => {
  await page.answer();
  page.beats.stop();
  page.beats.changed();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(page.sent).toBe(1);
});
