import type { Spot } from './view';

/** How two fingers moved since the last time: their middle, and how much farther apart they are. */
export interface Pinch {
  readonly at: Spot;
  readonly dx: number;
  readonly dy: number;
  readonly factor: number;
}

/** Follows the fingers on the stage. One is a pointer like any other; two zoom and move the picture. */
export class Touches {
  private readonly fingers = new Map<number, Spot>();

  get count(): number {
    return this.fingers.size;
  }

  down(id: number, at: Spot): void {
    this.fingers.set(id, at);
  }

  up(id: number): void {
    this.fingers.delete(id);
  }

  /** What a move of one of exactly two fingers means; null with fewer or more. */
  move(id: number, at: Spot): Pinch | null {
    if (!this.fingers.has(id)) return null;
    const before = this.spread();
    this.fingers.set(id, at);
    const after = this.spread();
    if (!before || !after) return null;
    return {
      at: after.middle,
      dx: after.middle.x - before.middle.x,
      dy: after.middle.y - before.middle.y,
      factor: after.distance / Math.max(1, before.distance),
    };
  }

  private spread(): { middle: Spot; distance: number } | null {
    const [a, b, ...more] = this.fingers.values();
    if (!a || !b || more.length > 0) return null;
    return {
      middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 },
      distance: Math.hypot(a.x - b.x, a.y - b.y),
    };
  }
}
