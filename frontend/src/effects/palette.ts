import type { Variant } from './effect';

/** A colour for each brightness: three cosines of their own phase. `u_values`: the phases, and how many turns. */
export const PALETTE_GLSL = `
vec3 palette(vec3 colour) {
  float along = u_values.w * luma(colour) + 0.15 * (colour.r - colour.b);
  return 0.5 + 0.5 * cos(TURN * (along + u_values.xyz));
}`;

export const PALETTES: readonly Variant[] = [
  { label: 'Dusk', values: [0.62, 0.45, 0.22, 0.8] },
  { label: 'Ember', values: [0.5, 0.68, 0.86, 0.55] },
  { label: 'Lagoon', values: [0.95, 0.38, 0.2, 1.1] },
];

export const CELLS: readonly Variant[] = [
  { label: 'Fine', values: [10] },
  { label: 'Medium', values: [20] },
  { label: 'Coarse', values: [30] },
];
