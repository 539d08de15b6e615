import { request } from '../api/client';
import { PreviewPrompt } from '../api/generated';
import { outlineOf } from '../masks/outline';
import { tracePath } from '../masks/outlines';
import { decodeRle } from '../masks/rle';
import { type PromptSet, promptInput } from '../session/prompts';

const REST_MS = 45; // a pointer that moves on is not asked about
const AGAIN_MS = 400; // where the server has to load the engine first

/** What is asked: the mask that these prompts would give. */
export interface Wish {
  readonly objectId: number;
  readonly frameIdx: number;
  readonly set: PromptSet;
}

/**
 * The mask that a click would give, while Shift is held. One question is under way at a time; only the newest of
 * those that wait is asked next, and an answer that nobody waits for any more is dropped.
 */
export class LookAhead {
  path: Path2D | null = null;
  private wish: Wish | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isAsking = false;

  constructor(
    private readonly sessionId: string,
    private readonly videoHeight: number,
    private readonly onChange: () => void,
  ) {}

  want(wish: Wish): void {
    this.wish = wish;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), REST_MS);
  }

  clear(): void {
    clearTimeout(this.timer);
    this.wish = null;
    if (this.path === null) return;
    this.path = null;
    this.onChange();
  }

  private async ask(): Promise<void> {
    const { wish } = this;
    if (!wish || this.isAsking) return;
    this.isAsking = true;
    try {
      const prompt = promptInput(wish.objectId, wish.frameIdx, wish.set);
      const answer = await request(PreviewPrompt, { sessionId: this.sessionId, prompt });
      if (this.wish !== null && answer.previewPrompt) this.show(answer.previewPrompt.counts);
      else if (this.wish === wish) this.timer = setTimeout(() => void this.ask(), AGAIN_MS);
    } catch {
      // a look ahead that fails is no news: the click itself will say what is wrong
    } finally {
      this.isAsking = false;
    }
    if (this.wish !== wish) await this.ask();
  }

  private show(counts: string): void {
    const { coords, ends } = outlineOf(decodeRle(counts, this.videoHeight));
    this.path = tracePath({
      coords: coords as Uint16Array<ArrayBuffer>,
      ends: ends as Uint32Array<ArrayBuffer>,
    });
    this.onChange();
  }
}
