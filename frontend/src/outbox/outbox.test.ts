import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiError, offline, type Present } from '../api/errors';
import { AddObject, SetPrompt } from '../api/generated';
import { AFTER_ALL, draftLane, type Edit } from './edit';
import type { Kept } from './kept';
import { type EditWish, Outbox } from './outbox';

/** What a browser keeps, read as a later page would. */
class Drawer implements Kept {
  readonly texts = new Map<string, string>();
  put(edit: Edit): void {
    this.texts.set(edit.key, JSON.stringify(edit));
  }
  drop(edit: Edit): void {
    this.texts.delete(edit.key);
  }
  all(): readonly Edit[] {
    const edits = [...this.texts.values()].map((text) => JSON.parse(text) as Edit);
    return edits.sort((a, b) => a.madeMs - b.madeMs || a.turn - b.turn);
  }
}

interface Arrived {
  readonly edit: Edit;
  answer(value: unknown): void;
  fail(thrown: unknown): void;
}

type Sent = Record<string, unknown>;

/** A page with an outbox, and a server that answers when it is told to. */
function page(drawer = new Drawer()) {
  const arrived: Arrived[] = [];
  const orphans: string[] = [];
  let version = 5;
  const outbox = new Outbox({
    sessionId: 's',
    kept: drawer,
    version: () => version,
    send: (edit, signal) =>
      new Promise((answer, fail) => {
        arrived.push({ edit, answer, fail });
        signal.addEventListener('abort', () => fail(new DOMException('aborted', 'AbortError')));
      }),
    onOrphanRefused: (_, thrown) => orphans.push(thrown.message),
  });
  const frames = () => arrived.map(({ edit }) => frameOf(edit));
  const see = (newer: number) => {
    version = newer;
  };
  return { outbox, arrived, orphans, frames, drawer, see };
}

const frameOf = ({ variables }: Edit) => (variables.prompt as { frameIdx?: number })?.frameIdx;
const settle = () => vi.advanceTimersByTimeAsync(0);

function click(frameIdx: number, objectId = 1, x = 1): EditWish<{ setPrompt: number }, Sent> {
  const thing = `prompts/${objectId}/${frameIdx}`;
  const prompt = { objectId, frameIdx, points: [{ x, y: 2, include: true }] };
  const lanes = objectId < 0 ? [thing, draftLane(objectId)] : [thing];
  return {
    operation: SetPrompt,
    variables: { sessionId: 's', prompt },
    lanes,
    things: [thing],
    isWhole: true,
  };
}

function removal(): EditWish<unknown, Sent> {
  const operation = { name: 'Remove', text: '' };
  return { operation, variables: {}, lanes: [AFTER_ALL, 'changes'], things: ['object/1'] };
}

const stale = (version: number): ApiError => {
  const present = { kind: 'PROMPTS', version, by: 'Ana', objectId: 1, frameIdx: 3, object: null };
  return new ApiError('Ana has changed this since.', 'CONFLICT', present as Present);
};

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('edits of different things go at once; of the same thing, one after the other', async () => {
  const { outbox, frames, arrived } = page();
  outbox.add(click(3));
  outbox.add(click(4));
  outbox.add(click(3, 1, 2));
  expect(frames()).toEqual([3, 4]);
  arrived[0]?.answer({ setPrompt: 6 });
  await settle();
  expect(frames()).toEqual([3, 4, 3]);
  expect(new Set(arrived.map(({ edit }) => edit.key)).size).toBe(3);
});

test('of whole sets that were never tried, the last one counts', async () => {
  const { outbox, frames, arrived } = page();
  outbox.add(click(3));
  const second = outbox.add(click(3, 1, 2));
  outbox.add(click(3, 1, 3));
  arrived[0]?.answer({ setPrompt: 6 });
  expect(await second).toBeNull();
  expect(frames()).toEqual([3, 3]);
  expect(arrived[1]?.edit.variables.prompt).toMatchObject({ points: [{ x: 3 }] });
});

test('what comes after all waits for all', async () => {
  const { outbox, arrived } = page();
  outbox.add(click(3));
  outbox.add(click(4));
  outbox.add(removal());
  expect(arrived).toHaveLength(2);
  arrived[0]?.answer({ setPrompt: 6 });
  arrived[1]?.answer({ setPrompt: 7 });
  await settle();
  expect(arrived[2]?.edit.operation.name).toBe('Remove');
});

