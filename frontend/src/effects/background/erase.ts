import type { Effect } from '../effect';

export const erase: Effect = {
  id: 'erase',
  label: 'Erase',
  // values: the colour
  shader: `
vec3 background(vec2 at) { return u_values.rgb; }`,
  variants: [
    { label: 'Black', values: [0, 0, 0] },
    { label: 'White', values: [1, 1, 1] },
    { label: 'Green', values: [0, 0.69, 0.25] },
  ],
};
