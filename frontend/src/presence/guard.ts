/** Who is asked before an object is edited, and told afterwards. */
export interface EditGuard {
  /** May it be edited now? If not, says why. */
  mayEdit(objectId: number): boolean;
  /** It was edited a moment ago. */
  edits(objectId: number): void;
  /** Everything is being tracked but what others are editing: says what that is. */
  tracks(): void;
}

/** Nobody else is there. */
export const UNGUARDED: EditGuard = {
  mayEdit: () => true,
  edits: () => undefined,
  tracks: () => undefined,
};
