import type { PresenceFields } from '../api/generated';

/** Who else has the session open, as the feed tells. Outside React: cursors come ten times a second. */
export interface People {
  /** How the others know this page's person; null: the server has not said yet, so nobody is shown. */
  readonly me: string | null;
  /** Everybody, this page's person too, in the order in which they came. */
  readonly all: ReadonlyMap<string, PresenceFields>;
  /** Whose frame and view this page goes along with. */
  readonly following: string | null;
}

export type PeopleAction =
  | { readonly type: 'told'; readonly presence: readonly PresenceFields[] }
  | { readonly type: 'anew' } // the feed begins again, and tells of everybody
  | { readonly type: 'me'; readonly id: string }
  | { readonly type: 'follow'; readonly id: string | null };

export const NOBODY: People = { me: null, all: new Map(), following: null };

export function reducePeople(state: People, action: PeopleAction): People {
  switch (action.type) {
    case 'told': {
      const all = new Map(state.all);
      for (const one of action.presence) {
        if (one.here) all.set(one.id, one);
        else all.delete(one.id);
      }
      return { ...state, all };
    }
    case 'anew':
      return state.all.size === 0 ? state : { ...state, all: new Map() };
    case 'me':
      return state.me === action.id ? state : { ...state, me: action.id };
    case 'follow':
      return state.following === action.id ? state : { ...state, following: action.id };
  }
}

export function others(state: People): readonly PresenceFields[] {
  if (state.me === null) return [];
  return [...state.all.values()].filter((one) => one.id !== state.me);
}

/** Somebody else who is editing the object. */
export function holderOf(state: People, objectId: number): PresenceFields | null {
  return others(state).find((one) => one.holds.includes(objectId)) ?? null;
}
