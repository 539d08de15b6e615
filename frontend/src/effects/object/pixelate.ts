import type { Effect } from '../effect';
import { CELLS } from '../palette';

export const pixelate: Effect = {
  id: 'pixelate',
  label: 'Pixelate',
  // values: the cell's side in video pixels. A cell belongs to the object if its middle does.
  shader: `
vec4 object(vec2 at) {
  float side = u_values.x;
  vec2 middle = (floor(at / side) + 0.5) * side;
  return vec4(coarse(middle, log2(side) - 0.5), max(mask(at), step(0.5, mask(middle))));
}`,
  variants: CELLS,
};
