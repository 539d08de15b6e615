import type { Effect } from '../effect';

export const erase: Effect = {
  id: 'erase',
  label: 'Erase',
  // values: the colour
  shader: `
vec4 object(vec2 at) { return vec4(u_values.rgb, mask(at)); }`,
  variants: [
    { label: 'White', values: [1, 1, 1] },
    { label: 'Black', values: [0, 0, 0] },
    { label: 'Green', values: [0, 0.69, 0.25] },
  ],
};
