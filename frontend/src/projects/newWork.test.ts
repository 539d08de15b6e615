import { expect, test } from 'vitest';
import type { May } from '../api/generated';
import { placeForWork } from './newWork';

const project = (id: string, ...may: May[]) => ({ id, title: id, may });

test('work begins in the first project, or in one that is open to whoever begins it', () => {
  expect(placeForWork([project('b', 'EDIT'), project('home', 'LOOK', 'EDIT')])).toBe('home');
  expect(placeForWork([project('home', 'LOOK'), project('a', 'LOOK'), project('b', 'EDIT')])).toBe(
    'b',
  );
  expect(placeForWork([project('home', 'LOOK')])).toBeNull();
  expect(placeForWork([])).toBeNull();
});
