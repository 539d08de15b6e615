import type { Workspace } from '../app/workspace';

/** Begin a comment on the frame that is shown, about the selected object. */
export function beginComment({ session, player, discussion, may }: Workspace): void {
  if (!may.get().has('COMMENT')) return;
  player.pause();
  const { selectedId } = session.store.get();
  const objectId = selectedId !== null && selectedId >= 0 ? selectedId : null;
  discussion.dispatch({ type: 'begin', frameIdx: player.shown, objectId });
}

export function sendSelected({ session, discuss, may }: Workspace): void {
  const { selectedId } = session.store.get();
  if (may.get().has('EDIT') && selectedId !== null && selectedId >= 0)
    void discuss.send([selectedId]);
}

export function acceptSelected({ session, discuss, may }: Workspace): void {
  const { selectedId } = session.store.get();
  if (may.get().has('REVIEW') && selectedId !== null && selectedId >= 0)
    void discuss.accept([selectedId]);
}

/** Ask for the reason first. */
export function rejectSelected({ session, discussion, may }: Workspace): void {
  const { selectedId } = session.store.get();
  if (may.get().has('REVIEW') && selectedId !== null && selectedId >= 0)
    discussion.dispatch({ type: 'reject', objectId: selectedId });
}
