import type { AttributeKind, ClassFields } from '../api/generated';

/** A class while it is edited: choices are one line of text, and names may be empty. */
export interface ClassDraft {
  readonly key: number;
  readonly name: string;
  readonly colour: string;
  readonly attributes: readonly {
    readonly name: string;
    readonly kind: AttributeKind;
    readonly choices: string;
  }[];
}

const COLOURS = ['#4aa8ff', '#58c08a', '#e9a23b', '#f0686c', '#b58cff', '#3fc9c4', '#f285c2'];

export function draftsOf(classes: readonly ClassFields[], firstKey = 1): ClassDraft[] {
  return classes.map((one, i) => ({
    key: firstKey + i,
    name: one.name,
    colour: one.colour,
    attributes: one.attributes.map(({ name, kind, choices }) => ({
      name,
      kind,
      choices: choices.join(', '),
    })),
  }));
}

export function newDraft(drafts: readonly ClassDraft[]): ClassDraft {
  const colour = COLOURS[drafts.length % COLOURS.length] ?? '#4aa8ff';
  return { key: nextKey(drafts), name: '', colour, attributes: [] };
}

/** Classes that came from a file take the place of those with the same names; the others stay. */
export function withImported(
  drafts: readonly ClassDraft[],
  classes: readonly ClassFields[],
): readonly ClassDraft[] {
  const names = new Set(classes.map((one) => one.name));
  const others = drafts.filter((draft) => !names.has(draft.name.trim()));
  return [...others, ...draftsOf(classes, nextKey(drafts))];
}

/** As they are sent; those without a name are left out. */
export function attributesOf({ attributes }: ClassDraft): ClassFields['attributes'] {
  return attributes
    .filter(({ name }) => name.trim() !== '')
    .map(({ name, kind, choices }) => ({
      name: name.trim(),
      kind,
      choices: kind === 'CHOICE' ? parts(choices) : [],
    }));
}

function parts(choices: string): string[] {
  return [...new Set(choices.split(',').map((choice) => choice.trim()))].filter(Boolean);
}

function nextKey(drafts: readonly ClassDraft[]): number {
  return Math.max(0, ...drafts.map((draft) => draft.key)) + 1;
}
