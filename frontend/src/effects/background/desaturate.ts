import type { Effect } from '../effect';

export const desaturate: Effect = {
  id: 'desaturate',
  label: 'Desaturate',
  // values: contrast
  shader: `
vec3 background(vec2 at) {
  return vec3(clamp((luma(video(at)) - 0.5) * u_values.x + 0.5, 0.0, 1.0));
}`,
  variants: [
    { label: 'Normal contrast', values: [1] },
    { label: 'High contrast', values: [1.5] },
    { label: 'Low contrast', values: [0.5] },
  ],
};
