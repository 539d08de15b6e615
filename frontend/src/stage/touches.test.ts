import { expect, test } from 'vitest';
import { Touches } from './touches';

test('two fingers that part zoom in about their middle', () => {
  const touches = new Touches();
  touches.down(1, { x: 100, y: 100 });
  expect(touches.move(1, { x: 101, y: 100 })).toBeNull();
  touches.down(2, { x: 201, y: 100 });
  expect(touches.move(2, { x: 301, y: 100 })).toEqual({
    at: { x: 201, y: 100 },
    dx: 50,
    dy: 0,
    factor: 2,
  });
});

test('a third finger, or a lifted one, ends the pinch', () => {
  const touches = new Touches();
  for (const id of [1, 2, 3]) touches.down(id, { x: 10 * id, y: 0 });
  expect(touches.move(2, { x: 50, y: 0 })).toBeNull();
  touches.up(3);
  touches.up(2);
  expect(touches.count).toBe(1);
  expect(touches.move(1, { x: 90, y: 0 })).toBeNull();
});
