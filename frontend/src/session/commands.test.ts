import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { SessionDelta } from '../api/feed';
import type { ObjectFields } from '../api/generated';
import { notices } from '../app/notices';
import { NO_REVIEW } from '../discussion/review.fixture';
import { contestText } from '../outbox/contestText';
import { SessionCommands } from './commands';
import { LiveSession, type SessionInfo } from './liveSession';
import { withPoint } from './prompts';
import { promptsOn, visibleObjects } from './state';

const INFO: SessionInfo = {
  id: 's',
  may: ['LOOK', 'COMMENT', 'EDIT'],
  mayInProject: ['LOOK', 'COMMENT', 'EDIT'],
  version: 0,
  createdS: 0,
  title: '',
  projectId: 'home',
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
    warning: null,
    sourceSha256: '',
  },
};

const OBJECT: ObjectFields = {
  objectId: 1,
  name: 'Object 1',
  colour: '#88ccff',
  removed: false,
  version: 1,
  label: '',
  attributes: [],
  rank: 1,
  locked: false,
  absent: [],
  assigneeId: null,
  review: NO_REVIEW,
};

function feed(session: LiveSession, version: number, change: Partial<SessionDelta>): void {
  const nothing = {
    objects: [],
    prompts: [],
    masks: [],
    coverage: [],
    candidates: [],
    comments: [],
    presence: null,
  };
  const delta = { version, ...nothing, propagation: null, details: null, ...change };
  session.store.dispatch({ type: 'delta', delta });
}

interface Asked {
  readonly operationName: string;
  readonly variables: Record<string, unknown>;
}

