import type { SessionLedgerResult } from '../api/generated';
import { type Message, t } from '../i18n/t';

type Entry = SessionLedgerResult['ledger']['entries'][number];

const DEEDS: Readonly<Record<string, Message>> = {
  createSession: 'began the session',
  duplicateSession: 'made this copy',
  deleteSession: 'deleted the session',
  restoreSession: 'restored the session',
  renameSession: 'renamed the session',
  addObject: 'added an object',
  updateObject: 'changed an object',
  describeObject: 'changed an object',
  deleteObject: 'removed an object',
  exchangeObjects: 'removed or restored objects',
  mergeObjects: 'merged objects',
  splitObject: 'split an object',
  orderObjects: 'changed the order',
  setAbsentRanges: 'said where it is absent',
  setVerified: 'verified masks, or took that back',
  setVerdict: 'kept or dropped a tracked range',
  setOntology: 'changed the classes',
  setPrompt: 'changed prompts',
  clearPrompts: 'cleared all prompts',
  track: 'started tracking',
  resumeTracking: 'went on tracking',
  tracked: 'tracked',
  addComment: 'commented',
  replyToComment: 'answered a comment',
  editComment: 'edited a comment',
  deleteComment: 'deleted a comment',
  resolveComment: 'resolved or reopened a comment',
  sendForReview: 'sent for review',
  withdrawFromReview: 'took back as a draft',
  acceptObjects: 'accepted',
  rejectObjects: 'rejected',
  acceptanceTakenBack: 'took the acceptance back, with a change',
  startImport: 'imported masks',
  startSession: 'began the session',
  addPoints: 'changed prompts',
  clearPointsInFrame: 'changed prompts',
  clearPointsInVideo: 'cleared all prompts',
  removeObject: 'removed an object',
  assignObject: 'assigned an object',
  assignSession: 'assigned the session',
  moveSession: 'moved the session to another project',
  setProjectOntology: 'changed the classes',
  createLink: 'made a link',
  revokeLink: 'revoked a link',
  setMemberRole: 'changed a role',
  removeMember: 'removed somebody',
  createApiToken: 'made an API token',
  revokeApiToken: 'revoked an API token',
  join: 'joined',
};

/** What was done, in words; the mutation's own name where nobody has given it any. */
export function deedText(entry: Pick<Entry, 'what'>): string {
  const known = DEEDS[entry.what];
  return known ? t(known) : entry.what;
}

const VALUES: Readonly<Record<string, Message>> = {
  viewer: 'Viewer',
  reviewer: 'Reviewer',
  annotator: 'Annotator',
  owner: 'Owner',
  cancelled: 'stopped',
  failed: 'failed',
};

/** What it was about: the objects by name, the frames, a role: "Cup, Hand · frames 3 to 40". */
export function aboutText(
  entry: Pick<Entry, 'objects' | 'value'>,
  names: ReadonlyMap<number, string>,
): string {
  const objects = entry.objects.map(
    ({ objectId }) => names.get(objectId) ?? t('object {id}', { id: objectId }),
  );
  const shown = objects.slice(0, 3).join(', ') + (objects.length > 3 ? ' …' : '');
  const frames = framesText(entry.objects);
  const value = VALUES[entry.value ?? ''];
  return [shown, frames, value && t(value)].filter(Boolean).join(' · ');
}

function framesText(objects: Entry['objects']): string {
  const firsts = objects.flatMap(({ firstFrame }) => (firstFrame === null ? [] : [firstFrame]));
  const lasts = objects.flatMap(({ lastFrame }) => (lastFrame === null ? [] : [lastFrame]));
  if (firsts.length === 0) return '';
  const [first, last] = [Math.min(...firsts), Math.max(...lasts)];
  if (first === last) return t('frame {frame}', { frame: first });
  return t('frames {first} to {last}', { first, last });
}
