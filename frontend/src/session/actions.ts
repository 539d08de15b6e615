import type { Workspace } from '../app/workspace';
import type { KeyAction } from '../keys/keymap';
import type { StageHandle } from '../stage/Stage';
import { allPromptedFrames, visibleObjects } from './state';

/** Do what a key asks for. */
export function runAction(
  action: KeyAction,
  workspace: Workspace,
  stage: StageHandle | null,
): void {
  const { commands, player, session } = workspace;
  const state = session.store.get();
  if (typeof action === 'object') {
    const object = visibleObjects(state)[action.selectPlace - 1];
    if (object) commands.select(object.objectId);
    return;
  }
  switch (action) {
    case 'playPause':
      return player.toggle();
    case 'previousFrame':
      return player.step(-1);
    case 'nextFrame':
      return player.step(1);
    case 'backTen':
      return player.step(-10);
    case 'forwardTen':
      return player.step(10);
    case 'firstFrame':
      return player.seek(0);
    case 'lastFrame':
      return player.seek(player.times.numFrames - 1);
    case 'previousPrompt':
    case 'nextPrompt': {
      const frame = neighbour(allPromptedFrames(state), player.target, action === 'nextPrompt');
      return frame === null ? undefined : player.seek(frame);
    }
    case 'newObject':
      return void commands.addObject();
    case 'removeObject':
      return state.selectedId === null ? undefined : commands.removeObject(state.selectedId);
    case 'track':
      return state.propagation?.state === 'RUNNING' ? undefined : void commands.track('BOTH');
    case 'escape':
      if (stage?.cancelDrag()) return;
      return state.propagation?.state === 'RUNNING' ? void commands.cancelTracking() : undefined;
    case 'undo':
      return commands.undo();
    case 'redo':
      return commands.redo();
    case 'wholeVideo':
      return stage?.showWhole();
    case 'help':
      return;
  }
}

/** The frame before or after `from` in an ascending list; null at its end. */
export function neighbour(frames: readonly number[], from: number, after: boolean): number | null {
  const found = after
    ? frames.find((frame) => frame > from)
    : frames.findLast((frame) => frame < from);
  return found ?? null;
}
