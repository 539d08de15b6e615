import { type Effect, SPRITE_PX, type Sprite } from '../effect';

const WORD = 'MASKLET';
const LINES = ['one click', 'every frame', 'one click', 'every frame', 'one click', 'every frame'];

export const text: Effect = {
  id: 'text',
  label: 'Text',
  // values: 0 comes nearer, 1 runs past
  shader: `
float nearer(vec2 at, float age) {
  vec2 unit = (at - 0.5 * u_size) / (u_size.x * (0.25 + 2.0 * age * age)) + 0.5;
  return sprite(unit).a * smoothstep(0.0, 0.2, age) * smoothstep(1.0, 0.7, age);
}
float running(vec2 at) {
  vec2 unit = at / u_size.y;
  float row = floor(unit.y * 6.0);
  unit.x += (mod(row, 2.0) * 2.0 - 1.0) * 0.12 * u_time + 0.37 * row;
  return sprite(fract(unit)).a;
}
vec3 background(vec2 at) {
  float age = fract(0.35 * u_time);
  float ink = u_values.x > 0.5 ? running(at) : max(nearer(at, age), nearer(at, fract(age + 0.5)));
  return mix(0.35 * video(at), vec3(1.0), 0.92 * ink);
}`,
  variants: [
    { label: 'Zooming word', values: [0], sprite: drawWord },
    { label: 'Running lines', values: [1], sprite: drawLines },
  ],
};

const FONT = '"Inter Variable", system-ui, sans-serif';

function drawWord(context: Parameters<Sprite>[0]): void {
  drawText(context, WORD, SPRITE_PX / 2, 106);
}

function drawLines(context: Parameters<Sprite>[0]): void {
  const step = SPRITE_PX / LINES.length;
  LINES.forEach((line, i) => {
    drawText(context, line, (i + 0.5) * step, 72);
  });
}

function drawText(context: Parameters<Sprite>[0], words: string, y: number, px: number): void {
  context.font = `800 ${px}px ${FONT}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillStyle = '#fff';
  context.fillText(words, SPRITE_PX / 2, y, SPRITE_PX - 24);
}
