import { language } from '../language';
import { learned } from './learn';
import { translated } from './patterns';

/** What the server said, in the language of the interface. */
export function fromServer(said: string): string {
  const patterns = learned(language.get());
  return patterns ? translated(patterns, said) : said;
}
