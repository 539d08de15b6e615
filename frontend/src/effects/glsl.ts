/** One triangle that covers everything; `v_at` is the place in video pixels, (0, 0) at the top left. */
export const VERTEX = `#version 300 es
uniform vec2 u_size;
out vec2 v_at;
void main() {
  vec2 corner = vec2(float(gl_VertexID == 1) * 4.0, float(gl_VertexID == 2) * 4.0) - 1.0;
  v_at = vec2(corner.x + 1.0, 1.0 - corner.y) * 0.5 * u_size;
  gl_Position = vec4(corner, 0.0, 1.0);
}`;

/** What every effect's shader may use. */
const COMMON = `#version 300 es
precision highp float;
uniform sampler2D u_video;  // with mipmaps
uniform sampler2D u_mask;   // three objects a texture, one a channel
uniform sampler2D u_sprite;
uniform vec3 u_channel;     // which of the three
uniform vec2 u_size;        // of the video, in pixels
uniform vec4 u_box;         // around the object: x0, y0, x1, y1
uniform vec3 u_colour;      // the object's
uniform vec4 u_values;      // the variant's
uniform float u_time;       // seconds since the first frame
in vec2 v_at;
out vec4 o_colour;
const float TURN = 6.28318530718;

vec3 video(vec2 at) { return texture(u_video, at / u_size).rgb; }
// The mean of about 2^level x 2^level pixels.
vec3 coarse(vec2 at, float level) { return textureLod(u_video, at / u_size, level).rgb; }
float mask(vec2 at) { return dot(texture(u_mask, at / u_size).rgb, u_channel); }
// (0, 0) is the sprite's top left, (1, 1) its bottom right; transparent outside.
vec4 sprite(vec2 unit) {
  vec2 inside = step(vec2(0.0), unit) * step(unit, vec2(1.0));
  return texture(u_sprite, unit) * inside.x * inside.y;
}
float luma(vec3 colour) { return dot(colour, vec3(0.2126, 0.7152, 0.0722)); }
vec2 centre() { return 0.5 * (u_box.xy + u_box.zw); }
`;

const BACKGROUND_MAIN = `
void main() { o_colour = vec4(background(v_at), 1.0); }`;

const OBJECT_MAIN = `
uniform float u_cut; // 1: only where the object itself is
void main() {
  o_colour = object(v_at);
  o_colour.a *= mix(1.0, mask(v_at), u_cut);
}`;

export function backgroundProgram(shader: string): string {
  return COMMON + shader + BACKGROUND_MAIN;
}

export function objectProgram(shader: string): string {
  return COMMON + shader + OBJECT_MAIN;
}
