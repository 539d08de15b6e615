import { useMemo } from 'react';
import { useStore } from '../app/store';
import type { Workspace } from '../app/workspace';
import { visibleObjects } from './state';

/** Objects to show, in order of id; the same array until one of them changes. */
export function useVisibleObjects({ session: { store } }: Workspace) {
  const objects = useStore(store, (state) => state.objects);
  const leaving = useStore(store, (state) => state.leaving);
  return useMemo(
    () => visibleObjects({ ...store.get(), objects, leaving }),
    [store, objects, leaving],
  );
}
