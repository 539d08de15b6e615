import { expect, test } from 'vitest';
import { notices } from '../app/notices';
import { feed, freshEachTime, harness, OBJECT, settle } from './commands.fixture';
import { promptsOn, visibleObjects } from './state';

freshEachTime();

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
