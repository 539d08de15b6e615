import type { Effect } from '../effect';
import { CELLS } from '../palette';

export const pixelate: Effect = {
  id: 'pixelate',
  label: 'Pixelate',
  // values: the cell's side in video pixels
  shader: `
vec3 background(vec2 at) {
  float side = u_values.x;
  return coarse((floor(at / side) + 0.5) * side, log2(side) - 0.5);
}`,
  variants: CELLS,
};
