import type { Workspace } from '../app/workspace';
import { shuttled } from '../playback/shuttle';
import type { StageHandle } from './Stage';

const ZOOM = 1.5;

const ACTIONS = {
  shuttleBack: ({ player }: Workspace) => shuttle(player, -1),
  shuttleForward: ({ player }: Workspace) => shuttle(player, 1),
  shuttleStop: ({ player }: Workspace) => {
    player.pause();
    player.setRate(1);
  },
  goToFrame: ({ asksFrame }: Workspace) => asksFrame.dispatch(true),
  rangeIn: ({ range, player }: Workspace) =>
    range.dispatch({ type: 'in', frameIdx: player.target }),
  rangeOut: ({ range, player }: Workspace) =>
    range.dispatch({ type: 'out', frameIdx: player.target }),
  clearRange: ({ range }: Workspace) => range.dispatch({ type: 'clear' }),
  hide: (workspace: Workspace) => switchSelected(workspace, 'hide'),
  solo: (workspace: Workspace) => switchSelected(workspace, 'solo'),
  lock: ({ session, commands }: Workspace) => {
    const { selectedId, objects } = session.store.get();
    const object = selectedId === null ? undefined : objects.get(selectedId);
    if (object) void commands.objects.describe(object.objectId, { locked: !object.locked });
  },
  trackBackward: ({ commands }: Workspace) => void commands.track('BACKWARD'),
  zoomIn: (_: Workspace, stage: StageHandle | null) => stage?.zoomBy(ZOOM),
  pointWithKeys: (_: Workspace, stage: StageHandle | null) => stage?.toggleCross(),
  zoomOut: (_: Workspace, stage: StageHandle | null) => stage?.zoomBy(1 / ZOOM),
} as const;

/** What a key does to the view and to playing, and not to the session's masks. */
export type ViewAction = keyof typeof ACTIONS;

export function isViewAction(action: string): action is ViewAction {
  return Object.hasOwn(ACTIONS, action);
}

export function runViewAction(
  action: ViewAction,
  workspace: Workspace,
  stage: StageHandle | null,
): void {
  ACTIONS[action](workspace, stage);
}

function shuttle(player: Workspace['player'], direction: 1 | -1): void {
  player.setRate(shuttled(player.playing ? player.rate : 0, direction));
  void player.play();
}

function switchSelected({ session, visibility }: Workspace, type: 'hide' | 'solo'): void {
  const { selectedId } = session.store.get();
  if (selectedId !== null) visibility.dispatch({ type, objectId: selectedId });
}
