import { expect, test } from 'vitest';

const SOURCES: Record<string, string> = import.meta.glob('../**/*.tsx', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const ALL: Record<string, string> = import.meta.glob('../**/*.{ts,tsx}', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const REFUSAL = /new (?:Api)?Error\(\s*['`]([A-Z][^'`]*)['`]/g; // said to people, or to whoever debugs
const IN_A_WORKER = new Set(['../masks/rle.ts']); // which knows no language, and the server sends no such mask
const TO_PROGRAMMERS = /^A shader does not |^HTTP /;
const ATTRIBUTE = /\b(?:aria-label|title|placeholder|label|alt|text)="([A-Z][^"]*)"/g;
const CHOICE = /\?\??\s*'([A-Z][a-z]+[^']*)'/g; // one of two sentences
const MADE_UP = /=\{`([^`]*)`\}/g; // an attribute with a name in it
const PLACES = /\$\{[^}]*\}/g;
const TRANSLATED = /\bt\((?:[^()]|\([^()]*\))*\)/g;
const TEXT = />\s*([A-Z][a-z]+[^<>{}=;]*?)\s*<\//g;
const SAME_EVERYWHERE = new Set(['Masklet']);

/** What a person would read, written straight into the page instead of through `t`. */
function untranslated(source: string): string[] {
  const rest = source.replace(TRANSLATED, 't').replace(PLACES, '…');
  return [ATTRIBUTE, TEXT, CHOICE, MADE_UP]
    .flatMap((pattern) => [...rest.matchAll(pattern)])
    .map(([, words = '']) => words)
    .filter((words) => /[A-Z][a-z]|[a-z]{3,} /.test(words))
    .filter((words) => !SAME_EVERYWHERE.has(words));
}

test('the scan finds words in attributes and between tags', () => {
  expect(untranslated('<p title="Hello">\n  Good day\n</p>')).toEqual(['Hello', 'Good day']);
  expect(untranslated('<p title={`Remove the $' + "{name}`}>{a ? 'Good' : b}</p>")).toEqual([
    'Good',
    'Remove the …',
  ]);
  expect(untranslated("<p title={t('Hello')}>{t('Good day')}</p>")).toEqual([]);
});

test('every word on the page goes through the catalogue', () => {
  const found = Object.entries(SOURCES).flatMap(([path, source]) =>
    untranslated(source).map((words) => `${path}: ${words}`),
  );
  expect(Object.keys(SOURCES).length).toBeGreaterThan(30);
  expect(found).toEqual([]);
});

test('every failure that the app itself tells of goes through the catalogue', () => {
  expect("new Error('Too bad.')".match(REFUSAL)).not.toBeNull();
  const found = Object.entries(ALL)
    .filter(([path]) => !path.endsWith('.test.ts') && !IN_A_WORKER.has(path))
    .flatMap(([path, source]) =>
      [...source.matchAll(REFUSAL)].map(([, words = '']) => [path, words] as const),
    )
    .filter(([, words]) => !TO_PROGRAMMERS.test(words));
  expect(found).toEqual([]);
});
