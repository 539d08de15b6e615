import { notify, notifyError } from '../app/notices';
import type { Workspace } from '../app/workspace';
import { t } from '../i18n/t';
import { keyHint } from '../keys/keyHint';
import { rangeOf } from '../playback/range';
import { isSame } from '../session/changes';
import { lastChange } from '../session/history';
import { withMask } from '../session/prompts';
import { type Range, toggledRange } from '../session/ranges';
import { absentRanges, promptedFrames } from '../session/state';
import type { MenuItem } from '../ui/Menu';

/** What some of it needs to know first. */
export interface Asks {
  file(): void;
  frame(): void;
}

/** What can be done to the selected object's mask on this frame, for the menu beside the tools. */
export function toolItems(workspace: Workspace, ask: Asks): readonly MenuItem[] {
  const { selectedId } = workspace.session.store.get();
  const none = selectedId === null || selectedId < 0;
  const isAbsent = none ? false : isAbsentHere(workspace, selectedId);
  const range = chosenRange(workspace);
  const where = range.first === range.last ? t('on this frame') : t('in the range');
  return [
    {
      id: 'copy-previous',
      label: t('Copy the mask of the previous prompted frame'),
      hint: keyHint('copyMask'),
      disabled: none,
      run: () => void copyPrevious(workspace),
    },
    {
      id: 'copy-from',
      label: t('Copy the mask of frame…'),
      disabled: none,
      run: ask.frame,
    },
    { id: 'import', label: t('Mask from a PNG…'), disabled: none, run: ask.file },
    {
      id: 'absent',
      label: isAbsent ? t('Not absent {where}', { where }) : t('Absent {where}', { where }),
      hint: keyHint('absent'),
      disabled: none,
      run: () => markAbsent(workspace),
    },
    {
      id: 'verify',
      label: t('Verify {where}', { where }),
      hint: keyHint('verify'),
      disabled: none,
      run: () => void verifyRange(workspace, true),
    },
    {
      id: 'unverify',
      label: t('Not verified {where}', { where }),
      disabled: none,
      run: () => void verifyRange(workspace, false),
    },
    {
      id: 'retrack',
      label: t('Track the range anew, and compare'),
      note: t('Between in and out; verified frames end it'),
      hint: keyHint('retrack'),
      disabled: none,
      run: () => retrack(workspace),
    },
    {
      id: 'retrack-over',
      label: t('Track the range anew, over verified frames'),
      disabled: none,
      run: () => retrack(workspace, true),
    },
    {
      id: 'split',
      label: t('Split here: a new object from this frame on'),
      disabled: none,
      run: () => {
        if (selectedId !== null) {
          void workspace.commands.objects.split(selectedId, workspace.player.shown);
        }
      },
    },
  ];
}

/** In and out, where they are set; else the frame on the screen. */
export function chosenRange({ range, player }: Workspace): Range {
  return (
    rangeOf(range.get(), player.times.numFrames) ?? { first: player.shown, last: player.shown }
  );
}

export function markAbsent(workspace: Workspace): void {
  const { commands, session } = workspace;
  const state = session.store.get();
  const { selectedId } = state;
  if (selectedId === null || selectedId < 0) return;
  const range = chosenRange(workspace);
  const after = toggledRange(absentRanges(state, selectedId), range);
  const last = lastChange(state, 'undo');
  const takesBack =
    last?.kind === 'absent' && last.objectId === selectedId && isSame(last.before, after);
  if (takesBack)
    commands.undo(); // with the clicks that stood there, which the server does not keep
  else void commands.objects.toggleAbsent(selectedId, range);
}

/** Verify the selected object on this frame; false where there is nothing to verify. */
export async function verifyHere(workspace: Workspace): Promise<boolean> {
  const { session, player, commands } = workspace;
  const { selectedId } = session.store.get();
  if (selectedId === null || selectedId < 0) return false;
  const frame = player.shown;
  if (commands.review.isVerified(selectedId, frame)) return true;
  const done = await commands.review.verify([selectedId], { first: frame, last: frame });
  if (!done) notify({ tone: 'info', text: t('There is no mask here to verify.') });
  return done;
}

