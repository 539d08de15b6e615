import type { Effect } from '../effect';

export const original: Effect = {
  id: 'original',
  label: 'Original',
  // values: contrast, how much sepia
  shader: `
vec4 object(vec2 at) {
  vec3 here = clamp((video(at) - 0.5) * u_values.x + 0.5, 0.0, 1.0);
  vec3 brown = min(vec3(1.0), luma(here) * vec3(1.18, 0.98, 0.74));
  return vec4(mix(here, brown, u_values.y), mask(at));
}`,
  variants: [
    { label: 'Plain', values: [1, 0] },
    { label: 'High contrast', values: [1.6, 0] },
    { label: 'Low contrast', values: [0.75, 0] },
    { label: 'Sepia', values: [1, 1] },
  ],
};
