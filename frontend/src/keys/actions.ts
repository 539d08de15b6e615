import type { Message } from '../i18n/t';

/** Everything that a key can do, in the order of the cheat sheet. A key map may only name these. */
export const KEY_ACTIONS = {
  playPause: 'Play or pause',
  previousFrame: 'One frame back',
  nextFrame: 'One frame on',
  backTen: 'Ten frames back',
  forwardTen: 'Ten frames on',
  firstFrame: 'First frame',
  lastFrame: 'Last frame',
  goToFrame: 'Go to a frame',
  shuttleBack: 'Play backwards, faster each time',
  shuttleStop: 'Stop; held, J and L step',
  shuttleForward: 'Play, faster each time',
  previousPrompt: 'Previous prompted frame',
  nextPrompt: 'Next prompted frame',
  previousDoubt: 'Previous doubtful frame',
  nextDoubt: 'Next doubtful frame',
  rangeIn: 'Range begins here',
  rangeOut: 'Range ends here',
  clearRange: 'Clear the range',
  newObject: 'New object',
  removeObject: 'Remove the selected object',
  hide: 'Hide or show the selected object',
  solo: 'Show only the selected object',
  lock: 'Lock the selected object',
  track: 'Track, both directions',
  trackBackward: 'Track backwards',
  retrack: 'Track the range anew',
  compare: 'Before, after or difference of the range',
  verify: 'Verify the mask and go on',
  absent: 'Absent here, or in the range',
  copyMask: 'Copy the mask of the previous prompted frame',
  addComment: 'Comment on this frame',
  sendForReview: 'Send the selected object for review',
  acceptObject: 'Accept the selected object',
  rejectObject: 'Reject the selected object',
  nextForReview: 'Next for review',
  brush: 'Brush',
  eraser: 'Eraser',
  polygon: 'Polygon',
  pointWithKeys: 'Point with the keyboard',
  smallerBrush: 'Smaller brush',
  largerBrush: 'Larger brush',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  wholeVideo: 'Whole video',
  escape: 'Cancel the drag or the tracking',
  undo: 'Undo',
  redo: 'Redo',
  help: 'This sheet',
} as const satisfies Record<string, Message>;

/** What the digits do. */
export const PLACES = 'Select an object' satisfies Message;

export type NamedAction = keyof typeof KEY_ACTIONS;

/** What a key asks for; digits select an object by its place in the list, whatever the map. */
export type KeyAction = NamedAction | { readonly selectPlace: number };

/** The cheat sheet's groups: an action belongs to the last one that begins before or at it. */
export const GROUPS: readonly { readonly title: Message; readonly from: NamedAction }[] = [
  { title: 'Playback', from: 'playPause' },
  { title: 'Objects', from: 'newObject' },
  { title: 'Review', from: 'addComment' },
  { title: 'In the video', from: 'brush' },
];

export function isAction(text: unknown): text is NamedAction {
  return typeof text === 'string' && Object.hasOwn(KEY_ACTIONS, text);
}
