import type { Effect, Variant } from './effect';
import { BACKGROUND_EFFECTS, OBJECT_EFFECTS } from './registry';

/** An effect and which of its variants. */
export interface Choice {
  readonly effectId: string;
  readonly variant: number;
}

/** What the background and each object look like. */
export interface EffectChoices {
  readonly isOn: boolean;
  readonly background: Choice;
  readonly everyObject: Choice; // for objects without one of their own
  readonly byObject: ReadonlyMap<number, Choice>;
}

export type EffectAction =
  | { type: 'switch'; isOn: boolean }
  | { type: 'background'; choice: Choice }
  | { type: 'object'; objectId: number | null; choice: Choice } // null: all of them
  | { type: 'surprise'; objectIds: readonly number[]; random: () => number };

export interface Chosen {
  readonly effect: Effect;
  readonly variant: Variant;
}

export const NO_EFFECTS: EffectChoices = {
  isOn: false,
  background: { effectId: 'original', variant: 0 },
  everyObject: { effectId: 'overlay', variant: 0 },
  byObject: new Map(),
};

export function reduceEffects(state: EffectChoices, action: EffectAction): EffectChoices {
  switch (action.type) {
    case 'switch':
      return { ...state, isOn: action.isOn };
    case 'background':
      return { ...state, isOn: true, background: action.choice };
    case 'object':
      return withObject({ ...state, isOn: true }, action.objectId, action.choice);
    case 'surprise': {
      const { random, objectIds } = action;
      const own = objectIds.map((id): [number, Choice] => [id, anyOf(OBJECT_EFFECTS, random)]);
      const background = anyOf(BACKGROUND_EFFECTS, random);
      return { ...state, isOn: true, background, byObject: new Map(own) };
    }
  }
}

export function objectChoice(state: EffectChoices, objectId: number | null): Choice {
  return (objectId !== null && state.byObject.get(objectId)) || state.everyObject;
}

/** The effect of a choice; the first one where it is not known (any more). */
export function chosenFrom(effects: readonly Effect[], choice: Choice): Chosen {
  const effect = effects.find(({ id }) => id === choice.effectId) ?? (effects[0] as Effect);
  return { effect, variant: effect.variants[choice.variant] ?? (effect.variants[0] as Variant) };
}

/** A press on an effect chooses it; another goes on to its next variant. */
export function pressed(effect: Effect, now: Choice | null): Choice {
  if (now?.effectId !== effect.id) return { effectId: effect.id, variant: 0 };
  return { effectId: effect.id, variant: (now.variant + 1) % effect.variants.length };
}

function withObject(state: EffectChoices, objectId: number | null, choice: Choice): EffectChoices {
  if (objectId === null) return { ...state, everyObject: choice, byObject: new Map() };
  return { ...state, byObject: new Map(state.byObject).set(objectId, choice) };
}

function anyOf(effects: readonly Effect[], random: () => number): Choice {
  const effect = effects[Math.floor(random() * effects.length)] as Effect;
  return { effectId: effect.id, variant: Math.floor(random() * effect.variants.length) };
}