export function retrack(workspace: Workspace, overwritesVerified = false): void {
  const { session, player, range, commands } = workspace;
  const { selectedId } = session.store.get();
  const chosen = rangeOf(range.get(), player.times.numFrames);
  if (selectedId === null || selectedId < 0) return;
  if (!chosen) {
    notify({ tone: 'info', text: t('Set in and out first: the range to track anew.') });
    return;
  }
  const here = player.shown;
  const start = chosen.first <= here && here <= chosen.last ? here : null;
  void commands.review.retrack([selectedId], chosen, start, overwritesVerified);
}

export async function copyPrevious(workspace: Workspace): Promise<void> {
  const { session, player } = workspace;
  const state = session.store.get();
  if (state.selectedId === null) return;
  const before = promptedFrames(state, state.selectedId).findLast((f) => f < player.shown);
  if (before === undefined) {
    notify({ tone: 'info', text: t('No frame before this one has prompts of this object.') });
    return;
  }
  await copyFrom(workspace, before);
}

/** A PNG of the frame's size: the object is where it is not black. */
export async function importMask(workspace: Workspace, file: File): Promise<void> {
  const { session, player, commands, encoder } = workspace;
  const { width, height } = session.info.video;
  try {
    const picture = await createImageBitmap(file, { colorSpaceConversion: 'none' });
    if (picture.width !== width || picture.height !== height) {
      const size = `${picture.width} × ${picture.height}`;
      const wanted = `${width} × ${height}`;
      const text = t('This picture is {size}; the mask must be {wanted} pixels.', { size, wanted });
      notify({ tone: 'error', text });
      return;
    }
    const context = new OffscreenCanvas(width, height).getContext('2d');
    if (!context) return;
    context.drawImage(picture, 0, 0);
    const { counts, area } = await encoder.encode(
      context.getImageData(0, 0, width, height),
      'colour',
    );
    if (area === 0) {
      notify({ tone: 'error', text: t('This picture is black all over: there is no mask in it.') });
      return;
    }
    commands.editPrompts(player.shown, () => withMask({ width, height, counts }));
  } catch (thrown) {
    if (thrown instanceof DOMException) {
      notify({ tone: 'error', text: t('This file is no picture that the browser can read.') });
    } else notifyError(thrown);
  }
}

/** Onto the frame that is shown now. Of masks far from the playhead this browser knows only that they are there. */
export async function copyFrom(
  { session, player, commands }: Workspace,
  frame: number,
): Promise<void> {
  const { selectedId } = session.store.get();
  if (selectedId === null) return;
  const onto = player.shown;
  if (session.masks.isMissing(selectedId, frame)) {
    try {
      await session.windows.load(frame, frame);
    } catch (thrown) {
      notifyError(thrown);
      return;
    }
    if (session.store.get().selectedId !== selectedId) return;
  }
  const counts = session.masks.rle(selectedId, frame);
  if (counts === undefined) {
    notify({ tone: 'info', text: t('There is no mask on frame {frame}.', { frame }) });
    return;
  }
  const { width, height } = session.info.video;
  commands.editPrompts(onto, () => withMask({ width, height, counts }));
}

async function verifyRange(workspace: Workspace, verified: boolean): Promise<void> {
  const { session, commands } = workspace;
  const { selectedId } = session.store.get();
  if (selectedId === null) return;
  const done = await commands.review.verify([selectedId], chosenRange(workspace), verified);
  if (!done) notify({ tone: 'info', text: t('There is no mask here to verify.') });
}

function isAbsentHere(workspace: Workspace, objectId: number): boolean {
  const { first, last } = chosenRange(workspace);
  const ranges = workspace.session.store.get().objects.get(objectId)?.absent ?? [];
  return ranges.some((range) => range.first <= first && last <= range.last);
}
