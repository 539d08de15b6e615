import type { Effect } from '../effect';
import { PALETTE_GLSL, PALETTES } from '../palette';

export const gradient: Effect = {
  id: 'gradient',
  label: 'Gradient',
  shader: `${PALETTE_GLSL}
vec3 background(vec2 at) { return palette(video(at)); }`,
  variants: PALETTES,
};
