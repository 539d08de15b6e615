import { afterEach, expect, test, vi } from 'vitest';
import { asksForPassphrase, join, ownPath, takeSecret } from './join';

afterEach(() => vi.unstubAllGlobals());

const asked = { secret: 's3cret', name: 'Ana', passphrase: '' };

function answer(status: number, body: unknown) {
  const fetched = vi.fn(async () => new Response(JSON.stringify(body), { status }));
  vi.stubGlobal('fetch', fetched);
  return fetched;
}

test('the secret leaves the address bar as it is read', () => {
  const history = { replaceState: vi.fn() };
  expect(takeSecret({ hash: '#abc-_1', pathname: '/join' }, history)).toBe('abc-_1');
  expect(history.replaceState).toHaveBeenCalledWith(null, '', '/join');
});

test('without a secret nothing is touched', () => {
  const history = { replaceState: vi.fn() };
  expect(takeSecret({ hash: '', pathname: '/join' }, history)).toBe('');
  expect(history.replaceState).not.toHaveBeenCalled();
});

test('an answer leads to a page of this server only', () => {
  expect(ownPath('/s/abc')).toBe('/s/abc');
  for (const to of ['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:1', 7])
    expect(ownPath(to)).toBe('/');
});

test('whoever is let in goes where the answer says', async () => {
  const fetched = answer(200, { to: '/s/abc' });
  expect(await join({ ...asked, passphrase: 'rain' })).toEqual({ kind: 'in', to: '/s/abc' });
  const [url, init] = fetched.mock.calls[0] as unknown as [string, RequestInit];
  expect(url).toBe('/api/join'); // the secret travels in the body: addresses are logged
  expect(JSON.parse(init.body as string)).toEqual({
    secret: 's3cret',
    name: 'Ana',
    passphrase: 'rain',
  });
});

test('a refusal keeps its sentence and its code', async () => {
  answer(403, { error: 'This link has expired; ask for a new one.', code: 'LINK_EXPIRED' });
  expect(await join(asked)).toEqual({
    kind: 'refused',
    sentence: 'This link has expired; ask for a new one.',
    code: 'LINK_EXPIRED',
  });
});

test('no passphrase is sent where none was given', async () => {
  const fetched = answer(401, { error: 'x', code: 'PASSPHRASE_NEEDED' });
  const refused = await join(asked);
  const [, init] = fetched.mock.calls[0] as unknown as [string, RequestInit];
  expect(JSON.parse(init.body as string)).not.toHaveProperty('passphrase');
  expect(refused.kind === 'refused' && asksForPassphrase(refused.code)).toBe(true);
});

test('a server that is away is a refusal too, and so is a proxy without JSON', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no')));
  expect(await join(asked)).toMatchObject({ kind: 'refused', code: 'OFFLINE' });
  vi.stubGlobal('fetch', async () => new Response('<html>', { status: 502 }));
  expect(await join(asked)).toMatchObject({ kind: 'refused', code: '' });
});
