"""The service's engines as `sam2.evaluation` sees a model: `--engine backend.worker.evaluated:colorflow`."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from backend.domain.session import BoxPrompt, FramePrompt, PointPrompt
from backend.worker.colorflow.engine import ColorflowEngine
from backend.worker.engine import Engine, EngineSession, FrameSource
from backend.worker.masks import encode_mask
from sam2.evaluation.segmenter import OBJECT, Segmentation, Segmenter
from sam2.tracking.prompts import FramePrompts


def colorflow() -> Segmenter:
    return EngineSegmenter(ColorflowEngine())


class EngineSegmenter:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open(self, frames: FrameSource) -> Segmentation:
        return EngineSegmentation(self._engine.open(frames))


class EngineSegmentation:
    def __init__(self, session: EngineSession) -> None:
        self._session = session

    def prompt(self, frame_idx: int, prompts: FramePrompts) -> np.ndarray:
        (drawn,) = self._session.apply(_stored(frame_idx, prompts))
        return drawn.mask

    def track(self, frames: range) -> Iterator[tuple[int, np.ndarray]]:
        for frame_idx in frames:
            (drawn,) = self._session.step([OBJECT], frame_idx, reverse=frames.step < 0)
            yield frame_idx, drawn.mask

    def close(self) -> None:
        self._session.close()


def _stored(frame_idx: int, prompts: FramePrompts) -> FramePrompt:
    """The same prompts as the store holds them."""
    box = prompts.box
    return FramePrompt(
        OBJECT,
        frame_idx,
        tuple(PointPrompt(point.x, point.y, point.include) for point in prompts.points),
        None if box is None else BoxPrompt(box.x0, box.y0, box.x1 + 1, box.y1 + 1),
        None if prompts.mask is None else encode_mask(np.asarray(prompts.mask.mask) > 0.5),
    )
