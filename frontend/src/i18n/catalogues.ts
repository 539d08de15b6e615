import { zhDiscussion } from '../discussion/zh';
import { zhGallery } from '../gallery/zh';
import { zhOutbox } from '../outbox/zh';
import { zhPresence } from '../presence/zh';
import { zhProjects } from '../projects/zh';
import { zhTeam } from '../team/zh';
import { zhTracking } from '../tracking/zh';
import type { Language } from './language';
import { zh as zhView } from './zh';
import { zhApp } from './zhApp';
import { zhKeys } from './zhKeys';
import { zhWorkbench } from './zhWorkbench';

// Each folder with many sentences keeps its own file of them.
const zh = {
  ...zhView,
  ...zhApp,
  ...zhKeys,
  ...zhTeam,
  ...zhGallery,
  ...zhTracking,
  ...zhDiscussion,
  ...zhPresence,
  ...zhOutbox,
  ...zhProjects,
  ...zhWorkbench,
};

/** Every sentence of the interface, by its English text. */
export type Message = keyof typeof zh;

/** English is the key itself. The compiler refuses a language in which a message is missing. */
export const CATALOGUES: Readonly<
  Record<Exclude<Language, 'en'>, Readonly<Record<Message, string>>>
> = { zh };
