import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const held = new Set<string>();
const files = new Set<string>();

class Stream {
  async close() {}
  async abort() {}
}

const folder = {
  async *keys() {
    yield* [...files];
  },
  async getFileHandle(name: string) {
    files.add(name);
    return { createWritable: async () => new Stream() };
  },
  async removeEntry(name: string) {
    files.delete(name);
  },
};

const locks = {
  async request(name: string, ...rest: unknown[]) {
    const run = rest.at(-1) as (lock: object | null) => Promise<unknown>;
    if (rest.length > 1 && held.has(name)) return run(null);
    held.add(name);
    await run({});
    held.delete(name);
  },
};

beforeEach(() => {
  held.clear();
  files.clear();
  vi.stubGlobal('FileSystemWritableFileStream', Stream); // the muxer wants one
  vi.stubGlobal('navigator', { storage: { getDirectory: async () => folder }, locks });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

async function openAsNewPage() {
  vi.resetModules();
  return (await import('./scratch')).openScratch();
}

test('two pages write to files of their own', async () => {
  await openAsNewPage();
  await openAsNewPage();
  expect(files.size).toBe(2);
});

test('a page uses its file again', async () => {
  const { openScratch } = await import('./scratch');
  await openScratch();
  await openScratch();
  expect(files.size).toBe(1);
});

test('what a closed page left is cleared away, and nothing else', async () => {
  files.add('composed-of-a-closed-page.mp4').add('of something else');
  await openAsNewPage();
  const [first, second] = [...files];
  expect(first).toBe('of something else');
  expect(second).toMatch(/^composed-[0-9a-f-]{36}\.mp4$/);
  expect(files.size).toBe(2);
});

test('what is given up leaves no file', async () => {
  const scratch = await openAsNewPage();
  await scratch.discard();
  expect(files.size).toBe(0);
});
