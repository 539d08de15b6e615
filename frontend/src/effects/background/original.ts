import type { Effect } from '../effect';

export const original: Effect = {
  id: 'original',
  label: 'Original',
  // values: saturation, brightness
  shader: `
vec3 background(vec2 at) {
  vec3 here = video(at);
  return clamp(mix(vec3(luma(here)), here, u_values.x) * u_values.y, 0.0, 1.0);
}`,
  variants: [
    { label: 'Plain', values: [1, 1] },
    { label: 'Saturated', values: [1.9, 1] },
    { label: 'Darker', values: [1, 0.45] },
  ],
};
