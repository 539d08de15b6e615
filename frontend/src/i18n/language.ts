import { keep, recall } from '../app/kept';
import { createStore } from '../app/store';
import { learn } from './server/learn';

/** The languages of the interface. A new one is one file with its messages, and a line in `catalogues.ts`. */
export const LANGUAGES = { en: 'English', zh: '中文' } as const;

export type Language = keyof typeof LANGUAGES;

const KEY = 'masklet.language';

export function isLanguage(text: unknown): text is Language {
  return typeof text === 'string' && text in LANGUAGES;
}

/** What was chosen before, else the first of the browser's languages that there is, else English. */
export function firstLanguage(chosen: string | null, wanted: readonly string[]): Language {
  if (isLanguage(chosen)) return chosen;
  for (const tag of wanted) {
    const language = tag.split('-')[0]?.toLowerCase();
    if (isLanguage(language)) return language;
  }
  return 'en';
}

export const language = createStore((_: Language, next: Language) => next, initial());

export async function chooseLanguage(next: Language): Promise<void> {
  await learn(next);
  language.dispatch(next);
  document.documentElement.lang = next;
  keep(KEY, next);
}

function initial(): Language {
  if (typeof document === 'undefined') return 'en';
  const found = firstLanguage(recall(KEY), navigator.languages);
  document.documentElement.lang = found;
  return found;
}
