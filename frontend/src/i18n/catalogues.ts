import { zhTracking } from '../tracking/zh';
import type { Language } from './language';
import { zh } from './zh';
import { zhWorkbench } from './zhWorkbench';

/** Every sentence of the interface, by its English text. */
export type Message = keyof typeof zh | keyof typeof zhWorkbench | keyof typeof zhTracking;

/** English is the key itself. The compiler refuses a language in which a message is missing. */
export const CATALOGUES: Readonly<
  Record<Exclude<Language, 'en'>, Readonly<Record<Message, string>>>
> = {
  zh: { ...zh, ...zhWorkbench, ...zhTracking },
};
