"""A video with three things that move: small, so that many kills fit into minutes."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

FRAMES, WIDTH, HEIGHT = 36, 320, 240
COLOURS = {1: (225, 60, 50), 2: (40, 90, 220), 3: (60, 180, 80)}
RADIUS = 30


def centre(object_id: int, frame_idx: int) -> tuple[float, float]:
    """Where an object is: inside it, and so a good click."""
    t = frame_idx / (FRAMES - 1)
    return {
        1: (45 + 230 * t, 60 + 10 * math.sin(9 * t)),
        2: (275 - 230 * t, 125.0),
        3: (160 + 90 * math.sin(6 * t), 195.0),
    }[object_id]


def write_clip(path: Path) -> None:
    ground = np.random.default_rng(11).integers(90, 130, (HEIGHT // 8, WIDTH // 8, 3), np.uint8)
    ground = cv2.resize(ground, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(25), options={"crf": "14"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for frame_idx in range(FRAMES):
            picture = ground.copy()
            for object_id, colour in COLOURS.items():
                x, y = centre(object_id, frame_idx)
                cv2.circle(picture, (round(x), round(y)), RADIUS, colour, -1, cv2.LINE_AA)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
