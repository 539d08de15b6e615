import type { ObjectFields } from '../api/generated';

export type ObjectState = 'all' | 'untracked' | 'absent' | 'locked';

export interface ObjectFilter {
  readonly text: string; // part of a name or of a class
  readonly state: ObjectState;
}

export const NO_FILTER: ObjectFilter = { text: '', state: 'all' };

/** Objects to list. `isTracked` says whether an object has any mask. */
export function filtered(
  objects: readonly ObjectFields[],
  { text, state }: ObjectFilter,
  isTracked: (objectId: number) => boolean,
): readonly ObjectFields[] {
  const wanted = text.trim().toLowerCase();
  return objects.filter((object) => {
    const said = `${object.name}\n${object.label}`.toLowerCase();
    return said.includes(wanted) && isIn(object, state, isTracked);
  });
}

function isIn(
  object: ObjectFields,
  state: ObjectState,
  isTracked: (objectId: number) => boolean,
): boolean {
  switch (state) {
    case 'all':
      return true;
    case 'untracked':
      return !isTracked(object.objectId);
    case 'absent':
      return object.absent.length > 0;
    case 'locked':
      return object.locked;
  }
}
