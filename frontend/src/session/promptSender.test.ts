import { expect, test } from 'vitest';
import { PromptSender } from './promptSender';
import { NO_PROMPTS, type PromptSet, withPoint } from './prompts';

const set = (x: number): PromptSet => withPoint(NO_PROMPTS, { x, y: 0, include: true });

function harness() {
  const sent: { x: number | undefined; answer: (version: number) => void; refuse: () => void }[] =
    [];
  const settled: number[] = [];
  const refused: (number | undefined)[] = [];
  const sender = new PromptSender({
    send: (_object, _frame, s) =>
      new Promise((resolve, reject) => {
        sent.push({ x: s.points[0]?.x, answer: resolve, refuse: () => reject(new Error('no')) });
      }),
    onSettled: (_object, _frame, _set, version) => settled.push(version),
    onRefused: (_object, _frame, s) => refused.push(s.points[0]?.x),
  });
  return { sender, sent, settled, refused };
}

const tick = () => new Promise((resolve) => setTimeout(resolve));

test('while one set is on its way, only the newest behind it is sent', async () => {
  const { sender, sent, settled } = harness();
  for (const x of [1, 2, 3]) sender.push(1, 0, set(x));
  expect(sent.map((s) => s.x)).toEqual([1]);
  sent[0]?.answer(10);
  await tick();
  expect(sent.map((s) => s.x)).toEqual([1, 3]);
  sent[1]?.answer(11);
  await sender.idle();
  expect(settled).toEqual([10, 11]);
});

test('other frames do not wait', () => {
  const { sender, sent } = harness();
  sender.push(1, 0, set(1));
  sender.push(1, 7, set(2));
  expect(sent).toHaveLength(2);
});

test('a refused set does not stop the next', async () => {
  const { sender, sent, refused } = harness();
  sender.push(1, 0, set(1));
  sender.push(1, 0, set(2));
  sent[0]?.refuse();
  await tick();
  expect(refused).toEqual([1]);
  expect(sent.map((s) => s.x)).toEqual([1, 2]);
});

test('idle waits for everything', async () => {
  const { sender, sent } = harness();
  await sender.idle();
  sender.push(1, 0, set(1));
  let done = false;
  void sender.idle().then(() => {
    done = true;
  });
  await tick();
  expect(done).toBe(false);
  sent[0]?.answer(1);
  await tick();
  expect(done).toBe(true);
});
