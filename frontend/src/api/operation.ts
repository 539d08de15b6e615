/** A GraphQL operation with the types of what goes in and what comes back. */
export interface Operation<Result, Variables> {
  readonly name: string;
  readonly text: string;
  /** Carries the types only; it never has a value. */
  readonly types?: { readonly result: Result; readonly variables: Variables };
}
