import type { Effect } from '../effect';
import { PALETTE_GLSL, PALETTES } from '../palette';

export const gradient: Effect = {
  id: 'gradient',
  label: 'Gradient',
  shader: `${PALETTE_GLSL}
vec4 object(vec2 at) { return vec4(palette(video(at)), mask(at)); }`,
  variants: PALETTES,
};
