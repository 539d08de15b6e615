import { useStore } from '../app/store';
import type { Workspace } from '../app/workspace';
import type { People } from './people';

/** Renders anew when `select` gives something else. */
export function usePeople<Selected>(
  workspace: Workspace,
  select: (people: People) => Selected,
): Selected {
  return useStore(workspace.session.people, select);
}
