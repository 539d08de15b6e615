import { useEffect, useRef } from 'react';
import { outlineOf } from '../masks/outline';
import { tracePath } from '../masks/outlines';
import { decodeRle } from '../masks/rle';
import styles from './ReviewPage.module.css';

interface MaskThumbProps {
  readonly url: string;
  readonly colour: string;
  readonly mask: {
    readonly height: number;
    readonly width: number;
    readonly counts: string;
  } | null;
}

const WIDTH = 192;

/** A small picture of a frame with one object's mask over it. */
export function MaskThumb({ url, colour, mask }: MaskThumbProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!canvas.current || !context || !mask) return;
    const scale = WIDTH / mask.width;
    canvas.current.width = WIDTH;
    canvas.current.height = Math.round(mask.height * scale);
    context.scale(scale, scale);
    const path = tracePath(outlineOf(decodeRle(mask.counts, mask.height)));
    context.fillStyle = colour;
    context.globalAlpha = 0.45;
    context.fill(path, 'evenodd');
    context.globalAlpha = 1;
    context.strokeStyle = colour;
    context.lineWidth = 1.5 / scale;
    context.stroke(path);
  }, [mask, colour]);
  return (
    <span className={styles.thumb}>
      <img src={url} alt="" loading="lazy" />
      <canvas ref={canvas} />
    </span>
  );
}
