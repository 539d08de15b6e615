import { useStore } from '../app/store';
import type { Workspace } from '../app/workspace';
import { useWho } from '../team/who';

/** What whoever looks may do here: what they may not is not offered. */
export interface Rights {
  readonly edits: boolean;
  readonly reviews: boolean;
  readonly comments: boolean;
  readonly manages: boolean;
  readonly meId: string | null; // null: not known yet
}

export function useRights({ may }: Pick<Workspace, 'may'>): Rights {
  const now = useStore(may, (all) => all);
  const who = useWho();
  return {
    edits: now.has('EDIT'),
    reviews: now.has('REVIEW'),
    comments: now.has('COMMENT'),
    manages: now.has('MANAGE'),
    meId: who.kind === 'in' ? (who.me.person?.id ?? null) : null,
  };
}
