/** What the server answers to a beat. */
export interface Welcome {
  readonly person_id: string;
  readonly others: number;
  readonly every_s: number;
  /** Nobody signs in here: the page may say a name. */
  readonly names_itself: boolean;
}

export interface BeatsNeeds {
  /** Say where this page is now. */
  send(): Promise<Welcome>;
  onWelcome(welcome: Welcome): void;
  /** Does anybody look? Otherwise moves are not worth telling. */
  hasOthers(): boolean;
  /** Is an object held, which has to be said again soon? */
  holds(): boolean;
}

const QUIET_S = 6; // the server forgets a page after three times this
const HOLDING_S = 2; // and what it holds after three times this

/**
 * When to say where this page is: soon after something moves, but no oftener than the server asks for; else now and
 * then. One beat at a time is on its way, so a slow network makes fewer of them.
 */
export class Beats {
  private everyS = 0.25;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private dueMs = Number.POSITIVE_INFINITY;
  private lastMs = Number.NEGATIVE_INFINITY;
  private isOut = false;
  private moved = false;
  private isStopped = true;

  constructor(private readonly needs: BeatsNeeds) {}

  start(): void {
    if (!this.isStopped) return;
    this.isStopped = false;
    this.at(now());
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
    this.dueMs = Number.POSITIVE_INFINITY;
  }

  /** Something moved. */
  readonly changed = (): void => {
    if (!this.needs.hasOthers()) return;
    this.moved = true;
    if (!this.isOut) this.at(this.lastMs + 1000 * this.everyS);
  };

  private at(dueMs: number): void {
    if (this.isStopped || dueMs >= this.dueMs) return;
    clearTimeout(this.timer);
    this.dueMs = dueMs;
    this.timer = setTimeout(() => void this.beat(), Math.max(0, dueMs - now()));
  }

  private async beat(): Promise<void> {
    this.dueMs = Number.POSITIVE_INFINITY;
    this.isOut = true;
    this.moved = false;
    this.lastMs = now();
    try {
      const welcome = await this.needs.send();
      this.everyS = welcome.every_s;
      if (!this.isStopped) this.needs.onWelcome(welcome);
    } catch {
      this.everyS = QUIET_S; // the feed says that the server is away; here it is only asked again later
    }
    this.isOut = false;
    const quietS = this.needs.holds() ? HOLDING_S : QUIET_S;
    this.at(this.lastMs + 1000 * (this.moved ? this.everyS : Math.max(quietS, this.everyS)));
  }
}

function now(): number {
  return performance.now();
}
