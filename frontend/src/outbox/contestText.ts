import type { Present } from '../api/errors';
import { t } from '../i18n/t';
import { type Contest, removedIn } from './contests';

/** What became of the edit, in a sentence. `nameOf` gives what an object is called. */
export function contestText(
  { present, sentence }: Contest,
  nameOf: (objectId: number) => string | undefined,
): string {
  if (!present)
    return t('This had to wait for the connection and was then refused: {reason}', {
      reason: sentence,
    });
  return presentText(present, nameOf);
}

/** What somebody else did in the meantime. */
export function presentText(
  present: Present,
  nameOf: (objectId: number) => string | undefined,
): string {
  const { by, objectId, frameIdx } = present;
  const object = (objectId !== null && nameOf(objectId)) || present.object?.name || t('an object');
  const values = { name: by ?? '', object, frame: frameIdx ?? 0 };
  const kind = removedIn(present) === null ? present.kind : 'REMOVED';
  return by ? t(BY[kind], values) : t(SOMEHOW[kind], values);
}

type Kind = Present['kind'] | 'REMOVED';

const BY = {
  OBJECT: '{name} changed {object} in the meantime.',
  REMOVED: '{name} removed {object} in the meantime.',
  PROMPTS: '{name} changed the clicks on {object} on frame {frame} in the meantime.',
  VERIFIED: '{name} changed the mask of {object} on frame {frame} in the meantime.',
  VERDICT: '{name} decided on the tracked range in the meantime.',
  ORDER: '{name} changed the order of the objects in the meantime.',
  TITLE: '{name} renamed the session in the meantime.',
  CLASSES: '{name} changed the classes in the meantime.',
} as const satisfies Record<Kind, string>;

const SOMEHOW = {
  OBJECT: '{object} was changed in the meantime.',
  REMOVED: '{object} was removed in the meantime.',
  PROMPTS: 'The clicks on {object} on frame {frame} were changed in the meantime.',
  VERIFIED: 'The mask of {object} on frame {frame} was drawn anew in the meantime.',
  VERDICT: 'The tracked range was decided on in the meantime.',
  ORDER: 'The order of the objects was changed in the meantime.',
  TITLE: 'The session was renamed in the meantime.',
  CLASSES: 'The classes were changed in the meantime.',
} as const satisfies Record<Kind, string>;