test('without a connection edits wait, and then go in order, each with its own key as before', async () => {
  const { outbox, arrived, frames, drawer } = page();
  outbox.add(click(3));
  outbox.add(click(4));
  const keys = arrived.map(({ edit }) => edit.key);
  arrived[1]?.fail(offline());
  arrived[0]?.fail(offline());
  await settle();
  outbox.add(click(5));
  outbox.add(removal());
  expect(outbox.state.get()).toEqual({ unsent: 4, isAway: true, isStuck: true });
  expect([drawer.texts.size, frames(), outbox.wouldMiss]).toEqual([4, [3, 4], true]);
  await expect(outbox.idle()).resolves.toBeUndefined();

  outbox.reconnected();
  for (let at = 2; at < 6; at += 1) {
    await settle();
    expect(arrived).toHaveLength(at + 1); // one at a time
    arrived[at]?.answer({ setPrompt: 6 });
  }
  await settle();
  expect(frames().slice(2)).toEqual([3, 4, 5, undefined]);
  expect(arrived.slice(2, 4).map(({ edit }) => edit.key)).toEqual(keys);
  expect(outbox.state.get()).toEqual({ unsent: 0, isAway: false, isStuck: false });
  expect(drawer.texts.size).toBe(0);
});

test('it tries again by itself, ever less often', async () => {
  const { outbox, arrived } = page();
  outbox.add(click(3));
  for (let tries = 1; tries < 6; tries += 1) {
    expect(arrived).toHaveLength(tries);
    arrived.at(-1)?.fail(offline());
    await vi.advanceTimersByTimeAsync(10_001);
  }
});

test('an answer that never comes is asked for again when the connection is back', async () => {
  const { outbox, arrived } = page();
  const answer = outbox.add(click(3));
  outbox.reconnected();
  await settle();
  expect(arrived.map(({ edit }) => edit.key)).toEqual([arrived[0]?.edit.key, arrived[0]?.edit.key]);
  arrived[1]?.answer({ setPrompt: 6 });
  expect(await answer).toEqual({ setPrompt: 6 });
});

test('a later page takes up what an earlier one left, drafts and all', async () => {
  const { outbox, arrived, drawer } = page();
  const added = { operation: AddObject, variables: { sessionId: 's' }, things: ['object/-9'] };
  outbox.add({ ...added, lanes: [draftLane(-9)], draftId: -9 });
  outbox.add(click(3, -9));
  outbox.add(click(4, -9));
  expect(arrived).toHaveLength(1); // and the page goes away before it is answered

  const later = page(drawer);
  later.outbox.adopt();
  later.outbox.add(click(7));
  expect(later.arrived.map(({ edit }) => edit.key)).toEqual([arrived[0]?.edit.key]);
  later.arrived[0]?.answer({ addObject: { objectId: 2 } });
  await settle();
  later.arrived[1]?.answer({ setPrompt: 6 });
  await settle();
  later.arrived[2]?.answer({ setPrompt: 7 });
  await settle();
  expect(later.frames()).toEqual([undefined, 3, 4, 7]);
  expect(later.arrived[2]?.edit.variables.prompt).toMatchObject({ objectId: 2, frameIdx: 4 });
  expect(later.arrived[2]?.edit.client).toBe(outbox.client);
  expect(later.arrived[3]?.edit.client).toBe(later.outbox.client);
});

test('what was refused is told to whoever made it, and nothing behind it is held up', async () => {
  const { outbox, arrived } = page();
  const refused = outbox.add(click(3));
  outbox.add(removal());
  const told = expect(refused).rejects.toMatchObject({ hadToWait: false, present: { version: 8 } });
  arrived[0]?.fail(stale(8));
  await told;
  await settle();
  expect(arrived[1]?.edit.operation.name).toBe('Remove');
});

test('a refused edit of an earlier page, and one that is too old to be a repeat, are told of', async () => {
  const { outbox, drawer } = page();
  outbox.add(click(3));
  const later = page(drawer);
  later.outbox.adopt();
  later.arrived[0]?.fail(stale(8));
  await settle();
  expect(later.orphans).toEqual(['Ana has changed this since.']);
  outbox.add(click(4));
  await vi.advanceTimersByTimeAsync(21 * 3600 * 1000);
  const next = page(drawer);
  next.outbox.adopt();
  expect([next.orphans, next.arrived.length, drawer.texts.size]).toEqual([
    [expect.any(String)],
    0,
    0,
  ]);
});

test('behind an edit that is not answered, nobody has seen more than it had', () => {
  const { outbox, arrived, see } = page();
  outbox.add(click(3));
  see(9);
  outbox.add(click(4));
  outbox.add({ ...click(3, 1, 2), isWhole: false, lanes: [] });
  outbox.add({ ...click(6), seen: 12 });
  expect(arrived.map(({ edit }) => edit.variables.seen)).toEqual([5, 9, 5, 12]);
});
