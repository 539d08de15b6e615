import { expect, test } from 'vitest';
import {
  ABSENT,
  Coverage,
  DOUBT_LEVELS,
  doubtIn,
  hasVerified,
  lookOf,
  NOT_TRACKED,
  PRESENT,
  presenceIn,
  readLooks,
} from './coverage';

test('a look says what it was made of', () => {
  for (const presence of [NOT_TRACKED, ABSENT, PRESENT] as const) {
    expect(presenceIn(lookOf(presence))).toBe(presence);
  }
  for (let doubt = 0; doubt <= DOUBT_LEVELS; doubt++) {
    expect(doubtIn(lookOf(PRESENT, doubt))).toBe(doubt);
  }
  expect(hasVerified(lookOf(PRESENT, 3, true))).toBe(true);
  expect(hasVerified(lookOf(PRESENT, DOUBT_LEVELS))).toBe(false);
});

test('looks together show the mask, the greatest doubt and the tick', () => {
  const look = lookOf(ABSENT) | lookOf(PRESENT, 1) | lookOf(PRESENT, 3) | lookOf(PRESENT, 0, true);
  expect([presenceIn(look), doubtIn(look), hasVerified(look)]).toEqual([PRESENT, 3, true]);
});

test('a range is the same whether read from blocks or frame by frame', () => {
  const numFrames = 1500;
  const coverage = new Coverage(numFrames);
  const plain = new Uint8Array(numFrames);
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    return seed % below;
  };
  for (let i = 0; i < 300; i++) {
    const first = random(numFrames);
    const last = first + random(i % 10 === 0 ? 700 : 5);
    const look = random(4) === 0 ? 0 : lookOf(random(2) ? PRESENT : ABSENT, random(5));
    coverage.set(first, last, look);
    plain.fill(look, first, last + 1);
    const [from, to] = [random(numFrames), random(numFrames)].sort((a, b) => a - b) as [
      number,
      number,
    ];
    expect(coverage.within(from, to)).toBe(plain.subarray(from, to + 1).reduce((a, b) => a | b, 0));
  }
  expect(coverage.tracked).toBe(plain.filter((look) => look !== 0).length);
  const again = new Uint8Array(numFrames);
  for (const { first, last, look } of coverage.runs()) again.fill(look, first, last + 1);
  expect(again).toEqual(plain);
});

test('frames outside the video are not there', () => {
  const coverage = new Coverage(3);
  coverage.set(-2, 9, lookOf(PRESENT));
  expect(coverage.tracked).toBe(3);
  expect(coverage.at(-1)).toBe(0);
  expect(coverage.at(3)).toBe(0);
  expect(coverage.within(-5, 50)).toBe(lookOf(PRESENT));
});

test('the nearest frame that fits is found either way', () => {
  const coverage = new Coverage(10);
  coverage.set(2, 3, lookOf(PRESENT, 2));
  const isDoubtful = (look: number) => doubtIn(look) > 0;
  expect(coverage.find(0, 1, isDoubtful)).toBe(2);
  expect(coverage.find(9, -1, isDoubtful)).toBe(3);
  expect(coverage.find(4, 1, isDoubtful)).toBeNull();
});

test('a summary is read run by run', () => {
  expect([...readLooks('2a_3xoE12B', 10)]).toEqual([
    { first: 10, last: 11, look: lookOf(PRESENT) },
    { first: 13, last: 15, look: 0 },
    { first: 16, last: 16, look: lookOf(ABSENT) },
    { first: 17, last: 17, look: lookOf(PRESENT, 4, true) },
    { first: 18, last: 29, look: lookOf(PRESENT, 1, true) },
  ]);
  expect([...readLooks('', 0)]).toEqual([]);
});

test('its ends are found in a long video, also after a part was taken away', () => {
  const long = new Coverage(100_000);
  expect([long.end('first'), long.end('last'), long.present]).toEqual([-1, -1, 0]);
  long.set(700, 99_999, lookOf(PRESENT));
  expect([long.end('first'), long.end('last'), long.present]).toEqual([700, 99_999, 99_300]);
  long.set(50_000, 99_999, 0);
  long.set(700, 710, lookOf(ABSENT));
  long.set(700, 704, 0);
  expect([long.end('first'), long.end('last')]).toEqual([705, 49_999]);
  expect([long.tracked, long.present]).toEqual([49_295, 49_289]);
});