/** A server that answers each operation as told, and remembers what it was asked. */
function harness(answers: Record<string, (asked: Asked) => unknown> = {}) {
  const asked: Asked[] = [];
  const usual: Record<string, (asked: Asked) => unknown> = {
    AddObject: () => ({ addObject: OBJECT }),
    SetPrompt: () => ({ setPrompt: 5 }),
    ExchangeObjects: () => ({ exchangeObjects: 9 }),
    ...answers,
  };
  vi.stubGlobal('fetch', async (_url: string, init: RequestInit) => {
    const one = JSON.parse(String(init.body)) as Asked;
    asked.push(one);
    const answer = usual[one.operationName]?.(one);
    const errors = answer instanceof Error ? [refusal(answer)] : undefined;
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

const refusal = ({ message, ...extensions }: Error) => ({ message, extensions });

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

test('a removal is sent at once, and undo brings the object back', async () => {
  const { session, commands, click, asked, names } = harness();
  click(0, 10);
  await settle();
  feed(session, 5, { objects: [OBJECT] });
  commands.removeObject(1);
  expect(visibleObjects(session.store.get())).toHaveLength(0);
  await settle();
  expect(asked.at(-1)).toMatchObject({
    operationName: 'ExchangeObjects',
    variables: { remove: [1], restore: [] },
  });
  feed(session, 9, { objects: [{ ...OBJECT, removed: true, version: 9 }] });
  await settle();
  commands.undo();
  await settle();
  expect(asked.at(-1)?.variables).toMatchObject({ remove: [], restore: [1] });
  feed(session, 9, { objects: [{ ...OBJECT, version: 9 }] });
  await settle();
  expect(visibleObjects(session.store.get())).toHaveLength(1);
  expect(session.store.get().redo).toHaveLength(1);
  expect(names().filter((name) => name === 'ExchangeObjects')).toHaveLength(2);
});

test('a removal that the server refuses does not happen', async () => {
  const { session, commands, click } = harness({ ExchangeObjects: () => new Error('Locked.') });
  click(0, 10);
  await settle();
  commands.removeObject(1);
  await settle();
  expect(visibleObjects(session.store.get())).toHaveLength(1);
  expect(notices.get().map((notice) => notice.text)).toContain('Locked.');
});

test('undo leaves alone what somebody else changed since, and says so', async () => {
  const { session, commands, asked } = harness({
    DescribeObject: () => ({ describeObject: { ...OBJECT, name: 'Mine', version: 6 } }),
  });
  feed(session, 5, { objects: [OBJECT] });
  await commands.rename(1, 'Mine');
  feed(session, 7, { objects: [{ ...OBJECT, name: 'Theirs', version: 7 }] });
  commands.undo();
  await settle();
  expect(asked.map((one) => one.operationName)).toEqual(['DescribeObject']);
  expect(notices.get().at(-1)?.text).toMatch(/Somebody has changed this since/);
  expect(session.store.get().undo).toHaveLength(0);
});

test("undo and redo do not take the own change for somebody else's, before the feed has brought it", async () => {
  let version = 5;
  const { session, commands, asked } = harness({
    DescribeObject: ({ variables }) => {
      version += 1;
      return { describeObject: { ...OBJECT, name: variables.name, version } };
    },
  });
  feed(session, 5, { objects: [OBJECT] });
  await commands.rename(1, 'Mine');
  commands.undo();
  await settle();
  commands.redo();
  await settle();
  expect(asked.map(({ variables }) => [variables.name, variables.seen])).toEqual([
    ['Mine', 5], // the server knows by the page's header that 6 and 7 are its own
    ['Object 1', 5],
    ['Mine', 5],
  ]);
});

test('marking absent clears the prompts there, and undo sends them again', async () => {
  const { session, commands, asked } = harness({
    SetAbsentRanges: ({ variables }) => ({
      setAbsentRanges: { ...OBJECT, absent: variables.ranges, version: 6 },
    }),
  });
  const points = [{ x: 3, y: 3, include: true }];
  feed(session, 5, {
    objects: [OBJECT],
    prompts: [{ objectId: 1, frameIdx: 4, points, box: null, mask: null, version: 2 }],
  });
  await commands.objects.toggleAbsent(1, { first: 3, last: 6 });
  commands.undo();
  await settle();
  const sent = asked.map((one) => [
    one.operationName,
    one.variables.ranges ?? one.variables.prompt,
  ]);
  expect(sent).toEqual([
    ['SetAbsentRanges', [{ first: 3, last: 6 }]],
    ['SetAbsentRanges', []],
    ['SetPrompt', { objectId: 1, frameIdx: 4, points, box: null, mask: null }],
  ]);
});

test('a locked object is not changed', () => {
  const { session, commands, click, asked } = harness();
  feed(session, 5, { objects: [{ ...OBJECT, locked: true }] });
  commands.select(1);
  click(0, 10);
  commands.removeObject(1);
  expect(asked).toHaveLength(0);
  expect(notices.get().at(-1)?.text).toMatch(/locked/);
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

test('a click that somebody else overtook is offered again, and replaces what it was told of', async () => {
  const present = {
    kind: 'PROMPTS',
    version: 8,
    by: 'Ana',
    objectId: 1,
    frameIdx: 4,
    object: null,
  };
  const stale = Object.assign(new Error('Ana has changed this since.'), {
    code: 'CONFLICT',
    present,
  });
  const answers = [() => ({ setPrompt: 5 }), () => stale, () => ({ setPrompt: 9 })];
  const { session, click, asked, commands } = harness({ SetPrompt: () => answers.shift()?.() });
  click(4, 10);
  await settle();
  click(4, 20);
  await settle();
  expect(promptsOn(session.store.get(), 1, 4).points).toHaveLength(0); // theirs come with the feed
  expect(notices.get()).toEqual([]);
  const [contest] = session.contests.store.get();
  if (!contest) throw new Error('it is not offered');
  expect([contest.thing, contest.present?.by]).toEqual(['prompts/1/4', 'Ana']);
  session.contests.doAgain(contest);
  await settle();
  expect(session.contests.store.get()).toEqual([]);
  expect(asked.at(-1)?.variables).toMatchObject({
    seen: 8,
    prompt: { points: [{ x: 10 }, { x: 20 }] },
  });
  commands.undo();
  await settle();
  expect(asked.at(-1)?.variables.prompt).toMatchObject({ points: [] });
});

const REMOVED_BY_ANA = {
  kind: 'OBJECT',
  version: 8,
  by: 'Ana',
  objectId: 1,
  frameIdx: null,
  object: { name: 'Cup', removed: true },
};

function removedByAna(): Error {
  const sentence = 'Ana has removed Cup since; bring it back, then do yours again.';
  return Object.assign(new Error(sentence), { code: 'CONFLICT', present: REMOVED_BY_ANA });
}

test('what was meant for an object that somebody else removed is offered with the object', async () => {
  const answers: (() => unknown)[] = [
    removedByAna,
    () => ({ describeObject: { ...OBJECT, name: 'Mug', version: 10 } }),
  ];
  const restores: (() => unknown)[] = [
    () => Object.assign(new Error('The session is full.'), { code: 'INVALID_INPUT' }),
    () => ({ exchangeObjects: 9 }),
  ];
  const { session, commands, names, asked } = harness({
    DescribeObject: () => answers.shift()?.(),
    ExchangeObjects: () => restores.shift()?.(),
  });
  feed(session, 5, { objects: [{ ...OBJECT, name: 'Cup' }] });
  void commands.rename(1, 'Mug');
  await settle();
  feed(session, 8, { objects: [{ ...OBJECT, removed: true, version: 8 }] });
  const open = () => session.contests.store.get();
  const [contest] = open();
  if (!contest) throw new Error('it is not offered');
  expect(contestText(contest, () => undefined)).toBe('Ana removed Cup in the meantime.');

  void session.contests.doAgain(contest);
  await settle();
  expect(notices.get().map(({ text }) => text)).toEqual(['The session is full.']);
  expect(open()).toHaveLength(1); // nothing of it is lost
  expect(names().at(-1)).toBe('ExchangeObjects');

  const [again] = open();
  if (!again) throw new Error('it is not offered again');
  void session.contests.doAgain(again);
  await settle();
  expect(asked.at(-1)?.variables).toMatchObject({ remove: [], restore: [1], seen: 8 });
  feed(session, 9, { objects: [{ ...OBJECT, name: 'Cup', version: 9 }] });
  await settle();
  expect(names().at(-1)).toBe('DescribeObject');
  expect([session.store.get().objects.get(1)?.name, open()]).toEqual(['Mug', []]);
  expect(session.store.get().undo.map(({ kind }) => kind)).toEqual(['presence', 'describe']);
});

test('removing what somebody else has removed is done already, and is said', async () => {
  const { session, commands } = harness({ ExchangeObjects: removedByAna });
  feed(session, 5, { objects: [{ ...OBJECT, name: 'Cup' }] });
  commands.select(1);
  commands.removeObject(1);
  await settle();
  feed(session, 8, { objects: [{ ...OBJECT, removed: true, version: 8 }] });
  expect(notices.get().map(({ text }) => text)).toEqual(['Ana removed Cup in the meantime.']);
  expect(session.contests.store.get()).toEqual([]);
  const { selectedId, leaving, undo } = session.store.get();
  expect([selectedId, leaving.size, undo]).toEqual([null, 0, []]);
});

test('a name that somebody else overtook goes back to theirs, and can be given again', async () => {
  const present = {
    kind: 'OBJECT',
    version: 8,
    by: null,
    objectId: 1,
    frameIdx: null,
    object: null,
  };
  const stale = Object.assign(new Error('It was changed.'), { code: 'CONFLICT', present });
  const answers: (() => unknown)[] = [
    () => stale,
    () => ({ describeObject: { ...OBJECT, name: 'Mine', version: 9 } }),
  ];
  const { session, commands, asked } = harness({ DescribeObject: () => answers.shift()?.() });
  feed(session, 5, { objects: [OBJECT] });
  const name = () => session.store.get().objects.get(1)?.name;
  void commands.rename(1, 'Mine');
  expect(name()).toBe('Mine');
  await settle();
  expect(name()).toBe('Object 1');
  feed(session, 8, { objects: [{ ...OBJECT, name: 'Theirs', version: 8 }] });
  const [contest] = session.contests.store.get();
  if (!contest) throw new Error('it is not offered');
  session.contests.doAgain(contest);
  await settle();
  expect([name(), asked.at(-1)?.variables.seen]).toEqual(['Mine', 8]);
  expect(session.store.get().undo.at(-1)).toMatchObject({ before: { name: 'Theirs' } });
});

test('without a connection everything waits in order; what needs it says so', async () => {
  let isThere = false;
  const away = (answer: object) => () => {
    if (!isThere) throw new TypeError('Failed to fetch');
    return answer;
  };
  const { session, commands, click, names } = harness({
    AddObject: away({ addObject: OBJECT }),
    SetPrompt: away({ setPrompt: 6 }),
    DescribeObject: away({ describeObject: OBJECT }),
  });
  click(4, 10);
  await settle();
  click(5, 10);
  click(5, 20);
  await commands.track('BOTH');
  expect(notices.get().map(({ text }) => text)).toEqual([
    'This needs the connection; do it when that is back.',
  ]);
  expect(session.outbox.state.get()).toMatchObject({ unsent: 3, isAway: true });
  isThere = true;
  session.outbox.reconnected();
  await settle();
  expect(names().slice(-3)).toEqual(['AddObject', 'SetPrompt', 'SetPrompt']);
  expect(session.outbox.state.get()).toMatchObject({ unsent: 0, isAway: false });
  expect(promptsOn(session.store.get(), 1, 5).points).toHaveLength(2);
});
