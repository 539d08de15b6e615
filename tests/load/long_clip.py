"""A clip of any length whose frames are cheap to draw: a red disc that wanders over speckles, and the number
of each frame."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np

WIDTH, HEIGHT, FPS = 320, 180, 24
RADIUS = 15
RED = (214, 40, 36)


@dataclass(frozen=True)
class LongClip:
    path: Path
    num_frames: int

    @classmethod
    def write(cls, folder: Path, seconds: int) -> LongClip:
        clip = cls(folder / "long.mp4", seconds * FPS)
        with av.open(str(clip.path), "w") as container:
            stream = container.add_stream("libx264", rate=FPS)
            stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
            stream.options = {"preset": "ultrafast", "crf": "26", "g": "48", "threads": "1"}
            for image in clip._images():
                container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
            container.mux(stream.encode(None))
        return clip

    def centre(self, frame_idx: int) -> tuple[int, int]:
        """Of the disc, in pixels."""
        x = WIDTH / 2 + 110 * math.sin(2 * math.pi * frame_idx / 431)
        y = HEIGHT / 2 + 50 * math.sin(2 * math.pi * frame_idx / 277)
        return round(x), round(y)

    def mask(self, frame_idx: int) -> np.ndarray:
        """bool [HEIGHT, WIDTH]: where the disc is."""
        x, y = self.centre(frame_idx)
        rows, columns = np.ogrid[:HEIGHT, :WIDTH]
        return (columns - x) ** 2 + (rows - y) ** 2 <= RADIUS**2

    def _images(self) -> Iterator[np.ndarray]:
        ground = np.random.default_rng(1).integers(70, 100, (HEIGHT // 4, WIDTH // 4, 3), np.uint8)
        ground = cv2.resize(ground, (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST)
        for frame_idx in range(self.num_frames):
            image = ground.copy()
            cv2.circle(image, self.centre(frame_idx), RADIUS, RED, thickness=-1)
            cv2.putText(image, str(frame_idx), (4, 12), cv2.FONT_HERSHEY_PLAIN, 0.8, (235, 235, 235))
            yield image
