import { blur } from './background/blur';
import { desaturate } from './background/desaturate';
import { erase as eraseBackground } from './background/erase';
import { gradient as gradientBackground } from './background/gradient';
import { original as originalBackground } from './background/original';
import { outline } from './background/outline';
import { pixelate as pixelateBackground } from './background/pixelate';
import { text } from './background/text';
import type { Effect } from './effect';
import { burst } from './object/burst';
import { emoji } from './object/emoji';
import { erase } from './object/erase';
import { gradient } from './object/gradient';
import { original } from './object/original';
import { overlay } from './object/overlay';
import { pixelate } from './object/pixelate';
import { spotlight } from './object/spotlight';

/** In the order of the panel; the first is what everything begins with. */
export const BACKGROUND_EFFECTS: readonly Effect[] = [
  originalBackground,
  eraseBackground,
  gradientBackground,
  pixelateBackground,
  desaturate,
  text,
  blur,
  outline,
];

export const OBJECT_EFFECTS: readonly Effect[] = [
  overlay,
  original,
  erase,
  gradient,
  pixelate,
  emoji,
  burst,
  spotlight,
];
