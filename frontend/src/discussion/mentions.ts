/** Somebody who can be named in a comment. */
export interface Named {
  readonly id: string;
  readonly name: string;
}

/** A piece of a comment's text; `isName` where it names somebody. */
export interface Piece {
  readonly text: string;
  readonly isName: boolean;
}

const STARTS = /(?:^|[\s(,;:])@([^\s@][^@\n]{0,40}|)$/u;

/** What somebody has begun to write after the last "@" before the caret; null: they name nobody now. */
export function begunName(text: string, caret: number): string | null {
  return STARTS.exec(text.slice(0, caret))?.[1] ?? null;
}

/** The people whose names begin so, or have a word that does. */
export function matching<Person extends Named>(
  people: readonly Person[],
  begun: string,
): readonly Person[] {
  const wanted = begun.toLocaleLowerCase();
  const fits = ({ name }: Named) => {
    const words = name.toLocaleLowerCase();
    return words.startsWith(wanted) || words.split(/\s+/).some((word) => word.startsWith(wanted));
  };
  return people.filter(fits).slice(0, 6);
}

/** The text with the begun name completed, and where the caret is then. */
export function withName(text: string, caret: number, begun: string, name: string) {
  const before = text.slice(0, caret - begun.length);
  const head = `${before}${name} `;
  return { text: head + text.slice(caret), caret: head.length };
}

/** The ids of those whose "@name" is in the text. */
export function namedIn(text: string, people: readonly Named[]): string[] {
  const found = new Set(
    piecesOf(text, people)
      .filter((piece) => piece.isName)
      .map((piece) => piece.text.slice(1)),
  );
  return people.filter((person) => found.has(person.name)).map((person) => person.id);
}

/** The text in pieces, so that names can be shown as such. The longest name counts: "Ana B" before "Ana". */
export function piecesOf(text: string, people: readonly Named[]): readonly Piece[] {
  const names = people.map((person) => `@${person.name}`).sort((a, b) => b.length - a.length);
  const pieces: Piece[] = [];
  let plain = '';
  for (let at = 0; at < text.length; ) {
    const name = names.find((one) => text.startsWith(one, at) && endsWord(text, at + one.length));
    if (name === undefined) {
      plain += text[at];
      at += 1;
      continue;
    }
    if (plain) pieces.push({ text: plain, isName: false });
    plain = '';
    pieces.push({ text: name, isName: true });
    at += name.length;
  }
  return plain ? [...pieces, { text: plain, isName: false }] : pieces;
}

function endsWord(text: string, at: number): boolean {
  return !/[\p{L}\p{N}_]/u.test(text[at] ?? ' ');
}
