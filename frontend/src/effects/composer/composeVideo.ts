import { Muxer } from 'mp4-muxer';
import { t } from '../../i18n/t';
import { outlineOf } from '../../masks/outline';
import { boxOf, tracePath } from '../../masks/outlines';
import { decodeRle } from '../../masks/rle';
import type { FrameTimes } from '../../playback/frameTimes';
import type { FrameRange } from '../../playback/range';
import type { Size } from '../../stage/view';
import { chosenFrom, type EffectChoices } from '../choices';
import { effectLayers } from '../preview';
import { BACKGROUND_EFFECTS } from '../registry';
import { EffectsRenderer } from '../renderer';
import { chooseCodec, type VideoCodec } from './codec';
import { openScratch, type Scratch } from './scratch';
import type { Sound, SoundPacket } from './sound';
import { stillsOf } from './stills';

/** Everything that a composed video is made of. */
export interface Composition {
  readonly size: Size; // of the source
  readonly times: FrameTimes;
  readonly range: FrameRange;
  readonly ticksPerS: number; // the source's clock: every frame begins on a tick
  readonly choices: EffectChoices;
  readonly objects: readonly { readonly objectId: number; readonly colour: string }[];
  readonly sound: Sound | null;
  stillUrl(frameIdx: number): string;
  /** COCO RLE of an object's mask on a frame; undefined where it has none. */
  maskOf(objectId: number, frameIdx: number): Promise<string | undefined>;
}

const KEY_EVERY_S = 2;
const WAITING_FRAMES = 4; // in the encoder's queue

/**
 * Writes the video with its effects as an MP4: each source frame once, at its own time, with the source's sound.
 * `onProgress` hears 0..1. Throws the signal's reason when it is aborted, and keeps nothing then.
 */
export async function composeVideo(
  composition: Composition,
  onProgress: (fraction: number) => void,
  signal: AbortSignal,
): Promise<Blob> {
  const codec = await chooseCodec(composition.size, meanFps(composition));
  const scratch = await openScratch();
  try {
    const muxer = muxerFor(composition, codec, scratch.target);
    await encodeFrames(composition, codec, muxer, onProgress, signal);
    muxer.finalize();
    return await scratch.finish();
  } catch (thrown) {
    await scratch.discard().catch(() => {});
    throw thrown;
  }
}

type Mp4 = ReturnType<typeof muxerFor>;

function muxerFor(
  { size, sound, ticksPerS }: Composition,
  { mux }: VideoCodec,
  target: Scratch['target'],
) {
  return new Muxer({
    target,
    fastStart: false,
    video: { codec: mux, ...size, frameRate: ticksPerS },
    ...(sound && {
      audio: {
        codec: sound.format.codec === 'opus' ? ('opus' as const) : ('aac' as const),
        numberOfChannels: sound.format.channels,
        sampleRate: sound.format.sampleRate,
      },
    }),
  });
}

