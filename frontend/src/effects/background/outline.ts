import type { Effect } from '../effect';

export const outline: Effect = {
  id: 'outline',
  label: 'Outline',
  // values: the line's colour, and 1 where it takes the video's. A black line stands on white.
  shader: `
float slope(vec2 at) {
  float tl = luma(video(at + vec2(-1, -1))), t = luma(video(at + vec2(0, -1))), tr = luma(video(at + vec2(1, -1)));
  float l = luma(video(at + vec2(-1, 0))), r = luma(video(at + vec2(1, 0)));
  float bl = luma(video(at + vec2(-1, 1))), b = luma(video(at + vec2(0, 1))), br = luma(video(at + vec2(1, 1)));
  return length(vec2(tr + 2.0 * r + br - tl - 2.0 * l - bl, bl + 2.0 * b + br - tl - 2.0 * t - tr));
}
vec3 background(vec2 at) {
  vec3 line = mix(u_values.rgb, min(vec3(1.0), 1.4 * video(at) + 0.15), u_values.w);
  float isDark = 1.0 - step(0.01, dot(u_values, vec4(1.0)));
  return mix(vec3(isDark), line, smoothstep(0.12, 0.5, slope(at)));
}`,
  variants: [
    { label: 'Coloured', values: [0, 0, 0, 1] },
    { label: 'Green', values: [0.1, 1, 0.35, 0] },
    { label: 'White on black', values: [1, 1, 1, 0] },
    { label: 'Black on white', values: [0, 0, 0, 0] },
  ],
};
