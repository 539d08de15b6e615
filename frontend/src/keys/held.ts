/**
 * Keys that do one thing when pressed alone and another while held: Space plays, or moves the picture under a
 * drag; K pauses, or turns J and L into single steps. What they do alone happens when they are let go.
 */
export class HeldKeys {
  private readonly held = new Map<string, { wasUsed: boolean }>();

  /** True if the key was not down before: keys repeat while they are held. */
  press(key: string): boolean {
    if (this.held.has(key)) return false;
    this.held.set(key, { wasUsed: false });
    return true;
  }

  /** True if nothing was done with it while it was held. */
  release(key: string): boolean {
    const entry = this.held.get(key);
    this.held.delete(key);
    return entry !== undefined && !entry.wasUsed;
  }

  isHeld(key: string): boolean {
    return this.held.has(key);
  }

  /** Whether it is held; if so, letting it go does nothing more. */
  use(key: string): boolean {
    const entry = this.held.get(key);
    if (entry) entry.wasUsed = true;
    return entry !== undefined;
  }

  /** The window lost the focus: releases are not heard any more. */
  forget(): void {
    this.held.clear();
  }
}

/** The keyboard of this page. */
export const heldKeys = new HeldKeys();
