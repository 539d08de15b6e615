import { expect, test } from 'vitest';
import { includes } from './buttons';
import { IDLE, type Intent, step, type ToolEvent, type ToolState } from './pointerTool';

function run(...events: ToolEvent[]): { state: ToolState; intents: Intent[] } {
  let state: ToolState = IDLE;
  const intents: Intent[] = [];
  for (const event of events) {
    const next = step(state, event);
    state = next.state;
    if (next.intent) intents.push(next.intent);
  }
  return { state, intents };
}
const at = (x: number, y = 0) => ({ x, y });
const down = (x: number, include = true): ToolEvent => ({ kind: 'down', at: at(x), include });

test('a press and release is a click where the press was', () => {
  const { state, intents } = run(
    down(10),
    { kind: 'move', at: at(13) },
    { kind: 'up', at: at(14) },
  );
  expect(intents).toEqual([{ kind: 'click', at: at(10), include: true }]);
  expect(state).toEqual(IDLE);
});

test('a drag is a box', () => {
  const { intents } = run(
    down(10),
    { kind: 'move', at: at(40, 30) },
    { kind: 'up', at: at(50, 60) },
  );
  expect(intents).toEqual([{ kind: 'box', from: at(10), to: at(50, 60) }]);
});

test('an excluding press never becomes a box', () => {
  const { intents } = run(
    down(10, false),
    { kind: 'move', at: at(90) },
    { kind: 'up', at: at(90) },
  );
  expect(intents).toEqual([{ kind: 'click', at: at(10), include: false }]);
});

test('cancel ends a drag without an intent', () => {
  const { state, intents } = run(
    down(10),
    { kind: 'move', at: at(40, 40) },
    { kind: 'cancel' },
    { kind: 'up', at: at(50, 50) },
  );
  expect(intents).toEqual([]);
  expect(state).toEqual(IDLE);
});

test('a box without area is nothing', () => {
  expect(run(down(10), { kind: 'move', at: at(40) }, { kind: 'up', at: at(40) }).intents).toEqual(
    [],
  );
});

test('right button, Alt and Ctrl turn the switch around', () => {
  const press = { button: 0, altKey: false, ctrlKey: false, metaKey: false };
  expect(includes(press, true)).toBe(true);
  expect(includes({ ...press, button: 2 }, true)).toBe(false);
  expect(includes({ ...press, altKey: true }, true)).toBe(false);
  expect(includes({ ...press, ctrlKey: true }, true)).toBe(false);
  expect(includes(press, false)).toBe(false);
  expect(includes({ ...press, button: 2 }, false)).toBe(true);
});

test('a press on a point drags it; without a drag it is a click on it', () => {
  const press: ToolEvent = { kind: 'down', at: at(10), include: false, point: 2 };
  const { intents } = run(press, { kind: 'move', at: at(30) }, { kind: 'up', at: at(33) });
  expect(intents).toEqual([{ kind: 'movePoint', point: 2, to: at(33) }]);
  expect(run(press, { kind: 'up', at: at(11) }).intents).toEqual([
    { kind: 'click', at: at(10), include: false },
  ]);
});
