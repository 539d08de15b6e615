import { expect, test } from 'vitest';
import { begunName, matching, namedIn, piecesOf, withName } from './mentions';

const PEOPLE = [
  { id: '1', name: 'Ana' },
  { id: '2', name: 'Ana Costa' },
  { id: '3', name: '李雷' },
];

test.each([
  ['@', ''],
  ['see @An', 'An'],
  ['see @Ana Co', 'Ana Co'],
  ['(@李', '李'],
  ['mail ana@home', null],
  ['nobody', null],
  ['@Ana\nnext', null],
])('after %j the name begun is %j', (text, begun) => {
  expect(begunName(text, text.length)).toBe(begun);
});

test('people are offered by the beginning of a word', () => {
  expect(matching(PEOPLE, 'co').map(({ id }) => id)).toEqual(['2']);
  expect(matching(PEOPLE, '').length).toBe(3);
});

test('a name is completed where the caret is', () => {
  expect(withName('hi @An there', 6, 'An', 'Ana Costa')).toEqual({
    text: 'hi @Ana Costa  there',
    caret: 14,
  });
});

test('the longest name counts, and only whole ones', () => {
  expect(namedIn('@Ana Costa and @李雷, not @Anabel', PEOPLE)).toEqual(['2', '3']);
  expect(namedIn('@Ana Cost', PEOPLE)).toEqual(['1']);
});

test('all of the text is in the pieces', () => {
  const text = 'a <b>@Ana</b> & @Ana Costa!';
  const pieces = piecesOf(text, PEOPLE);
  expect(pieces.map((piece) => piece.text).join('')).toBe(text);
  expect(pieces.filter((piece) => piece.isName).map((piece) => piece.text)).toEqual([
    '@Ana',
    '@Ana Costa',
  ]);
});
