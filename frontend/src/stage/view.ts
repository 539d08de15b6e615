/** How video pixels lie on the stage: `stage = offset + scale * video`, in CSS pixels. */
export interface View {
  readonly scale: number;
  readonly offsetX: number;
  readonly offsetY: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A part of the stage, from its top to its bottom, in CSS pixels. */
export interface Area extends Size {
  readonly left: number;
}

export interface Spot {
  readonly x: number;
  readonly y: number;
}

const LARGEST_SCALE = 32; // CSS pixels a video pixel

/** The whole video, as large as fits and in the middle, with room around it. */
export function letterbox(video: Size, stage: Size, margin: number): View {
  const width = Math.max(1, stage.width - 2 * margin);
  const height = Math.max(1, stage.height - 2 * margin);
  const scale = Math.min(width / video.width, height / video.height);
  return {
    scale,
    offsetX: (stage.width - scale * video.width) / 2,
    offsetY: (stage.height - scale * video.height) / 2,
  };
}

export function toVideo(view: View, spot: Spot): Spot {
  return { x: (spot.x - view.offsetX) / view.scale, y: (spot.y - view.offsetY) / view.scale };
}

export function toStage(view: View, spot: Spot): Spot {
  return { x: view.offsetX + view.scale * spot.x, y: view.offsetY + view.scale * spot.y };
}

export function isInside(video: Size, { x, y }: Spot): boolean {
  return x >= 0 && y >= 0 && x < video.width && y < video.height;
}

export function clampInto(video: Size, { x, y }: Spot): Spot {
  return {
    x: Math.min(video.width, Math.max(0, x)),
    y: Math.min(video.height, Math.max(0, y)),
  };
}

/** Zoom by a factor; the video pixel under `at` stays there. Never smaller than `whole`. */
export function zoom(view: View, factor: number, at: Spot, whole: View): View {
  const largest = Math.max(LARGEST_SCALE, whole.scale); // of a video of few pixels, the whole may be larger
  const scale = Math.min(largest, Math.max(whole.scale, view.scale * factor));
  if (scale === whole.scale) return whole;
  const ratio = scale / view.scale;
  return {
    scale,
    offsetX: at.x - ratio * (at.x - view.offsetX),
    offsetY: at.y - ratio * (at.y - view.offsetY),
  };
}

/** Move the video, but keep some of it in the middle of the stage. */
export function pan(view: View, dx: number, dy: number, video: Size, stage: Size): View {
  const keep = (offset: number, length: number, room: number) =>
    Math.min(room / 2, Math.max(room / 2 - length, offset));
  return {
    scale: view.scale,
    offsetX: keep(view.offsetX + dx, view.scale * video.width, stage.width),
    offsetY: keep(view.offsetY + dy, view.scale * video.height, stage.height),
  };
}
