import type { SessionDelta } from '../api/feed';
import type { ClassFields, ObjectFields, PropagationFields } from '../api/generated';
import type { Change, PromptChange } from './changes';
import { undoOrRedo, withChange, withoutChange } from './history';
import { dropAnswered, withPending } from './pending';
import { isEmpty, type PromptKey, type PromptSet, promptKey, promptSetOf } from './prompts';
import type { SessionState, StoredPrompt } from './state';

export type SessionAction =
  | { type: 'delta'; delta: SessionDelta }
  | { type: 'select'; objectId: number | null }
  | { type: 'edit'; change: PromptChange }
  | { type: 'did'; change: Change }
  | { type: 'couldNot'; change: Change }
  | { type: 'settle'; objectId: number; frameIdx: number; set: PromptSet; version: number }
  | { type: 'refuse'; objectId: number; frameIdx: number; set: PromptSet }
  | { type: 'undo' }
  | { type: 'redo' }
  | { type: 'created'; draftId: number; object: ObjectFields }
  | { type: 'draftRefused'; draftId: number }
  | { type: 'upsert'; object: ObjectFields }
  | { type: 'leave'; objectId: number }
  | { type: 'stay'; objectId: number }
  | { type: 'ontology'; ontology: readonly ClassFields[] }
  | { type: 'propagation'; propagation: PropagationFields };

export function reduce(state: SessionState, action: SessionAction): SessionState {
  switch (action.type) {
    case 'delta':
      return applyDelta(state, action.delta);
    case 'select':
      return action.objectId === state.selectedId
        ? state
        : { ...state, selectedId: action.objectId };
    case 'edit':
      return withPending(withChange(state, action.change), action.change, action.change.after);
    case 'did':
      return withChange(state, action.change);
    case 'couldNot':
      return withoutChange(state, action.change);
    case 'settle':
      return settle(state, action);
    case 'refuse':
      return refuse(state, action);
    case 'undo':
    case 'redo':
      return undoOrRedo(state, action.type);
    case 'created':
      return rekeyDraft(withObject(state, action.object), action.draftId, action.object.objectId);
    case 'draftRefused':
      return forgetDraft(withoutObject(state, action.draftId), action.draftId);
    case 'upsert':
      return withObject(state, action.object);
    case 'leave':
      return {
        ...deselect(state, action.objectId),
        leaving: new Set([...state.leaving, action.objectId]),
      };
    case 'stay':
      return {
        ...state,
        leaving: without(state.leaving, action.objectId),
        // Unless somebody else removed it meanwhile.
        selectedId: state.objects.has(action.objectId) ? action.objectId : state.selectedId,
      };
    case 'ontology':
      return { ...state, ontology: action.ontology };
    case 'propagation':
      return withPropagation(state, action.propagation);
  }
}

function applyDelta(state: SessionState, delta: SessionDelta): SessionState {
  let next: SessionState = state;
  for (const object of delta.objects) {
    next = object.removed ? withoutObject(next, object.objectId) : withObject(next, object);
  }
  if (delta.prompts.length > 0) {
    const prompts = new Map<PromptKey, StoredPrompt>(next.prompts);
    for (const row of delta.prompts) {
      const key = promptKey(row.objectId, row.frameIdx);
      const set = promptSetOf(row);
      if (isEmpty(set)) prompts.delete(key);
      else prompts.set(key, { objectId: row.objectId, frameIdx: row.frameIdx, set });
    }
    next = { ...next, prompts };
  }
  if (delta.propagation) next = withPropagation(next, delta.propagation);
  if (delta.details) next = { ...next, ...pickDetails(delta.details) };
  return dropAnswered({ ...next, version: Math.max(state.version, delta.version) });
}

function pickDetails({ title, ontology }: NonNullable<SessionDelta['details']>) {
  return { title, ontology };
}

function settle(
  state: SessionState,
  action: Extract<SessionAction, { type: 'settle' }>,
): SessionState {
  const key = promptKey(action.objectId, action.frameIdx);
  const prompt = state.pending.get(key);
  if (prompt?.set !== action.set) return state; // a newer change is on its way
  const pending = new Map(state.pending).set(key, { ...prompt, version: action.version });
  return dropAnswered({ ...state, pending });
}

function refuse(
  state: SessionState,
  action: Extract<SessionAction, { type: 'refuse' }>,
): SessionState {
  const key = promptKey(action.objectId, action.frameIdx);
  const isIt = (change: Change) => change.kind === 'prompt' && change.after === action.set;
  const undo = state.undo.filter((change) => !isIt(change));
  if (state.pending.get(key)?.set !== action.set) return { ...state, undo };
  const pending = new Map(state.pending);
  pending.delete(key);
  return { ...state, pending, undo };
}

function withObject(state: SessionState, object: ObjectFields): SessionState {
  const known = state.objects.get(object.objectId);
  if (known && known.version > object.version) return state;
  const objects = new Map(state.objects).set(object.objectId, object);
  if (known?.rank === object.rank) return { ...state, objects };
  const inOrder = [...objects].sort(([a, x], [b, y]) => x.rank - y.rank || a - b);
  return { ...state, objects: new Map(inOrder) };
}

function withoutObject(state: SessionState, objectId: number): SessionState {
  const objects = new Map(state.objects);
  objects.delete(objectId);
  const isOther = (item: { objectId: number }) => item.objectId !== objectId;
  return {
    ...deselect(state, objectId),
    objects,
    prompts: new Map([...state.prompts].filter(([, prompt]) => isOther(prompt))),
    pending: new Map([...state.pending].filter(([, prompt]) => isOther(prompt))),
    leaving: without(state.leaving, objectId),
  };
}

function forgetDraft(state: SessionState, draftId: number): SessionState {
  const isOther = (change: Change) => change.kind !== 'prompt' || change.objectId !== draftId;
  return { ...state, undo: state.undo.filter(isOther), redo: state.redo.filter(isOther) };
}

/** The object before it in the list, or after it, takes over the selection. */
function deselect(state: SessionState, objectId: number): SessionState {
  if (state.selectedId !== objectId) return state;
  const ids = [...state.objects.keys()].filter((id) => id === objectId || !state.leaving.has(id));
  const at = ids.indexOf(objectId);
  return { ...state, selectedId: ids[at - 1] ?? ids[at + 1] ?? null };
}

function rekeyDraft(state: SessionState, draftId: number, objectId: number): SessionState {
  const rename = <Item extends { readonly objectId?: number } | Change>(item: Item): Item =>
    'objectId' in item && item.objectId === draftId ? { ...item, objectId } : item;
  const pending = [...state.pending.values()].map(rename);
  return {
    ...state,
    pending: new Map(
      pending.map((prompt) => [promptKey(prompt.objectId, prompt.frameIdx), prompt]),
    ),
    undo: state.undo.map(rename),
    redo: state.redo.map(rename),
    selectedId: state.selectedId === draftId ? objectId : state.selectedId,
  };
}

function withPropagation(state: SessionState, propagation: PropagationFields): SessionState {
  const known = state.propagation;
  return known && known.version > propagation.version ? state : { ...state, propagation };
}

function without<Item>(set: ReadonlySet<Item>, item: Item): ReadonlySet<Item> {
  return set.has(item) ? new Set([...set].filter((other) => other !== item)) : set;
}
