import { expect, test } from 'vitest';
import { isOf, placeVariables } from './place';

const SERVER = { projectId: null, sessionId: null };

test('a role is changed in the place that it is for, and nowhere below', () => {
  const inSession = { projectId: null, sessionId: 's' };
  expect(isOf(inSession, { sessionId: 's' })).toBe(true);
  expect(isOf(SERVER, { sessionId: 's' })).toBe(false);
  expect(isOf({ projectId: 'p', sessionId: null }, { sessionId: 's' })).toBe(false);
  expect(isOf(SERVER, {})).toBe(true);
});

test('what is not named is null, for the whole server', () => {
  expect(placeVariables({})).toEqual(SERVER);
  expect(placeVariables({ projectId: 'p' })).toEqual({ projectId: 'p', sessionId: null });
});
