import { DetailedError } from 'tus-js-client';
import { expect, test } from 'vitest';
import { whyStopped } from './upload';

function answered(status: number, body: string): DetailedError {
  const error = Object.create(DetailedError.prototype) as DetailedError;
  const response = { getStatus: () => status, getBody: () => body };
  return Object.assign(error, { originalResponse: response });
}

test("the server's sentence is passed on, and what is wrong with the file stays wrong", () => {
  const [error, canResume] = whyStopped(
    answered(413, '{"error": "The file is larger than 8 GiB."}'),
  );
  expect([error.message, canResume]).toEqual(['The file is larger than 8 GiB.', false]);
});

test('an answer that is no JSON still makes a sentence', () => {
  expect(whyStopped(answered(413, '<html>'))[0].message).toContain('too large');
  expect(whyStopped(answered(502, '<html>'))[0].message).toContain('(status 502)');
});

test('whatever passes by itself can go on', () => {
  const goesOn = (status: number) => whyStopped(answered(status, ''))[1];
  expect([0, 409, 423, 429, 500, 502, 503].map(goesOn)).toEqual(Array(7).fill(true));
  expect([400, 401, 404, 413, 415, 507].map(goesOn)).toEqual(Array(6).fill(false));
  expect(whyStopped(new Error('network'))[1]).toBe(true);
});
