const AGAIN_S = 3;

/** Where scenes begin, once the server has looked; it does so at the first question. */
export async function fetchCuts(url: string, signal: AbortSignal): Promise<readonly number[]> {
  for (let waitS = AGAIN_S; ; waitS = Math.min(60, 1.5 * waitS)) {
    const response = await fetch(url, { signal });
    if (response.status === 200) return (await response.json()).cuts;
    if (response.status !== 202) return [];
    await new Promise((resolve) => setTimeout(resolve, 1000 * waitS));
    signal.throwIfAborted();
  }
}

/** The scene that a frame belongs to: its first frame. */
export function sceneStart(cuts: readonly number[], frameIdx: number): number {
  return cuts.findLast((cut) => cut <= frameIdx) ?? 0;
}
