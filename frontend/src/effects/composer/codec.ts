import { t } from '../../i18n/t';
import type { Size } from '../../stage/view';

/** How the composed video is encoded; `mux` is what the MP4 calls it. */
export interface VideoCodec {
  readonly config: VideoEncoderConfig;
  readonly mux: 'avc' | 'vp9' | 'av1';
}

const BITS_PER_PIXEL = 0.14;
const LEAST_BITRATE = 1_000_000;

// H.264 first, which everything plays; it takes even sizes only. Levels up to 8192 x 4320.
const CANDIDATES: readonly (readonly [codec: string, mux: VideoCodec['mux']])[] = [
  ['avc1.640028', 'avc'],
  ['avc1.640033', 'avc'],
  ['avc1.64003d', 'avc'],
  ['avc1.42002a', 'avc'],
  ['vp09.00.51.08', 'vp9'],
  ['av01.0.12M.08', 'av1'],
];

/** The first codec that this browser encodes at this size. Throws a sentence where there is none. */
export async function chooseCodec({ width, height }: Size, fps: number): Promise<VideoCodec> {
  const bitrate = Math.max(LEAST_BITRATE, Math.round(width * height * fps * BITS_PER_PIXEL));
  for (const [codec, mux] of CANDIDATES) {
    const config: VideoEncoderConfig = {
      codec,
      width,
      height,
      bitrate,
      framerate: fps,
      latencyMode: 'quality', // the other mode may drop frames
      ...(mux === 'avc' ? { avc: { format: 'avc' } } : {}),
    };
    const answer = await VideoEncoder.isConfigSupported(config).catch(() => null);
    if (answer?.supported) return { config, mux };
  }
  throw new Error(
    t('This browser cannot encode a video of {width} × {height} pixels.', { width, height }),
  );
}
