import { expect, test } from 'vitest';
import { projectPath, routeOf, sessionPath } from './router';

test('paths lead to pages', () => {
  expect(routeOf('/')).toEqual({ page: 'gallery' });
  expect(routeOf('/sessions')).toEqual({ page: 'sessions' });
  expect(routeOf('/join')).toEqual({ page: 'join' });
  expect(routeOf('/s/abc-1')).toEqual({ page: 'session', sessionId: 'abc-1' });
  expect(routeOf('/s/abc-1/')).toEqual({ page: 'session', sessionId: 'abc-1' });
  expect(routeOf('/projects')).toEqual({ page: 'projects' });
  expect(routeOf(projectPath('a b'))).toEqual({ page: 'project', projectId: 'a b' });
  expect(routeOf('/s/')).toEqual({ page: 'unknown' });
  expect(routeOf('/p/')).toEqual({ page: 'unknown' });
  expect(routeOf('/q/abc')).toEqual({ page: 'unknown' });
  expect(routeOf('/elsewhere')).toEqual({ page: 'unknown' });
});

test('any id survives the way through a link', () => {
  expect(routeOf(sessionPath('a/b c%'))).toEqual({ page: 'session', sessionId: 'a/b c%' });
  expect(routeOf('/s/%')).toEqual({ page: 'session', sessionId: '%' });
});
