import { expect, test } from 'vitest';
import { missingEngines } from './missingEngines';

const engine = (id: string, note: string, available = false) => ({
  id,
  label: id.toUpperCase(),
  device: 'cpu',
  available,
  note,
});

test('engines that miss the same thing are named together', () => {
  const groups = missingEngines([
    engine('flow', 'Fast.', true),
    engine('tiny', 'No weights: run get.sh tiny.'),
    engine('large', 'No weights: run get.sh large.'),
    engine('own', 'Its file is cut off.'),
  ]);
  expect(groups).toEqual([
    { labels: 'TINY, LARGE', note: 'TINY: No weights: run get.sh tiny.' },
    { labels: 'OWN', note: 'Its file is cut off.' },
  ]);
});
