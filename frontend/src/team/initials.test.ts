import { expect, test } from 'vitest';
import { initials } from './initials';

test.each([
  ['Ana Costa', 'AC'],
  ['ana', 'A'],
  ['  Jean Pierre de la Tour ', 'JT'],
  ['李雷', '李'],
  ['🦊 Fox', '🦊F'],
  ['', '?'],
])('%s goes by %s', (name, letters) => {
  expect(initials(name)).toBe(letters);
});
