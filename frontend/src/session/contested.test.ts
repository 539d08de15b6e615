import { expect, test } from 'vitest';
import { notices } from '../app/notices';
import { contestText } from '../outbox/contestText';
import { feed, freshEachTime, harness, OBJECT, settle } from './commands.fixture';
import { promptsOn } from './state';

freshEachTime();

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

test('who had selected what somebody else removes is told so; who removed it is not', async () => {
  let version = 6;
  const { session, commands } = harness({
    ExchangeObjects: () => {
      version += 1;
      return { exchangeObjects: version };
    },
  });
  const [cup, tap] = [
    { ...OBJECT, name: 'Cup' },
    { ...OBJECT, objectId: 2, name: 'Tap', rank: 2 },
  ];
  feed(session, 5, { objects: [cup, tap] });
  commands.select(2);
  feed(session, 6, { objects: [{ ...tap, removed: true, version: 6 }] });
  expect(session.store.get().selectedId).toBe(1);
  const told = ['Somebody else removed Tap, which you had selected.'];
  expect(notices.get().map(({ text }) => text)).toEqual(told);

  commands.removeObject(1);
  await settle();
  feed(session, 7, { objects: [{ ...cup, removed: true, version: 7 }] });
  await settle();
  expect(notices.get().map(({ text }) => text)).toEqual([...told, 'Cup removed.']);

  commands.undo();
  await settle();
  feed(session, 8, { objects: [{ ...cup, version: 8 }] });
  await settle();
  expect(session.store.get().selectedId).toBe(1);
  commands.redo(); // selected, and removed by one's own doing
  await settle();
  feed(session, 9, { objects: [{ ...cup, removed: true, version: 9 }] });
  await settle();
  expect(session.store.get().selectedId).toBeNull();
  expect(notices.get().map(({ text }) => text)).toEqual([...told, 'Cup removed.']);
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
