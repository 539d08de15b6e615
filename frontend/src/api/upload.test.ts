import { expect, test } from 'vitest';
import { videoIdOf } from './upload';

test('a created video gives its id', () => {
  expect(videoIdOf(201, '{"videoId": "v1"}')).toBe('v1');
});

test("the server's sentence is passed on", () => {
  expect(() => videoIdOf(400, '{"error": "This file is empty."}')).toThrow('This file is empty.');
});

test('an answer that is no JSON still makes a sentence', () => {
  expect(() => videoIdOf(502, '<html>')).toThrow('The server did not take the file (status 502)');
  expect(() => videoIdOf(413, '')).toThrow('too large');
});
