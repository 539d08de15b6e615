/** A change of a session on its way to the server, as it is kept in the browser: plain data. */
export interface Edit {
  /** The same at every try, so that the server makes it once. */
  readonly key: string;
  /** The page in which it was made: what the same page did before is not new to it. */
  readonly client: string;
  readonly sessionId: string;
  readonly madeMs: number; // since 1970
  readonly turn: number; // of several in the same millisecond
  readonly operation: { readonly name: string; readonly text: string };
  readonly variables: Variables;
  /** Edits that share one are sent in order, each after the answer of the one before. */
  readonly lanes: readonly string[];
  /** What it changes: `prompts/3/17`, `object/3`, `order`. */
  readonly things: readonly string[];
  /** It adds the object that goes by this negative id until it is answered. */
  readonly draftId: number | null;
}

export type Variables = Readonly<Record<string, unknown>> & { readonly seen?: number | null };

/** A lane for what comes after everything that was done before it. */
export const AFTER_ALL = '*';

const OF_OBJECTS: ReadonlySet<string> = new Set(['objectId', 'objectIds', 'remove', 'restore']);

/** The edit with the id that the server gave in place of the draft's. */
export function withNamed(edit: Edit, draftId: number, objectId: number): Edit {
  const named = (value: unknown, isId: boolean): unknown => {
    if (Array.isArray(value)) return value.map((one) => named(one, isId));
    if (typeof value === 'object' && value !== null) return fields(value);
    return isId && value === draftId ? objectId : value;
  };
  const fields = (value: object): object =>
    Object.fromEntries(
      Object.entries(value).map(([name, one]) => [name, named(one, OF_OBJECTS.has(name))]),
    );
  const renamed = (path: string) =>
    path
      .split('/')
      .map((part) => (part === String(draftId) ? String(objectId) : part))
      .join('/');
  return {
    ...edit,
    variables: fields(edit.variables) as Variables,
    lanes: edit.lanes.filter((lane) => lane !== draftLane(draftId)).map(renamed),
    things: edit.things.map(renamed),
  };
}

/** Of a draft and of all that is done to it before it has an id. */
export function draftLane(draftId: number): string {
  return `draft/${draftId}`;
}

/** Random enough to be nobody else's. `crypto.randomUUID` is not there over plain HTTP. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
