import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type MaskRow, MaskStore } from './maskStore';
import { type FetchedMasks, MaskWindows } from './maskWindows';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const row = (frameIdx: number, counts = `m${frameIdx}`): MaskRow => ({
  objectId: 1,
  frameIdx,
  rle: { counts },
  area: 5,
  objectScore: 9,
  predictedIou: 0.9,
});

/** A server that has a mask on every frame, and answers when it is told to. */
function harness(numFrames = 10_000) {
  const store = new MaskStore(numFrames);
  const asked: {
    first: number;
    last: number;
    answer: (upto?: number) => void;
    fail: () => void;
  }[] = [];
  const windows = new MaskWindows(
    store,
    (first, last) =>
      new Promise<FetchedMasks>((resolve, reject) => {
        asked.push({
          first,
          last,
          answer: (upto = last) =>
            resolve({
              lastFrame: upto,
              masks: Array.from({ length: upto - first + 1 }, (_, i) => row(first + i)),
            }),
          fail: () => reject(new Error('offline')),
        });
      }),
  );
  const settle = () => vi.advanceTimersByTimeAsync(0);
  const answerAll = async () => {
    let answered = 0;
    for (let i = 0; i < 20 && answered < asked.length; i++) {
      asked[answered]?.answer();
      answered += 1;
      await settle();
    }
  };
  return { store, windows, asked, settle, answerAll };
}

test('the frame on the screen is asked for first, then those around it, and no others', async () => {
  const { store, windows, asked, answerAll } = harness();
  windows.follow(5000);
  expect(asked).toHaveLength(0); // nothing is known to be there
  store.summarise([{ objectId: 1, firstFrame: 0, looks: '10000a' }]);
  expect(asked[0]?.first).toBe(5000);
  await answerAll();
  expect(store.rle(1, 5000)).toBe('m5000');
  expect(store.countMissing(4984, 5096)).toBe(0);
  expect(store.isMissing(1, 5300)).toBe(true);
  expect(store.isMissing(1, 4900)).toBe(true);
});

test('one request at a time, and a jump is answered before what it left behind', async () => {
  const { store, windows, asked, settle } = harness();
  store.summarise([{ objectId: 1, firstFrame: 0, looks: '10000a' }]);
  windows.follow(7000);
  windows.follow(9000);
  expect(asked).toHaveLength(1);
  asked[0]?.answer();
  await settle();
  expect(asked.map((request) => request.first)).toEqual([0, 9000]);
});

test('what was summed up while it was fetched is fetched again', async () => {
  const { store, windows, asked, settle } = harness();
  store.summarise([{ objectId: 1, firstFrame: 0, looks: '100a' }]);
  windows.follow(1);
  store.summarise([{ objectId: 1, firstFrame: 0, looks: '100b' }]);
  asked[0]?.answer();
  await settle();
  expect(store.isMissing(1, 1)).toBe(true);
  await vi.advanceTimersByTimeAsync(2000);
  expect(asked).toHaveLength(2);
  asked[1]?.answer();
  await settle();
  expect(store.isMissing(1, 1)).toBe(false);
});

test('a request that fails is made again, but not at once', async () => {
  const { store, asked, settle } = harness();
  store.summarise([{ objectId: 1, firstFrame: 0, looks: '5a' }]);
  asked[0]?.fail();
  await settle();
  expect(asked).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(2000);
  expect(asked).toHaveLength(2);
});

test('after closing nothing is asked for', async () => {
  const { store, windows, asked } = harness();
  windows.close();
  store.summarise([{ objectId: 1, firstFrame: 0, looks: '5a' }]);
  await vi.advanceTimersByTimeAsync(5000);
  expect(asked).toHaveLength(0);
});

test('a range is loaded to its end, however little an answer brings', async () => {
  const { store, windows, asked, settle } = harness();
  windows.close();
  store.summarise([{ objectId: 1, firstFrame: 0, looks: '300a' }]);
  const done = vi.fn();
  void windows.load(10, 90).then(done);
  asked[0]?.answer(20);
  await settle();
  expect(asked[1]?.first).toBe(21);
  asked[1]?.answer();
  await settle();
  asked[2]?.answer();
  await settle();
  expect(done).toHaveBeenCalled();
  expect(store.countMissing(10, 90)).toBe(0);
});