async function encodeFrames(
  composition: Composition,
  codec: VideoCodec,
  muxer: Mp4,
  onProgress: (fraction: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const { range, times } = composition;
  const canvas = new FrameCanvas(composition);
  const sound = new SoundTrack(composition, muxer);
  let written = 0;
  let failure: Error | null = null;
  const encoder = new VideoEncoder({
    output: (chunk, meta) => {
      muxer.addVideoChunk(chunk, meta);
      written += 1;
    },
    error: (error) => {
      failure = error;
    },
  });
  encoder.configure(codec.config);
  const total = range.last - range.first + 1;
  let keyS = Number.NEGATIVE_INFINITY;
  try {
    for await (const [frameIdx, still] of stillsOf(composition.stillUrl, range, signal)) {
      await canvas.draw(frameIdx, still);
      still.close();
      const startS = times.startS(frameIdx) - times.startS(range.first);
      const isKey = startS - keyS >= KEY_EVERY_S;
      if (isKey) keyS = startS;
      const frame = new VideoFrame(canvas.image, {
        timestamp: Math.round(1e6 * startS),
        duration: Math.round(1e6 * times.durationS(frameIdx)),
      });
      encoder.encode(frame, { keyFrame: isKey });
      frame.close();
      await sound.writeUpTo(startS);
      await drained(encoder, WAITING_FRAMES);
      if (failure) throw failure;
      signal.throwIfAborted();
      onProgress((frameIdx - range.first + 1) / total);
    }
    await encoder.flush();
    await sound.writeUpTo(Number.POSITIVE_INFINITY);
  } finally {
    if (encoder.state !== 'closed') encoder.close();
    canvas.close();
  }
  if (failure) throw failure;
  if (written !== total) throw new Error(t('The browser lost frames while it encoded; try again.'));
}

/** One frame of the composed video, at the source's size. */
class FrameCanvas {
  private readonly renderer: EffectsRenderer;

  constructor(private readonly composition: Composition) {
    const { size } = composition;
    const renderer = EffectsRenderer.create(size, size, () => {});
    if (!renderer) throw new Error(t('This browser has no WebGL2, which effects need.'));
    this.renderer = renderer;
  }

  get image(): HTMLCanvasElement {
    if (this.renderer.isLost) throw new Error(t('The graphics card gave up; try again.'));
    return this.renderer.canvas;
  }

  async draw(frameIdx: number, still: ImageBitmap): Promise<void> {
    const { choices, objects, size, times } = this.composition;
    const masks = await Promise.all(
      objects.map(({ objectId }) => this.composition.maskOf(objectId, frameIdx)),
    );
    const layers = objects.flatMap((object, i) => {
      const counts = masks[i];
      if (counts === undefined) return [];
      const outline = outlineOf(decodeRle(counts, size.height));
      return [{ ...object, path: tracePath(outline), box: boxOf(outline.coords) }];
    });
    const background = chosenFrom(BACKGROUND_EFFECTS, choices.background);
    this.renderer.render(still, background, effectLayers(layers, choices), times.startS(frameIdx));
  }

  close(): void {
    this.renderer.close();
  }
}

/** Puts the sound's packets between the frames, as far as the pictures have come. */
class SoundTrack {
  private next: SoundPacket | null = null;
  private isOver: boolean;
  private isFirst = true;
  private readonly fromUs: number;
  private readonly toUs: number;

  constructor(
    private readonly composition: Composition,
    private readonly muxer: Mp4,
  ) {
    const { range, times, sound } = composition;
    this.fromUs = 1e6 * times.startS(range.first);
    this.toUs = 1e6 * (times.startS(range.last) + times.durationS(range.last));
    this.isOver = sound === null;
  }

  async writeUpTo(timeS: number): Promise<void> {
    while (!this.isOver) {
      this.next ??= await this.read();
      if (!this.next) return;
      const startUs = this.next.startUs - this.fromUs;
      if (startUs > 1e6 * timeS) return;
      if (startUs + this.next.durationUs > 0) this.write(this.next, startUs);
      this.next = null;
    }
  }

  private async read(): Promise<SoundPacket | null> {
    const { value, done } = (await this.composition.sound?.packets.next()) ?? { done: true };
    if (!done && value && value.startUs < this.toUs) return value;
    this.isOver = true;
    return null;
  }

  private write({ data, durationUs }: SoundPacket, startUs: number): void {
    const { sound } = this.composition;
    const meta = this.isFirst && sound ? { decoderConfig: decoderConfig(sound) } : undefined;
    const atUs = this.isFirst ? 0 : Math.round(startUs); // the muxer wants every track to begin at 0
    this.isFirst = false;
    this.muxer.addAudioChunkRaw(data, 'key', atUs, durationUs, meta);
  }
}

function decoderConfig({ format }: Sound): AudioDecoderConfig {
  const { codec, sampleRate, channels, description } = format;
  return { codec, sampleRate, numberOfChannels: channels, description };
}

async function drained(encoder: VideoEncoder, most: number): Promise<void> {
  while (encoder.state === 'configured' && encoder.encodeQueueSize > most) {
    await new Promise((resolve) => {
      encoder.addEventListener('dequeue', resolve, { once: true });
    });
  }
}

function meanFps({ range, times }: Composition): number {
  const spanS = times.startS(range.last) - times.startS(range.first);
  return spanS > 0 ? (range.last - range.first) / spanS : 30;
}
