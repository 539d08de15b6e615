import { contextOf } from '../ui/contextOf';
import { SPRITE_PX, type Sprite } from './effect';

const PER_TEXTURE = 3; // masks: one a colour channel
const CHANNEL_COLOURS = ['#f00', '#0f0', '#00f'] as const;

/** Masks as textures, three to each: the outlines are filled again, so no mask is decoded twice. */
export class MaskTextures {
  private readonly textures: WebGLTexture[] = [];
  private readonly canvas: HTMLCanvasElement;
  private readonly context: CanvasRenderingContext2D;

  constructor(
    private readonly gl: WebGL2RenderingContext,
    width: number,
    height: number,
    private readonly scale: number, // texture pixels a video pixel
  ) {
    this.canvas = canvasOf(width, height);
    this.context = contextOf(this.canvas);
  }

  write(paths: readonly Path2D[]): void {
    for (let first = 0; first < paths.length; first += PER_TEXTURE) {
      this.fill(paths.slice(first, first + PER_TEXTURE));
      upload(this.gl, this.texture(first / PER_TEXTURE), this.canvas);
    }
  }

  /** Where the i-th path of the last `write` is. */
  place(i: number): { texture: WebGLTexture; channel: readonly [number, number, number] } {
    const channel = i % PER_TEXTURE;
    return {
      texture: this.texture(Math.floor(i / PER_TEXTURE)),
      channel: [Number(channel === 0), Number(channel === 1), Number(channel === 2)],
    };
  }

  private fill(paths: readonly Path2D[]): void {
    const { context, canvas } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalCompositeOperation = 'source-over';
    context.fillStyle = '#000';
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.globalCompositeOperation = 'lighter';
    context.setTransform(this.scale, 0, 0, this.scale, 0, 0);
    paths.forEach((path, i) => {
      context.fillStyle = CHANNEL_COLOURS[i] ?? '#000';
      context.fill(path, 'evenodd');
    });
  }

  private texture(i: number): WebGLTexture {
    this.textures[i] ??= newTexture(this.gl);
    return this.textures[i];
  }
}

/** Each sprite drawn once. */
export class SpriteTextures {
  private readonly textures = new Map<Sprite, WebGLTexture>();

  constructor(private readonly gl: WebGL2RenderingContext) {}

  get(sprite: Sprite): WebGLTexture {
    let texture = this.textures.get(sprite);
    if (!texture) {
      const canvas = canvasOf(SPRITE_PX, SPRITE_PX);
      sprite(contextOf(canvas));
      texture = newTexture(this.gl);
      upload(this.gl, texture, canvas);
      this.textures.set(sprite, texture);
    }
    return texture;
  }
}

export function newTexture(gl: WebGL2RenderingContext): WebGLTexture {
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
  return texture;
}

export function upload(
  gl: WebGL2RenderingContext,
  texture: WebGLTexture,
  source: TexImageSource,
): void {
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, source);
}

function canvasOf(width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  return canvas;
}
