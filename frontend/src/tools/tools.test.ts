import { expect, test } from 'vitest';
import {
  BRUSH_IDLE,
  type BrushEvent,
  type BrushIntent,
  type BrushState,
  stepBrush,
} from './brushTool';
import { FIRST_TOOL, LARGEST_PX, reduceTool, SMALLEST_PX } from './choice';
import { NO_POLYGON, type PolygonEvent, type PolygonState, stepPolygon } from './polygonTool';

const at = (x: number, y = 0) => ({ x, y });

function brush(...events: BrushEvent[]): { state: BrushState; intents: BrushIntent[] } {
  let state: BrushState = BRUSH_IDLE;
  const intents: BrushIntent[] = [];
  for (const event of events) {
    const next = stepBrush(state, event);
    state = next.state;
    if (next.intent) intents.push(next.intent);
  }
  return { state, intents };
}

test('a stroke is painted piece by piece and kept when the pen is lifted', () => {
  const { state, intents } = brush(
    { kind: 'down', at: at(1), adds: true },
    { kind: 'move', at: at(4) },
    { kind: 'move', at: at(9) },
    { kind: 'up' },
  );
  expect(intents).toEqual([
    { kind: 'begin', at: at(1), adds: true },
    { kind: 'stroke', from: at(1), to: at(4), adds: true },
    { kind: 'stroke', from: at(4), to: at(9), adds: true },
    { kind: 'commit' },
  ]);
  expect(state).toEqual(BRUSH_IDLE);
});

test('a cancelled stroke changes nothing, and a pen in the air paints nothing', () => {
  const { intents } = brush(
    { kind: 'move', at: at(4) },
    { kind: 'down', at: at(1), adds: false },
    { kind: 'cancel' },
    { kind: 'up' },
  );
  expect(intents.map((intent) => intent.kind)).toEqual(['begin', 'discard']);
});

function polygon(...events: PolygonEvent[]) {
  let state: PolygonState = NO_POLYGON;
  const closed: PolygonState[] = [];
  for (const event of events) {
    const next = stepPolygon(state, event, 4);
    state = next.state;
    if (next.closed) closed.push(next.closed);
  }
  return { state, closed };
}
const press = (x: number, y: number, adds = true): PolygonEvent => ({
  kind: 'press',
  at: at(x, y),
  adds,
});

test('vertices are pressed, the last can be taken back, Enter closes', () => {
  const { state, closed } = polygon(
    press(0, 0),
    press(50, 0),
    press(90, 90),
    { kind: 'back' },
    press(50, 50),
    { kind: 'close' },
  );
  expect(closed.map((one) => one.vertices)).toEqual([[at(0, 0), at(50, 0), at(50, 50)]]);
  expect(state).toEqual(NO_POLYGON);
});

test('a press on the first vertex closes, and a double press is one vertex', () => {
  const { closed } = polygon(
    press(0, 0),
    press(50, 0),
    press(50, 50),
    press(50.2, 50),
    press(2, 1),
  );
  expect(closed[0]?.vertices).toHaveLength(3);
});

test('two vertices enclose nothing; the first press says whether it takes away', () => {
  const { state, closed } = polygon(press(0, 0, false), press(50, 0, true), { kind: 'close' });
  expect(closed).toEqual([]);
  expect(state).toMatchObject({ adds: false, vertices: [at(0, 0), at(50, 0)] });
  expect(stepPolygon(state, { kind: 'cancel' }, 4).state).toEqual(NO_POLYGON);
});

test('the same tool again puts it away; sizes stay in bounds', () => {
  const brushing = reduceTool(FIRST_TOOL, { type: 'choose', kind: 'brush' });
  expect(brushing.kind).toBe('brush');
  expect(reduceTool(brushing, { type: 'choose', kind: 'eraser' }).kind).toBe('eraser');
  expect(reduceTool(brushing, { type: 'choose', kind: 'brush' }).kind).toBe('point');
  let [small, large] = [FIRST_TOOL, FIRST_TOOL];
  for (let i = 0; i < 40; i++) {
    small = reduceTool(small, { type: 'smaller' });
    large = reduceTool(large, { type: 'larger' });
  }
  expect([small.brushPx, large.brushPx]).toEqual([SMALLEST_PX, LARGEST_PX]);
  expect(reduceTool(small, { type: 'larger' }).brushPx).toBe(2);
});
