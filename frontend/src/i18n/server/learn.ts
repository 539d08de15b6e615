import type { Language } from '../language';
import { compiled, type Patterns } from './patterns';

type Catalogue = Readonly<Record<string, string>>;

/** Fetched in their language only: whoever reads English needs none. */
const CATALOGUES: Readonly<Record<Exclude<Language, 'en'>, () => Promise<{ default: Catalogue }>>> =
  { zh: () => import('./zh') };

const known = new Map<Language, Patterns>();

/** Have what the server says in this language. Where that cannot be fetched, the server's English shows. */
export async function learn(lang: Language): Promise<void> {
  if (lang === 'en' || known.has(lang)) return;
  try {
    known.set(lang, compiled((await CATALOGUES[lang]()).default));
  } catch {
    // the server is away: asked for again when the language is chosen again
  }
}

export function learned(lang: Language): Patterns | undefined {
  return known.get(lang);
}
