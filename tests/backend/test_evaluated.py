"""The service's engines under the field's measures."""

from __future__ import annotations

import numpy as np

from backend.worker.evaluated import colorflow
from sam2.evaluation.protocols import FirstPrompt, clicks_needed, semi_supervised, semi_supervised_score
from sam2.tracking.frames import InMemoryFrames
from tests.sam2.moving_shapes import disc

SIZE, NUM_FRAMES = 160, 6


def true_disc(frame_idx: int) -> np.ndarray:
    return disc(50 + 5 * frame_idx, 80, 28, SIZE)


class RedDisc:
    """A clip of one object, and its truth."""

    name = "disc"
    object_id = 1
    annotated = range(NUM_FRAMES)
    mask = staticmethod(true_disc)

    def __init__(self):
        pictures = []
        for frame_idx in range(NUM_FRAMES):
            picture = np.full((SIZE, SIZE, 3), (60, 90, 70), np.uint8)
            picture[true_disc(frame_idx)] = (220, 40, 40)
            pictures.append(picture)
        self.frames = InMemoryFrames(pictures)

    def frame_name(self, frame_idx):
        return str(frame_idx)


def test_colorflow_is_scored_as_sam2_is():
    clip = RedDisc()
    for kind in ("mask", "box", "1"):
        masks = semi_supervised(colorflow(), clip, clip, FirstPrompt(kind))
        score = semi_supervised_score(clip, clip, masks)
        assert score.j.mean > 0.9 and len(score.frames) == NUM_FRAMES - 2, kind
    needed = clicks_needed(colorflow(), clip.frames.read(0), true_disc(0))
    assert needed.noc(0.85) == 1
