import { SPRITE_PX, type Sprite } from '../effect';

type Context = Parameters<Sprite>[0];

const INK = '#3a2312';

/** Drawn here and not a font's, so that they look the same on every machine. Units: a square of 100. */
function inUnits(context: Context, draw: () => void): void {
  context.save();
  context.scale(SPRITE_PX / 100, SPRITE_PX / 100);
  context.lineCap = 'round';
  context.lineJoin = 'round';
  draw();
  context.restore();
}

export function drawAngry(context: Context): void {
  inUnits(context, () => {
    disc(context, '#f2683c', '#ffb44a');
    stroke(context, 6, [
      [24, 36, 42, 46],
      [76, 36, 58, 46],
    ]);
    eye(context, 35, 53);
    eye(context, 65, 53);
    arc(context, 50, 84, 16, 1.2 * Math.PI, 1.8 * Math.PI);
  });
}

export function drawHeart(context: Context): void {
  inUnits(context, () => {
    context.beginPath();
    context.moveTo(50, 90);
    context.bezierCurveTo(6, 58, 4, 30, 22, 18);
    context.bezierCurveTo(36, 10, 47, 18, 50, 31);
    context.bezierCurveTo(53, 18, 64, 10, 78, 18);
    context.bezierCurveTo(96, 30, 94, 58, 50, 90);
    context.closePath();
    const shade = context.createLinearGradient(0, 10, 0, 90);
    shade.addColorStop(0, '#ff5d78');
    shade.addColorStop(1, '#d81e4a');
    context.fillStyle = shade;
    context.fill();
    context.beginPath();
    context.ellipse(29, 33, 6, 10, 0.6, 0, 2 * Math.PI);
    context.fillStyle = 'rgb(255 255 255 / 55%)';
    context.fill();
  });
}

export function drawWhistle(context: Context): void {
  inUnits(context, () => {
    disc(context, '#f7b733', '#ffe17a');
    eye(context, 34, 43);
    stroke(context, 5, [[58, 44, 72, 40]]);
    arc(context, 44, 68, 7, 0, 2 * Math.PI);
    context.beginPath();
    context.ellipse(73, 72, 5, 4, -0.4, 0, 2 * Math.PI);
    context.fillStyle = INK;
    context.fill();
    stroke(context, 3, [
      [77, 71, 77, 54],
      [77, 54, 86, 58],
    ]);
  });
}

function disc(context: Context, rim: string, middle: string): void {
  const shade = context.createRadialGradient(42, 36, 8, 50, 50, 46);
  shade.addColorStop(0, middle);
  shade.addColorStop(1, rim);
  context.beginPath();
  context.arc(50, 50, 45, 0, 2 * Math.PI);
  context.fillStyle = shade;
  context.fill();
}

function eye(context: Context, x: number, y: number): void {
  context.beginPath();
  context.ellipse(x, y, 5, 7, 0, 0, 2 * Math.PI);
  context.fillStyle = INK;
  context.fill();
}

function arc(context: Context, x: number, y: number, r: number, from: number, to: number): void {
  context.beginPath();
  context.arc(x, y, r, from, to);
  context.lineWidth = 5;
  context.strokeStyle = INK;
  context.stroke();
}

function stroke(context: Context, width: number, lines: readonly (readonly number[])[]): void {
  context.beginPath();
  for (const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] of lines) {
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
  }
  context.lineWidth = width;
  context.strokeStyle = INK;
  context.stroke();
}
