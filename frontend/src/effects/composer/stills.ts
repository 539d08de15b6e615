import { t } from '../../i18n/t';
import type { FrameRange } from '../../playback/range';

const AHEAD = 6; // stills on their way at once

/** The source's frames one after the other, exactly and at its own size, fetched some ahead. */
export async function* stillsOf(
  urlOf: (frameIdx: number) => string,
  { first, last }: FrameRange,
  signal: AbortSignal,
): AsyncGenerator<[frameIdx: number, still: ImageBitmap]> {
  const coming = new Map<number, Promise<ImageBitmap>>();
  const ask = (frameIdx: number) => {
    if (frameIdx > last) return;
    const still = fetchStill(urlOf(frameIdx), signal);
    still.catch(() => {}); // told to whoever waits for this frame, if anyone still does
    coming.set(frameIdx, still);
  };
  for (let i = 0; i < AHEAD; i++) ask(first + i);
  for (let frameIdx = first; frameIdx <= last; frameIdx++) {
    const still = await (coming.get(frameIdx) as Promise<ImageBitmap>);
    coming.delete(frameIdx);
    ask(frameIdx + AHEAD);
    yield [frameIdx, still];
  }
}

async function fetchStill(url: string, signal: AbortSignal): Promise<ImageBitmap> {
  const response = await fetch(url, { signal });
  if (!response.ok)
    throw new Error(
      t('A frame could not be fetched ({status}); try again.', { status: response.status }),
    );
  return createImageBitmap(await response.blob());
}
