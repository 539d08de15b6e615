import { expect, test } from 'vitest';
import { linkVariables, NEW_LINK } from './linkForm';

test('a link for a session, for a week and as often as one likes, is what is offered first', () => {
  expect(linkVariables(NEW_LINK, { sessionId: 's' })).toEqual({
    sessionId: 's',
    projectId: null,
    role: 'ANNOTATOR',
    label: '',
    expiresInS: 7 * 86400,
    maxUses: null,
    passphrase: null,
  });
});

test('what was filled in is sent, tidied; a passphrase is left as it is', () => {
  const form = { ...NEW_LINK, maxUses: ' 5 ', passphrase: ' rain ', label: '  For Ana ' };
  expect(linkVariables(form, {})).toMatchObject({
    maxUses: 5,
    passphrase: ' rain ',
    label: 'For Ana',
    sessionId: null,
    projectId: null,
  });
});

test.each(['0', '-1', '1.5', 'some', '12345678'])('%s uses are none', (maxUses) => {
  expect(linkVariables({ ...NEW_LINK, maxUses }, {})).toBeNull();
});
