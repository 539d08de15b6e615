const EDIT_S = 12; // after the last touch an object is still being edited; then its lease lapses, in six more

/** Which objects this page is editing: those that it touched a moment ago. */
export class Holding {
  private readonly touchedMs = new Map<number, number>();

  constructor(private readonly nowMs: () => number = () => performance.now()) {}

  touch(objectId: number): void {
    this.touchedMs.set(objectId, this.nowMs());
  }

  drop(objectId: number): void {
    this.touchedMs.delete(objectId);
  }

  /** The latest ones, as many as the server lets a page hold. */
  get ids(): readonly number[] {
    const now = this.nowMs();
    for (const [objectId, touched] of this.touchedMs) {
      if (now - touched > 1000 * EDIT_S) this.touchedMs.delete(objectId);
    }
    return [...this.touchedMs]
      .sort(([, a], [, b]) => b - a)
      .slice(0, 8)
      .map(([objectId]) => objectId);
  }
}
