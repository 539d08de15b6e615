import { expect, test } from 'vitest';
import type { TokensResult } from '../api/generated';
import { NEW_TOKEN, tokenPlaces, tokenVariables } from './tokenForm';

const KNOWN: TokensResult = {
  apiTokens: [],
  me: { may: [] },
  sessions: [
    { id: 's1', title: '', may: ['LOOK'], video: { title: 'Koi' } },
    { id: 's2', title: 'Boats', may: ['LOOK', 'COMMENT', 'EDIT'], video: { title: 'x' } },
  ],
};

test('a guest has tokens for their sessions, an owner for the whole server too', () => {
  expect(tokenPlaces(KNOWN).map((place) => place.name)).toEqual(['Koi', 'Boats']);
  const owner = tokenPlaces({ ...KNOWN, me: { may: ['LOOK', 'MANAGE'] } });
  expect(owner.map((place) => place.name)).toEqual(['The whole server', 'Koi', 'Boats']);
});

test('a token never asks for more than its maker may in that place', () => {
  const places = tokenPlaces(KNOWN);
  const [koi, boats] = places;
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
});

test('without a name or a place nothing is sent', () => {
  expect(tokenVariables(NEW_TOKEN, tokenPlaces(KNOWN))).toBeNull();
  expect(tokenVariables({ ...NEW_TOKEN, name: 'x', place: 'gone' }, [])).toBeNull();
});
