import { expect, test } from 'vitest';
import type { MeFields } from '../api/generated';
import { reduceWho, type Who } from './who';

const ANA: MeFields = {
  person: { id: 'p1', name: 'Ana', colour: '#4f8cff' },
  isOpen: false,
  signInUrl: null,
  may: ['LOOK'],
};
const NOBODY: MeFields = { person: null, isOpen: false, signInUrl: '/api/sign-in', may: [] };
const ASKING: Who = { kind: 'asking' };

test('a visitor is told the way to sign in, and is not told that access ended', () => {
  const out = reduceWho(ASKING, { type: 'told', me: NOBODY });
  expect(out).toEqual({ kind: 'out', signInUrl: '/api/sign-in', wasIn: false });
});

test('whoever was in learns that it is over', () => {
  const known = reduceWho(ASKING, { type: 'told', me: ANA });
  expect(known).toEqual({ kind: 'in', me: ANA });
  const shutOut = reduceWho(known, { type: 'refused' });
  expect(shutOut).toEqual({ kind: 'out', signInUrl: null, wasIn: true });
  expect(reduceWho(shutOut, { type: 'told', me: NOBODY })).toEqual({
    kind: 'out',
    signInUrl: '/api/sign-in',
    wasIn: true,
  });
});

test('a second refusal keeps the way to sign in', () => {
  const out = reduceWho(ASKING, { type: 'told', me: NOBODY });
  expect(reduceWho(out, { type: 'refused' })).toEqual(out);
});

test('whoever joins again is in', () => {
  const out = reduceWho(ASKING, { type: 'told', me: NOBODY });
  expect(reduceWho(out, { type: 'told', me: ANA })).toEqual({ kind: 'in', me: ANA });
});
