import { expect, test } from 'vitest';
import { NO_PROMPTS, withBox, withPoint } from '../session/prompts';
import { promptPartAt } from './drawPrompts';

const view = { scale: 0.5, offsetX: 100, offsetY: 50 };
const set = withBox(
  withPoint(withPoint(NO_PROMPTS, { x: 200, y: 100, include: true }), {
    x: 204,
    y: 100,
    include: false,
  }),
  { x0: 20, y0: 40, x1: 400, y1: 300 },
);

test('a click on a point means that point; the newest lies on top', () => {
  expect(promptPartAt(view, set, { x: 201, y: 101 })).toEqual({ kind: 'point', index: 1 });
  expect(promptPartAt(view, set, { x: 190, y: 100 })).toEqual({ kind: 'point', index: 0 });
});

test("the handle at the box's corner means the box", () => {
  expect(promptPartAt(view, set, { x: 300, y: 70 })).toEqual({ kind: 'box' });
});

test('anywhere else is free', () => {
  expect(promptPartAt(view, set, { x: 240, y: 140 })).toBeNull();
});
