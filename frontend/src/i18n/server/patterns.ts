/**
 * Sentences of the server by their English patterns: `{name}` stands for what the server put there, which stays as it
 * is. Under these names it is the server's own words ("Annotation 5", "the box is empty"), and is translated in turn.
 */
const OWN_WORDS: ReadonlySet<string> = new Set(['what', 'which', 'where', 'who', 'why']);
const PLACE = /\{(\w+)\}/g;
const END = /[.。]$/;

export interface Patterns {
  readonly exact: ReadonlyMap<string, string>;
  readonly withValues: readonly Pattern[]; // those with most words of their own first
}

interface Pattern {
  readonly matches: RegExp;
  readonly isSentence: boolean; // else words inside one, without a full stop
  readonly names: readonly string[];
  readonly text: string;
}

export function compiled(catalogue: Readonly<Record<string, string>>): Patterns {
  const exact = new Map<string, string>();
  const found: { own: number; pattern: Pattern }[] = [];
  for (const [english, text] of Object.entries(catalogue)) {
    const names = [...english.matchAll(PLACE)].map(([, name = '']) => name);
    if (names.length === 0) exact.set(english, text);
    else {
      const own = english.replace(PLACE, '').length;
      const isSentence = /\.(?:\{\w+\})?$/.test(english); // one may follow another
      found.push({ own, pattern: { matches: matching(english), isSentence, names, text } });
    }
  }
  found.sort((a, b) => b.own - a.own);
  return { exact, withValues: found.map(({ pattern }) => pattern) };
}

/** What the server said, in the language of the patterns; as it came where none of them is it. */
export function translated(patterns: Patterns, said: string): string {
  return known(patterns, said) ?? said;
}

function known(patterns: Patterns, said: string): string | null {
  const whole = patterns.exact.get(said);
  if (whole !== undefined) return whole;
  for (const { matches, isSentence, names, text } of patterns.withValues) {
    const found = isSentence === said.endsWith('.') && matches.exec(said);
    if (!found) continue;
    const values = new Map(names.map((name, i) => [name, found[i + 1] ?? '']));
    return text.replace(PLACE, (_, name: string) => {
      const value = values.get(name) ?? '';
      return OWN_WORDS.has(name) ? inner(patterns, value) : value;
    });
  }
  return null;
}

/** Words inside a sentence: perhaps a sentence themselves, whose full stop went. */
function inner(patterns: Patterns, words: string): string {
  const bare = words.trim();
  const found = known(patterns, bare);
  if (found !== null) return found;
  const sentence = known(patterns, `${bare}.`);
  return sentence === null ? words : sentence.replace(END, '');
}

function matching(english: string): RegExp {
  const [head = '', ...rest] = english.split(/\{\w+\}/).map(escaped);
  return new RegExp(`^${[head, ...rest].join('(.*?)')}$`, 's');
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
