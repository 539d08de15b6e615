import { expect, test, vi } from 'vitest';
import { MaskStore } from './maskStore';
import type { OutlineReply, OutlineRequest } from './outline.worker';
import { Outlines, type OutlineWorker } from './outlines';

class SlowWorker implements OutlineWorker {
  readonly requests: OutlineRequest[] = [];
  onmessage: ((event: MessageEvent<OutlineReply>) => void) | null = null;
  postMessage(request: OutlineRequest): void {
    this.requests.push(request);
  }
  answer(i: number): void {
    const request = this.requests[i];
    if (!request) throw new Error(`request ${i} was not sent`);
    const { key, counts } = request;
    const data = { key, counts, coords: new Uint16Array(8), ends: new Uint32Array([4]) };
    this.onmessage?.({ data } as MessageEvent<OutlineReply>);
  }
  terminate(): void {}
}

function harness() {
  const store = new MaskStore(100);
  const worker = new SlowWorker();
  const onArrival = vi.fn();
  const outlines = new Outlines(store, 10, onArrival, worker, () => ({}) as Path2D);
  const put = (frameIdx: number, counts: string) =>
    store.apply([
      { objectId: 1, frameIdx, rle: { counts }, area: 1, objectScore: 1, predictedIou: 1 },
    ]);
  return { store, worker, outlines, onArrival, put };
}

test('an outline is traced once and then at hand', () => {
  const { worker, outlines, onArrival, put } = harness();
  put(5, 'a');
  expect(outlines.get(1, 5)).toBeUndefined();
  outlines.want([5], [1]);
  outlines.want([5], [1]);
  expect(worker.requests).toHaveLength(1);
  worker.answer(0);
  expect(onArrival).toHaveBeenCalledTimes(1);
  expect(outlines.get(1, 5)).toBeDefined();
  outlines.want([5], [1]);
  expect(worker.requests).toHaveLength(1);
});

test('of a mask that was replaced, the old outline stays until the new one is traced', () => {
  const { worker, outlines, put } = harness();
  put(5, 'old');
  outlines.want([5], [1]);
  worker.answer(0);
  const old = outlines.get(1, 5)?.path;
  put(5, 'new');
  outlines.want([5], [1]);
  expect(outlines.get(1, 5)?.path).toBe(old);
  worker.answer(1);
  expect(outlines.get(1, 5)?.path).not.toBe(old);
});

test('a mask that was taken away has no outline', () => {
  const { store, worker, outlines, put } = harness();
  put(5, 'a');
  outlines.want([5], [1]);
  worker.answer(0);
  store.apply([{ objectId: 1, frameIdx: 5, rle: null, area: 0, objectScore: 0, predictedIou: 0 }]);
  expect(outlines.get(1, 5)).toBeUndefined();
});

test('a jump drops what was wanted before, but for what the worker already has', () => {
  const { worker, outlines, put } = harness();
  for (let i = 0; i < 40; i++) put(i, `m${i}`);
  outlines.want(
    Array.from({ length: 20 }, (_, i) => i),
    [1],
  );
  outlines.want([30], [1]);
  worker.answer(0);
  expect(worker.requests.map((r) => r.counts)).toEqual(['m0', 'm1', 'm2', 'm3', 'm30']);
});
