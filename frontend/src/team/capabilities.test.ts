import { expect, test, vi } from 'vitest';
import { capabilities } from './capabilities';

test('what one may do changes with the role, and the same role says nothing', () => {
  const may = capabilities(['LOOK', 'COMMENT', 'EDIT']);
  const heard = vi.fn();
  may.subscribe(heard);
  expect(may.get().has('EDIT')).toBe(true);

  may.dispatch(['EDIT', 'COMMENT', 'LOOK']);
  expect(heard).not.toHaveBeenCalled();

  may.dispatch(['LOOK']);
  expect(heard).toHaveBeenCalledOnce();
  expect([...may.get()]).toEqual(['LOOK']);
});
