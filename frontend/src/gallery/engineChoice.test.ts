import { expect, test } from 'vitest';
import { chosenEngine } from './engineChoice';

const engine = (id: string, available = true) => ({
  id,
  label: id,
  device: 'cpu',
  available,
  note: '',
});
const engines = [engine('large', false), engine('colorflow'), engine('tiny')];

test('without a choice the best engine that can run is taken', () => {
  expect(chosenEngine(engines, null)?.id).toBe('colorflow');
});

test('a choice holds while its engine is there', () => {
  expect(chosenEngine(engines, 'tiny')?.id).toBe('tiny');
  expect(chosenEngine(engines, 'large')?.id).toBe('colorflow');
  expect(chosenEngine(engines, 'gone')?.id).toBe('colorflow');
  expect(chosenEngine([], 'tiny')).toBeUndefined();
});
