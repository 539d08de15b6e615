import { expect, test } from 'vitest';
import { attributesOf, draftsOf, newDraft, withImported } from './classDrafts';
import { withAttribute } from './ObjectDetails';

const CUP = {
  name: 'cup',
  colour: '#aabbcc',
  attributes: [{ name: 'colour', kind: 'CHOICE' as const, choices: ['red', 'blue'] }],
};

test('classes come back from editing as they were', () => {
  const [draft] = draftsOf([CUP]);
  expect(draft?.attributes[0]?.choices).toBe('red, blue');
  expect(draft && attributesOf(draft)).toEqual(CUP.attributes);
});

test('choices are tidied, and nameless attributes are left out', () => {
  const draft = {
    ...newDraft([]),
    attributes: [
      { name: ' size ', kind: 'CHOICE' as const, choices: ' s, m ,, s ' },
      { name: '  ', kind: 'TEXT' as const, choices: '' },
      { name: 'note', kind: 'TEXT' as const, choices: 'x' },
    ],
  };
  expect(attributesOf(draft)).toEqual([
    { name: 'size', kind: 'CHOICE', choices: ['s', 'm'] },
    { name: 'note', kind: 'TEXT', choices: [] },
  ]);
});

test('an import replaces classes of the same name and keeps the others', () => {
  const before = draftsOf([
    { ...CUP, colour: '#000000' },
    { ...CUP, name: 'table' },
  ]);
  const after = withImported(before, [CUP]);
  expect(after.map((draft) => [draft.name, draft.colour])).toEqual([
    ['table', '#aabbcc'],
    ['cup', '#aabbcc'],
  ]);
  expect(new Set(after.map((draft) => draft.key)).size).toBe(2);
});

test('an attribute is set, changed and taken away', () => {
  const one = withAttribute([], 'full', 'true');
  expect(withAttribute(one, 'full', 'false')).toEqual([{ name: 'full', value: 'false' }]);
  expect(withAttribute(one, 'full', '')).toEqual([]);
});
