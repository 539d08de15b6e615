import { expect, test } from 'vitest';
import { chosenFrom, NO_EFFECTS, objectChoice, pressed, reduceEffects } from './choices';
import { backgroundProgram, objectProgram } from './glsl';
import { previewSize } from './preview';
import { BACKGROUND_EFFECTS, OBJECT_EFFECTS } from './registry';
import { passesOf, rgbOf } from './renderer';

test('eight effects of the background and eight of objects, with the variants of the official demo', () => {
  const counts = (effects: typeof OBJECT_EFFECTS) =>
    Object.fromEntries(effects.map(({ id, variants }) => [id, variants.length]));
  expect(counts(BACKGROUND_EFFECTS)).toEqual({
    original: 3,
    erase: 3,
    gradient: 3,
    pixelate: 3,
    desaturate: 3,
    text: 2,
    blur: 3,
    outline: 4,
  });
  expect(counts(OBJECT_EFFECTS)).toEqual({
    overlay: 8,
    original: 4,
    erase: 3,
    gradient: 3,
    pixelate: 3,
    emoji: 6,
    burst: 4,
    spotlight: 6,
  });
});

test('each shader defines what its layer asks for, and a variant has at most four values', () => {
  for (const { shader } of BACKGROUND_EFFECTS)
    expect(backgroundProgram(shader)).toContain('vec3 background(vec2 at)');
  for (const { shader } of OBJECT_EFFECTS)
    expect(objectProgram(shader)).toContain('vec4 object(vec2 at)');
  for (const { variants } of [...BACKGROUND_EFFECTS, ...OBJECT_EFFECTS])
    for (const { values } of variants) expect(values.length).toBeLessThanOrEqual(4);
});

test('an object has the effect of all, until it gets its own; one for all takes the own ones back', () => {
  const blur = { effectId: 'pixelate', variant: 1 };
  let state = reduceEffects(NO_EFFECTS, { type: 'object', objectId: 2, choice: blur });
  expect(state.isOn).toBe(true);
  expect(objectChoice(state, 2)).toBe(blur);
  expect(objectChoice(state, 1).effectId).toBe('overlay');
  state = reduceEffects(state, {
    type: 'object',
    objectId: null,
    choice: { effectId: 'burst', variant: 3 },
  });
  expect(objectChoice(state, 2).effectId).toBe('burst');
});

test('pressing an effect chooses it, then goes through its variants and around', () => {
  const [, erase] = BACKGROUND_EFFECTS;
  if (!erase) throw new Error('no second effect');
  let choice = pressed(erase, NO_EFFECTS.background);
  expect(choice).toEqual({ effectId: 'erase', variant: 0 });
  for (const variant of [1, 2, 0]) {
    choice = pressed(erase, choice);
    expect(choice.variant).toBe(variant);
  }
});

test('a surprise is any effect of any variant, for the background and each object', () => {
  const randoms = [0.99, 0.99, 0, 0, 0.5, 0.99];
  const state = reduceEffects(NO_EFFECTS, {
    type: 'surprise',
    objectIds: [4, 7],
    random: () => randoms.shift() ?? 0,
  });
  expect([...state.byObject.keys()]).toEqual([4, 7]);
  for (const choice of state.byObject.values())
    expect(chosenFrom(OBJECT_EFFECTS, choice).effect.id).toBe(choice.effectId);
});

test('a choice that is not known (any more) falls back to the first', () => {
  expect(chosenFrom(OBJECT_EFFECTS, { effectId: 'gone', variant: 9 }).effect.id).toBe('overlay');
});

test('effects that reach over the frame are drawn under all objects', () => {
  const layer = (id: string) => ({
    chosen: chosenFrom(OBJECT_EFFECTS, { effectId: id, variant: 0 }),
  });
  const order = (...ids: string[]) =>
    passesOf(ids.map(layer)).map(({ i, isCut }) => (isCut ? `${i} cut` : `${i}`));
  expect(order('overlay', 'burst', 'erase', 'emoji')).toEqual([
    '1',
    '3',
    '1 cut',
    '3 cut',
    '0',
    '2',
  ]);
  expect(order('burst', 'overlay')).toEqual(['0', '1']);
});

test('colours and sizes', () => {
  expect(rgbOf('#ff8000')).toEqual([1, 128 / 255, 0]);
  expect(previewSize({ width: 3840, height: 2160 })).toEqual({ width: 1280, height: 720 });
  expect(previewSize({ width: 640, height: 360 })).toEqual({ width: 640, height: 360 });
});
