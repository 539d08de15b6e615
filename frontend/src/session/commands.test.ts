import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { notices } from '../app/notices';
import { SessionCommands } from './commands';
import { LiveSession, type SessionInfo } from './liveSession';
import { withPoint } from './prompts';
import { promptsOn, visibleObjects } from './state';

const INFO: SessionInfo = {
  id: 's',
  version: 0,
  createdS: 0,
  engine: { id: 'e', label: 'E', device: 'cpu', available: true, note: '' },
  video: {
    id: 'v',
    title: 'Cups',
    state: 'READY',
    progress: 1,
    error: null,
    width: 64,
    height: 36,
    numFrames: 10,
    fps: 25,
    posterUrl: null,
    inGallery: false,
    frameTimesS: Array.from({ length: 10 }, (_, i) => i / 25),
    renditionUrl: '/x.mp4',
    renditionProgress: 1,
    pixelAspect: 1,
    sourceSha256: '',
  },
};

interface Asked {
  readonly operationName: string;
  readonly variables: Record<string, unknown>;
}

/** A server that answers each operation as told, and remembers what it was asked. */
function harness(answers: Record<string, (asked: Asked) => unknown> = {}) {
  const asked: Asked[] = [];
  const usual: Record<string, (asked: Asked) => unknown> = {
    AddObject: () => ({
      addObject: { objectId: 1, name: 'Object 1', colour: '#88ccff', removed: false, version: 1 },
    }),
    SetPrompt: () => ({ setPrompt: 5 }),
    DeleteObject: () => ({ deleteObject: 9 }),
    ...answers,
  };
  vi.stubGlobal('fetch', async (_url: string, init: RequestInit) => {
    const one = JSON.parse(String(init.body)) as Asked;
    asked.push(one);
    const answer = usual[one.operationName]?.(one);
    const errors = answer instanceof Error ? [{ message: answer.message }] : undefined;
    return { json: async () => (errors ? { errors } : { data: answer }) };
  });
  const session = new LiveSession(INFO);
  const reveal = vi.fn();
  const commands = new SessionCommands(session, reveal);
  const click = (frameIdx: number, x: number) =>
    commands.editPrompts(frameIdx, (set) => withPoint(set, { x, y: 3, include: true }));
  const names = () => asked.map((one) => one.operationName);
  return { session, commands, click, asked, names, reveal };
}

const settle = () => vi.advanceTimersByTimeAsync(1);

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  for (const notice of notices.get()) notices.dispatch({ type: 'dismiss', id: notice.id });
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('the first click starts an object, and clicks before it has its name are not lost', async () => {
  const { session, click, asked, names } = harness();
  click(4, 10);
  click(4, 20);
  const { selectedId } = session.store.get();
  expect(promptsOn(session.store.get(), selectedId ?? 0, 4).points).toHaveLength(2);
  await settle();
  expect(names()).toEqual(['AddObject', 'SetPrompt']);
  expect(asked[1]?.variables).toMatchObject({
    sessionId: 's',
    prompt: { objectId: 1, frameIdx: 4, points: [{ x: 10 }, { x: 20 }] },
  });
});

test('a refused click is taken back and its sentence is shown', async () => {
  const { session, click } = harness({ SetPrompt: () => new Error('The point is outside.') });
  click(4, 10);
  await settle();
  expect(promptsOn(session.store.get(), 1, 4).points).toHaveLength(0);
  expect(notices.get().map((notice) => notice.text)).toEqual(['The point is outside.']);
});

test('without a server no half an object stays behind', async () => {
  const { session, click } = harness({ AddObject: () => new Error('Away.') });
  click(4, 10);
  await settle();
  expect(session.store.get().selectedId).toBeNull();
  expect(session.store.get().pending.size).toBe(0);
});

test('undo sends what was there before, and shows the frame', async () => {
  const { commands, click, asked, reveal } = harness();
  click(4, 10);
  await settle();
  commands.undo();
  await settle();
  expect(asked.at(-1)?.variables).toMatchObject({
    prompt: { objectId: 1, frameIdx: 4, points: [] },
  });
  expect(reveal).toHaveBeenCalledWith(4);
});

test('the server hears of a removal only when it cannot be undone any more', async () => {
  const { session, commands, click, names } = harness();
  click(0, 10);
  await settle();
  commands.removeObject(1);
  expect(visibleObjects(session.store.get())).toHaveLength(0);
  commands.undo();
  expect(visibleObjects(session.store.get())).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(names()).not.toContain('DeleteObject');
  commands.removeObject(1);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(names()).toContain('DeleteObject');
  expect(session.store.get().objects.size).toBe(0);
});

test('tracking waits for the clicks and removals on the screen', async () => {
  const { commands, click, names } = harness({
    Track: () => ({
      track: { id: 'p', state: 'RUNNING', framesDone: 0, framesTotal: 9, error: null, version: 7 },
    }),
  });
  click(4, 10);
  void commands.track('BOTH');
  await settle();
  expect(names()).toEqual(['AddObject', 'SetPrompt', 'Track']);
});
