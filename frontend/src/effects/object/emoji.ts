import type { Effect } from '../effect';
import { drawAngry, drawHeart, drawWhistle } from './faces';

export const emoji: Effect = {
  id: 'emoji',
  label: 'Emoji',
  reach: 'frame',
  // values: 1 where it is cut to the object's shape, 0 where it is stuck on
  shader: `
vec4 object(vec2 at) {
  vec2 extent = u_box.zw - u_box.xy;
  float side = max(extent.x, extent.y) * mix(1.1, 1.5, u_values.x);
  vec4 face = sprite((at - centre()) / max(side, 1.0) + 0.5);
  float inside = mask(at);
  vec3 ground = mix(video(at), face.rgb, face.a);
  return u_values.x > 0.5 ? vec4(ground, inside) : vec4(ground, max(face.a, inside));
}`,
  variants: [
    { label: 'Angry, cut to shape', values: [1], sprite: drawAngry },
    { label: 'Heart, cut to shape', values: [1], sprite: drawHeart },
    { label: 'Whistle, cut to shape', values: [1], sprite: drawWhistle },
    { label: 'Angry sticker', values: [0], sprite: drawAngry },
    { label: 'Heart sticker', values: [0], sprite: drawHeart },
    { label: 'Whistle sticker', values: [0], sprite: drawWhistle },
  ],
};
