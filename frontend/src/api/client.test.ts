import { afterEach, expect, test, vi } from 'vitest';
import { request } from './client';
import { ApiError } from './errors';
import { CancelTracking } from './generated';

function serverThat(answers: () => Promise<unknown>): void {
  vi.stubGlobal('fetch', answers);
}
const cancel = () => request(CancelTracking, { sessionId: 's' });
const failure = async (): Promise<ApiError> => {
  const thrown = await cancel().catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(ApiError);
  return thrown as ApiError;
};

afterEach(() => vi.unstubAllGlobals());

test('the data comes back', async () => {
  serverThat(async () => ({ json: async () => ({ data: { cancelTracking: 4 } }) }));
  expect(await cancel()).toEqual({ cancelTracking: 4 });
});

test("the server's sentence and code are passed on", async () => {
  const errors = [{ message: 'There is no session.', extensions: { code: 'NOT_FOUND' } }];
  serverThat(async () => ({ json: async () => ({ data: null, errors }) }));
  const { message, code } = await failure();
  expect([message, code]).toEqual(['There is no session.', 'NOT_FOUND']);
});

test('a closed door says why', async () => {
  serverThat(async () => ({ status: 401, json: async () => ({ error: 'Ask for the link.' }) }));
  expect((await failure()).message).toBe('Ask for the link.');
});

test('no server, and a proxy without one behind it, are the same to a person', async () => {
  serverThat(() => Promise.reject(new TypeError('Failed to fetch')));
  expect((await failure()).code).toBe('OFFLINE');
  serverThat(async () => ({ status: 502, json: () => Promise.reject(new SyntaxError('<html>')) }));
  expect((await failure()).code).toBe('OFFLINE');
});
