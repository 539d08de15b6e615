import { expect, test } from 'vitest';
import type { TokensResult } from '../api/generated';
import { NEW_TOKEN, placeName, tokenPlaces, tokenVariables } from './tokenForm';

const KNOWN: TokensResult = {
  apiTokens: [],
  me: { may: [] },
  projects: [{ id: 'p1', title: 'Ponds', may: ['LOOK', 'COMMENT', 'EDIT'] }],
  sessions: [
    { id: 's1', title: '', may: ['LOOK'], video: { title: 'Koi' } },
    { id: 's2', title: 'Boats', may: ['LOOK', 'COMMENT', 'EDIT'], video: { title: 'x' } },
  ],
};

test('a guest has tokens for what they see, an owner for the whole server too', () => {
  const theirs = ['Project “Ponds”', 'Koi', 'Boats'];
  expect(tokenPlaces(KNOWN).map((place) => place.name)).toEqual(theirs);
  const owner = tokenPlaces({ ...KNOWN, me: { may: ['LOOK', 'MANAGE'] } });
  expect(owner.map((place) => place.name)).toEqual(['The whole server', ...theirs]);
});

test('a token never asks for more than its maker may in that place', () => {
  const places = tokenPlaces(KNOWN);
  const [ponds, koi, boats] = places;
  const named = { ...NEW_TOKEN, name: ' nightly ' };
  expect(tokenVariables({ ...named, place: boats?.id ?? '' }, places)).toEqual({
    name: 'nightly',
    role: 'ANNOTATOR',
    sessionId: 's2',
    projectId: null,
    expiresInS: 7 * 86400,
  });
  expect(tokenVariables({ ...named, place: koi?.id ?? '' }, places)).toMatchObject({
    role: 'VIEWER',
  });
  expect(tokenVariables({ ...named, place: ponds?.id ?? '' }, places)).toMatchObject({
    projectId: 'p1',
    sessionId: null,
  });
});

test('each token is listed with its place', () => {
  const token = {
    id: 't',
    name: 'x',
    role: 'VIEWER',
    createdS: 0,
    expiresS: null,
    lastUsedS: null,
  } as const;
  const nameOf = (projectId: string | null, sessionId: string | null) =>
    placeName({ ...token, projectId, sessionId }, tokenPlaces(KNOWN));
  expect([nameOf('p1', null), nameOf(null, 's2')]).toEqual(['Project “Ponds”', 'Boats']);
  expect([nameOf(null, 'gone'), nameOf(null, null)]).toEqual([null, null]);
});

test('without a name or a place nothing is sent', () => {
  expect(tokenVariables(NEW_TOKEN, tokenPlaces(KNOWN))).toBeNull();
  expect(tokenVariables({ ...NEW_TOKEN, name: 'x', place: 'gone' }, [])).toBeNull();
});
