"""A small real video, made here: a bright disc that crosses a dark frame."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

FRAMES, HEIGHT, WIDTH, RATE = 12, 72, 96, 25


def write_small_video(path: Path, frames: int = FRAMES, height: int = HEIGHT, width: int = WIDTH) -> Path:
    """H.264 in MP4."""
    y, x = np.ogrid[:height, :width]
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"crf": "12", "preset": "superfast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.time_base = Fraction(1, RATE)
        for i in range(frames):
            image = np.full((height, width, 3), 30, np.uint8)
            image[np.hypot(x - disc_x(i), y - height // 2) <= 12] = (230, 80, 40)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, "rgb24")))
        container.mux(stream.encode())
    return path


def disc_x(frame_idx: int) -> int:
    return 24 + 3 * frame_idx
