import type { Effect } from '../effect';

const BORDER_PX = 3; // on a video of 720 rows

export const overlay: Effect = {
  id: 'overlay',
  label: 'Overlay',
  // values: opacity, border in pixels of a video of 720 rows
  shader: `
float edge(vec2 at, float width) {
  float least = 1.0;
  for (int i = 0; i < 8; i++) {
    float angle = TURN * float(i) / 8.0;
    least = min(least, mask(at + width * vec2(cos(angle), sin(angle))));
  }
  return 1.0 - least;
}
vec4 object(vec2 at) {
  float width = u_values.y * max(1.0, u_size.y / 720.0);
  float border = width > 0.0 ? edge(at, width) : 0.0;
  return vec4(mix(mix(video(at), u_colour, u_values.x), min(vec3(1.0), u_colour + 0.12), border), mask(at));
}`,
  variants: [
    { label: 'Half with border', values: [0.5, BORDER_PX] },
    { label: 'Dense with border', values: [0.75, BORDER_PX] },
    { label: 'Light with border', values: [0.35, BORDER_PX] },
    { label: 'Solid with border', values: [0.95, BORDER_PX] },
    { label: 'Half', values: [0.5, 0] },
    { label: 'Dense', values: [0.75, 0] },
    { label: 'Light', values: [0.35, 0] },
    { label: 'Solid', values: [0.95, 0] },
  ],
};
