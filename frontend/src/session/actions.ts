import { notify } from '../app/notices';
import type { Workspace } from '../app/workspace';
import { goToNext } from '../discussion/places';
import { acceptSelected, beginComment, rejectSelected, sendSelected } from '../discussion/selected';
import { t } from '../i18n/t';
import type { KeyAction } from '../keys/keymap';
import type { CompareMode } from '../review/comparison';
import type { StageHandle } from '../stage/Stage';
import { isViewAction, runViewAction, type ViewAction } from '../stage/viewActions';
import { sayLooksOn } from '../team/looksOn';
import { copyPrevious, markAbsent, retrack, verifyHere } from '../tools/toolActions';
import { allPromptedFrames, visibleObjects } from './state';

/** What changes the session: nothing for who may only look. */
const EDITS: ReadonlySet<string> = new Set([
  'newObject',
  'removeObject',
  'lock',
  'track',
  'trackBackward',
  'retrack',
  'verify',
  'absent',
  'copyMask',
  'brush',
  'eraser',
  'polygon',
  'undo',
  'redo',
]);

type NamedAction = Exclude<KeyAction, object | 'help' | ViewAction>;

interface Scene {
  readonly workspace: Workspace;
  readonly stage: StageHandle | null;
}

/** Do what a key asks for. */
export function runAction(action: Exclude<KeyAction, 'help'>, scene: Scene): void {
  if (typeof action === 'object') selectPlace(scene, action.selectPlace);
  else if (EDITS.has(action) && !scene.workspace.may.get().has('EDIT')) sayLooksOn();
  else if (isViewAction(action)) runViewAction(action, scene.workspace, scene.stage);
  else ACTIONS[action](scene);
}

const ACTIONS: Readonly<Record<NamedAction, (scene: Scene) => void>> = {
  playPause: ({ workspace }) => workspace.player.toggle(),
  previousFrame: ({ workspace }) => workspace.player.step(-1),
  nextFrame: ({ workspace }) => workspace.player.step(1),
  backTen: ({ workspace }) => workspace.player.step(-10),
  forwardTen: ({ workspace }) => workspace.player.step(10),
  firstFrame: ({ workspace }) => workspace.player.seek(0),
  lastFrame: ({ workspace }) => workspace.player.seek(workspace.player.times.numFrames - 1),
  previousPrompt: (scene) => seekPrompt(scene, false),
  nextPrompt: (scene) => seekPrompt(scene, true),
  previousDoubt: (scene) => seekDoubt(scene, false),
  nextDoubt: (scene) => seekDoubt(scene, true),
  newObject: ({ workspace }) => void workspace.commands.addObject(),
  removeObject: ({ workspace, stage }) => {
    if (stage?.toolKey('backspace')) return;
    const { selectedId } = workspace.session.store.get();
    if (selectedId !== null) workspace.commands.removeObject(selectedId);
  },
  track: ({ workspace }) => {
    if (!isTracking(workspace)) void workspace.commands.track('BOTH');
  },
  escape: ({ workspace, stage }) => {
    if (stage?.cancelDrag() || stage?.toolKey('escape')) return;
    if (isTracking(workspace) && workspace.may.get().has('EDIT'))
      void workspace.commands.cancelTracking();
  },
  undo: ({ workspace }) => workspace.commands.undo(),
  redo: ({ workspace }) => workspace.commands.redo(),
  wholeVideo: ({ stage }) => stage?.showWhole(),
  brush: ({ workspace }) => workspace.tool.dispatch({ type: 'choose', kind: 'brush' }),
  eraser: ({ workspace }) => workspace.tool.dispatch({ type: 'choose', kind: 'eraser' }),
  polygon: ({ workspace }) => workspace.tool.dispatch({ type: 'choose', kind: 'polygon' }),
  largerBrush: ({ workspace }) => workspace.tool.dispatch({ type: 'larger' }),
  smallerBrush: ({ workspace }) => workspace.tool.dispatch({ type: 'smaller' }),
  absent: ({ workspace }) => markAbsent(workspace),
  verify: (scene) => void verifyAndGoOn(scene),
  copyMask: ({ workspace }) => void copyPrevious(workspace),
  retrack: ({ workspace }) => retrack(workspace),
  compare: ({ workspace }) => workspace.compare.dispatch(NEXT_MODE[workspace.compare.get()]),
  addComment: ({ workspace }) => beginComment(workspace),
  sendForReview: ({ workspace }) => sendSelected(workspace),
  acceptObject: ({ workspace }) => acceptSelected(workspace),
  rejectObject: ({ workspace }) => rejectSelected(workspace),
  nextForReview: ({ workspace }) => void goToNext(workspace),
};

const NEXT_MODE: Readonly<Record<CompareMode, CompareMode>> = {
  before: 'after',
  after: 'difference',
  difference: 'before',
};

/** Enter: this mask is right. On to the next doubtful frame, else to the next frame. */
async function verifyAndGoOn({ workspace, stage }: Scene): Promise<void> {
  if (stage?.toolKey('enter')) return;
  const { player } = workspace;
  const frame = player.shown;
  if (!(await verifyHere(workspace)) || player.shown !== frame) return;
  const doubtful = doubtfulPlace(workspace, true);
  if (doubtful) goTo(workspace, doubtful);
  else player.step(1);
}

function selectPlace({ workspace }: Scene, place: number): void {
  const object = visibleObjects(workspace.session.store.get())[place - 1];
  if (object) workspace.commands.select(object.objectId);
}

function seekPrompt({ workspace }: Scene, after: boolean): void {
  const frames = allPromptedFrames(workspace.session.store.get());
  const frame = neighbour(frames, workspace.player.target, after);
  if (frame !== null) workspace.player.seek(frame);
}

/** To a frame that is worth a look, and maybe a click. */
function seekDoubt({ workspace }: Scene, after: boolean): void {
  const found = doubtfulPlace(workspace, after);
  if (found) goTo(workspace, found);
  else
    notify({
      tone: 'info',
      text: after
        ? t('No doubtful frame after this one.')
        : t('No doubtful frame before this one.'),
    });
}

interface Place {
  readonly objectId: number;
  readonly frame: number;
}

/** The nearest doubtful frame of the selected object; where it has none left, that of another one. */
function doubtfulPlace({ session, player }: Workspace, after: boolean): Place | null {
  const state = session.store.get();
  const from = player.target;
  const placeOf = (objectId: number): Place[] => {
    const frame = session.masks.doubtfulFrame(objectId, from, after);
    return frame === null ? [] : [{ objectId, frame }];
  };
  const [selected] = state.selectedId === null ? [] : placeOf(state.selectedId);
  if (selected) return selected;
  const others = visibleObjects(state).flatMap(({ objectId }) => placeOf(objectId));
  others.sort((a, b) => Math.abs(a.frame - from) - Math.abs(b.frame - from));
  return others[0] ?? null;
}

function goTo({ commands, player, session }: Workspace, { objectId, frame }: Place): void {
  if (session.store.get().selectedId !== objectId) commands.select(objectId);
  player.seek(frame);
}

function isTracking({ session }: Workspace): boolean {
  return session.store.get().propagation?.state === 'RUNNING';
}

/** The frame before or after `from` in an ascending list; null at its end. */
export function neighbour(frames: readonly number[], from: number, after: boolean): number | null {
  const found = after
    ? frames.find((frame) => frame > from)
    : frames.findLast((frame) => frame < from);
  return found ?? null;
}
