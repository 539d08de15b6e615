import type { MaskBox } from '../masks/outlines';
import type { Size } from '../stage/view';
import type { Chosen } from './choices';
import { backgroundProgram, objectProgram } from './glsl';
import { type Program, Programs } from './programs';
import { MaskTextures, newTexture, SpriteTextures, upload } from './textures';

/** One object on the frame. */
export interface EffectLayer {
  readonly path: Path2D; // in video pixels
  readonly box: MaskBox;
  readonly colour: string; // #rrggbb
  readonly chosen: Chosen;
}

const NEAR_PX = 40; // how far an effect with the reach of its mask may go beyond it
const [VIDEO_UNIT, MASK_UNIT, SPRITE_UNIT] = [0, 1, 2];

/** The GPU's side of the effects; made anew when the browser takes the context away and gives it back. */
interface Resources {
  readonly programs: Programs;
  readonly sprites: SpriteTextures;
  readonly masks: MaskTextures;
  readonly video: WebGLTexture;
}

/**
 * Draws a frame with its effects: the background's over the whole frame, then one pass for each object. What it
 * drew is in `canvas`, of `size` pixels. The stage and the download share it, so both look the same.
 */
export class EffectsRenderer {
  private resources: Resources;

  private constructor(
    readonly canvas: HTMLCanvasElement,
    private readonly gl: WebGL2RenderingContext,
    private readonly video: Size,
    onRestored: () => void,
  ) {
    this.resources = this.allocate();
    canvas.addEventListener('webglcontextlost', (event) => event.preventDefault());
    canvas.addEventListener('webglcontextrestored', () => {
      this.resources = this.allocate();
      onRestored();
    });
  }

  /** `size`: of the canvas; the video's own or smaller. Null where the browser has no WebGL2. */
  static create(video: Size, size: Size, onRestored: () => void): EffectsRenderer | null {
    const canvas = document.createElement('canvas');
    canvas.width = size.width;
    canvas.height = size.height;
    const gl = canvas.getContext('webgl2', { alpha: false, antialias: false });
    return gl && new EffectsRenderer(canvas, gl, video, onRestored);
  }

  get isLost(): boolean {
    return this.gl.isContextLost();
  }

  render(
    picture: TexImageSource,
    background: Chosen,
    layers: readonly EffectLayer[],
    timeS: number,
  ): void {
    const { gl, resources } = this;
    if (gl.isContextLost()) return;
    gl.activeTexture(gl.TEXTURE0 + VIDEO_UNIT);
    upload(gl, resources.video, picture);
    gl.generateMipmap(gl.TEXTURE_2D);
    gl.activeTexture(gl.TEXTURE0 + MASK_UNIT);
    resources.masks.write(layers.map((layer) => layer.path));
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    gl.disable(gl.SCISSOR_TEST);
    gl.disable(gl.BLEND);
    this.use(backgroundProgram(background.effect.shader), background, timeS);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    gl.enable(gl.BLEND);
    gl.blendFuncSeparate(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA, gl.ZERO, gl.ONE);
    for (const { i, isCut } of passesOf(layers))
      this.passObject(layers[i] as EffectLayer, i, timeS, isCut);
    gl.disable(gl.SCISSOR_TEST);
  }

  close(): void {
    this.gl.getExtension('WEBGL_lose_context')?.loseContext();
  }

  private passObject(layer: EffectLayer, i: number, timeS: number, isCut: boolean): void {
    const { gl, resources } = this;
    const program = this.use(objectProgram(layer.chosen.effect.shader), layer.chosen, timeS);
    const { texture, channel } = resources.masks.place(i);
    gl.activeTexture(gl.TEXTURE0 + MASK_UNIT);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.uniform3f(program.at('u_channel'), ...channel);
    gl.uniform1f(program.at('u_cut'), Number(isCut));
    const { x0, y0, x1, y1 } = layer.box;
    gl.uniform4f(program.at('u_box'), x0, y0, x1, y1);
    gl.uniform3f(program.at('u_colour'), ...rgbOf(layer.colour));
    if (layer.chosen.effect.reach === 'frame') gl.disable(gl.SCISSOR_TEST);
    else this.cutTo(layer.box);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  private cutTo({ x0, y0, x1, y1 }: MaskBox): void {
    const scale = this.canvas.width / this.video.width;
    const left = Math.floor((x0 - NEAR_PX) * scale);
    const top = Math.floor((y0 - NEAR_PX) * scale);
    const width = Math.ceil((x1 - x0 + 2 * NEAR_PX) * scale);
    const height = Math.ceil((y1 - y0 + 2 * NEAR_PX) * scale);
    this.gl.enable(this.gl.SCISSOR_TEST);
    this.gl.scissor(left, this.canvas.height - top - height, width, height);
  }

  private use(fragment: string, { variant }: Chosen, timeS: number): Program {
    const { gl, resources } = this;
    const program = resources.programs.get(fragment);
    // biome-ignore lint/correctness/useHookAtTopLevel: WebGL's method, no hook
    gl.useProgram(program.program);
    gl.uniform1i(program.at('u_video'), VIDEO_UNIT);
    gl.uniform1i(program.at('u_mask'), MASK_UNIT);
    gl.uniform1i(program.at('u_sprite'), SPRITE_UNIT);
    gl.uniform2f(program.at('u_size'), this.video.width, this.video.height);
    gl.uniform1f(program.at('u_time'), timeS);
    const [a = 0, b = 0, c = 0, d = 0] = variant.values;
    gl.uniform4f(program.at('u_values'), a, b, c, d);
    if (variant.sprite) {
      gl.activeTexture(gl.TEXTURE0 + SPRITE_UNIT);
      gl.bindTexture(gl.TEXTURE_2D, resources.sprites.get(variant.sprite));
    }
    return program;
  }

  private allocate(): Resources {
    const { gl, canvas } = this;
    const video = newTexture(gl);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR);
    gl.bindVertexArray(gl.createVertexArray());
    const scale = canvas.width / this.video.width;
    return {
      programs: new Programs(gl),
      sprites: new SpriteTextures(gl),
      masks: new MaskTextures(gl, canvas.width, canvas.height, scale),
      video,
    };
  }
}

/** Draw the i-th object; `isCut`: only where it is itself. */
export interface ObjectPass {
  readonly i: number;
  readonly isCut: boolean;
}

/**
 * Effects that reach over the frame come first, so that they hide no other object; then the objects that have
 * them once more, since their effects may have hidden each other.
 */
export function passesOf(layers: readonly Pick<EffectLayer, 'chosen'>[]): readonly ObjectPass[] {
  const isFar = (i: number) => layers[i]?.chosen.effect.reach === 'frame';
  const all = layers.map((_, i) => i);
  const far = all.filter(isFar);
  return [
    ...far.map((i) => ({ i, isCut: false })),
    ...(far.length > 1 ? far : []).map((i) => ({ i, isCut: true })),
    ...all.filter((i) => !isFar(i)).map((i) => ({ i, isCut: false })),
  ];
}

/** #rrggbb as three numbers in 0..1. */
export function rgbOf(colour: string): [number, number, number] {
  const rgb = Number.parseInt(colour.slice(1), 16) || 0;
  return [(rgb >> 16) / 255, ((rgb >> 8) & 255) / 255, (rgb & 255) / 255];
}
