import type { MaskLayer } from '../stage/drawMasks';
import type { Size } from '../stage/view';
import { chosenFrom, type EffectChoices, objectChoice } from './choices';
import { BACKGROUND_EFFECTS, OBJECT_EFFECTS } from './registry';
import { type EffectLayer, EffectsRenderer } from './renderer';

const LONGEST_PX = 1280; // on the stage; the download has the source's own size

/** What the last drawing was made of: the same again needs no new one. */
interface Drawn {
  readonly frameIdx: number;
  readonly choices: EffectChoices;
  readonly layers: readonly MaskLayer[];
}

/** The effects on the stage. Off, or without WebGL2, it gives back the plain picture. */
export class EffectsPreview {
  private renderer: EffectsRenderer | null | undefined; // undefined: not tried yet
  private drawn: Drawn | null = null;

  constructor(
    private readonly video: Size,
    private readonly invalidate: () => void,
  ) {}

  /** Whether this browser can draw effects; true until it has been tried. */
  get isPossible(): boolean {
    return this.renderer !== null;
  }

  /** The frame with its effects; null where there are none to draw. `picture` null: only what is drawn already. */
  draw(
    picture: CanvasImageSource | null,
    frameIdx: number,
    timeS: number,
    layers: readonly MaskLayer[],
    choices: EffectChoices,
  ): CanvasImageSource | null {
    if (!choices.isOn) return null;
    const renderer = this.started();
    if (!renderer || renderer.isLost) return null;
    const next = { frameIdx, choices, layers };
    if (picture && !isSame(this.drawn, next)) {
      const background = chosenFrom(BACKGROUND_EFFECTS, choices.background);
      renderer.render(picture as TexImageSource, background, effectLayers(layers, choices), timeS);
      this.drawn = next;
    }
    return this.drawn && renderer.canvas;
  }

  /** Draw anew even if nothing seems to have changed: another picture of the same frame came. */
  forget(): void {
    this.drawn = null;
  }

  close(): void {
    this.renderer?.close();
  }

  private started(): EffectsRenderer | null {
    if (this.renderer === undefined) {
      this.renderer = EffectsRenderer.create(this.video, previewSize(this.video), () => {
        this.forget();
        this.invalidate();
      });
    }
    return this.renderer;
  }
}

export function effectLayers(
  layers: readonly Pick<MaskLayer, 'objectId' | 'path' | 'box' | 'colour'>[],
  choices: EffectChoices,
): EffectLayer[] {
  return layers.map(({ objectId, path, box, colour }) => ({
    path,
    box,
    colour,
    chosen: chosenFrom(OBJECT_EFFECTS, objectChoice(choices, objectId)),
  }));
}

export function previewSize({ width, height }: Size): Size {
  const scale = Math.min(1, LONGEST_PX / Math.max(width, height));
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

function isSame(a: Drawn | null, b: Drawn): boolean {
  if (a?.frameIdx !== b.frameIdx || a.choices !== b.choices) return false;
  if (a.layers.length !== b.layers.length) return false;
  return a.layers.every((layer, i) => {
    const other = b.layers[i];
    return layer.path === other?.path && layer.colour === other.colour;
  });
}
