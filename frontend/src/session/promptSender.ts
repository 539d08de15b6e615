import { type PromptKey, type PromptSet, promptKey } from './prompts';

export interface PromptSending {
  /** Resolves to the session's version. */
  send(objectId: number, frameIdx: number, set: PromptSet, seen: number | null): Promise<number>;
  onSettled(objectId: number, frameIdx: number, set: PromptSet, version: number): void;
  onRefused(objectId: number, frameIdx: number, set: PromptSet, thrown: unknown): void;
}

interface Job {
  readonly objectId: number;
  readonly frameIdx: number;
  readonly set: PromptSet;
  readonly seen: number | null; // refuse it if somebody changed these prompts after that version
}

/**
 * Sends prompt sets in order, one at a time for each object and frame. A set is whole, so while one is on its
 * way only the newest of those behind it needs to be sent.
 */
export class PromptSender {
  lastVersion = 0; // of what was answered
  private readonly next = new Map<PromptKey, Job | null>(); // null: one is on its way, none behind it
  private waiting: (() => void)[] = [];

  constructor(private readonly sending: PromptSending) {}

  push(objectId: number, frameIdx: number, set: PromptSet, seen: number | null = null): void {
    const key = promptKey(objectId, frameIdx);
    const job = { objectId, frameIdx, set, seen };
    if (this.next.has(key)) {
      this.next.set(key, job);
      return;
    }
    this.next.set(key, null);
    void this.run(key, job);
  }

  /** Resolves when every set that was pushed has been answered. */
  idle(): Promise<void> {
    if (this.next.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private async run(key: PromptKey, first: Job): Promise<void> {
    for (let job: Job | null = first; job; job = this.take(key)) {
      const { objectId, frameIdx, set, seen } = job;
      try {
        const version = await this.sending.send(objectId, frameIdx, set, seen);
        this.lastVersion = Math.max(this.lastVersion, version);
        this.sending.onSettled(objectId, frameIdx, set, version);
      } catch (thrown) {
        this.sending.onRefused(objectId, frameIdx, set, thrown);
      }
    }
    this.next.delete(key);
    if (this.next.size > 0) return;
    const waiting = this.waiting;
    this.waiting = [];
    for (const resolve of waiting) resolve();
  }

  private take(key: PromptKey): Job | null {
    const job = this.next.get(key) ?? null;
    this.next.set(key, null);
    return job;
  }
}
