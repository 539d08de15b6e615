import type { Effect } from '../effect';

export const spotlight: Effect = {
  id: 'spotlight',
  label: 'Spotlight',
  reach: 'frame',
  // values: 1 for a ring, 1 for white, opacity
  shader: `
vec4 object(vec2 at) {
  vec2 extent = 0.5 * (u_box.zw - u_box.xy);
  float radius = 1.12 * max(length(extent), 4.0);
  float far = length(at - centre());
  float soft = max(1.0, 0.015 * radius);
  float disc = 1.0 - smoothstep(radius - soft, radius + soft, far);
  float hole = 1.0 - smoothstep(0.88 * radius - soft, 0.88 * radius + soft, far);
  float lit = u_values.z * (disc - hole * u_values.x);
  float inside = mask(at);
  vec3 light = mix(u_colour, vec3(1.0), u_values.y);
  return vec4(mix(light, video(at), inside), max(inside, lit));
}`,
  variants: [
    { label: 'Disc in its colour', values: [0, 0, 1] },
    { label: 'White disc', values: [0, 1, 1] },
    { label: 'Faint disc', values: [0, 0, 0.45] },
    { label: 'Ring in its colour', values: [1, 0, 1] },
    { label: 'White ring', values: [1, 1, 1] },
    { label: 'Faint ring', values: [1, 0, 0.45] },
  ],
};
