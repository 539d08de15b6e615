import type { Effect } from '../effect';

export const burst: Effect = {
  id: 'burst',
  label: 'Burst',
  reach: 'frame',
  // values: 1 for white, 1 for a sunburst up to the frame's edge
  shader: `
float rays(vec2 at) {
  vec2 away = at - centre();
  float turn = atan(away.y, away.x) / TURN + 0.02 * u_time;
  vec2 extent = 0.5 * (u_box.zw - u_box.xy);
  float far = length(away) / max(length(extent), 1.0);
  if (u_values.y > 0.5) return smoothstep(0.45, 0.55, abs(fract(turn * 12.0) * 2.0 - 1.0));
  float thin = smoothstep(0.72, 0.86, abs(fract(turn * 24.0) * 2.0 - 1.0));
  float reach = 1.45 + 0.12 * sin(TURN * (0.7 * u_time + floor(turn * 24.0) * 0.37));
  return thin * smoothstep(1.04, 1.1, far) * (1.0 - smoothstep(reach - 0.06, reach, far));
}
vec4 object(vec2 at) {
  float inside = mask(at);
  vec3 light = mix(u_colour, vec3(1.0), u_values.x);
  return vec4(mix(light, video(at), inside), max(inside, 0.92 * rays(at)));
}`,
  variants: [
    { label: 'Rays in its colour', values: [0, 0] },
    { label: 'White rays', values: [1, 0] },
    { label: 'Sunburst in its colour', values: [0, 1] },
    { label: 'White sunburst', values: [1, 1] },
  ],
};
