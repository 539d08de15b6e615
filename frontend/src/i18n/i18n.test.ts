import { expect, test } from 'vitest';
import { CATALOGUES } from './catalogues';
import { firstLanguage, LANGUAGES } from './language';
import { said } from './t';

const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

test('no language misses a message, or a value in one', () => {
  const english = Object.keys(CATALOGUES.zh);
  for (const [lang, catalogue] of Object.entries(CATALOGUES)) {
    expect(Object.keys(catalogue).sort(), lang).toEqual([...english].sort());
    for (const [message, text] of Object.entries(catalogue)) {
      expect(text.trim(), message).not.toBe('');
      expect(placeholders(text), message).toEqual(placeholders(message));
    }
  }
  expect(Object.keys(CATALOGUES).sort()).toEqual(
    Object.keys(LANGUAGES)
      .filter((lang) => lang !== 'en')
      .sort(),
  );
});

test('values take their places, in every language', () => {
  expect(said('en', 'Close')).toBe('Close');
  expect(said('zh', 'Close')).toBe('关闭');
});

test('the browser chooses, unless the person did', () => {
  expect(firstLanguage(null, ['fr-FR', 'zh-CN', 'en'])).toBe('zh');
  expect(firstLanguage('en', ['zh-CN'])).toBe('en');
  expect(firstLanguage('xx', ['fr'])).toBe('en');
});
