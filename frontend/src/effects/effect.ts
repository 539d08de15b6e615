import type { Message } from '../i18n/t';

/** Draws a picture of SPRITE_PX x SPRITE_PX that a shader may read. */
export type Sprite = (context: CanvasRenderingContext2D) => void;

export const SPRITE_PX = 512;

/** One of the ways that an effect comes in. */
export interface Variant {
  readonly label: Message;
  readonly values: readonly number[]; // up to four, as `u_values`
  readonly sprite?: Sprite;
}

/**
 * An effect: a shader and its variants. What the shader may use is in `glsl.ts`; positions are video pixels.
 *
 * A background's shader defines `vec3 background(vec2 at)`, the colour there. An object's defines
 * `vec4 object(vec2 at)`: a colour, and how much it covers what lies below (0..1).
 */
export interface Effect {
  readonly id: string;
  readonly label: Message;
  readonly shader: string;
  readonly variants: readonly Variant[];
  /** An object's: whether it stays near the mask, or may draw anywhere on the frame. */
  readonly reach?: 'mask' | 'frame';
}
