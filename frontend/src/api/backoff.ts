const FIRST_S = 0.4;
const LONGEST_S = 8;

/** Seconds to wait before try number `attempt` (0 is the first retry); `jitter` is 0..1. */
export function retryDelayS(attempt: number, jitter: number): number {
  const delay = Math.min(LONGEST_S, FIRST_S * 2 ** attempt);
  return delay * (0.75 + 0.5 * jitter); // spread, so that many browsers do not come back as one
}
