"""What can be evaluated: anything that takes prompts of one object and tracks it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

import numpy as np

from sam2.sam2_video_predictor import SAM2VideoPredictor
from sam2.tracking.frames import FrameSource
from sam2.tracking.prompts import FramePrompts
from sam2.tracking.state import FramePrediction
from sam2.tracking.tracker import VideoTracker

OBJECT = 1


class Segmentation(Protocol):
    """One object of one video."""

    def prompt(self, frame_idx: int, prompts: FramePrompts) -> np.ndarray:
        """Replace the prompts on a frame. The frame's mask, bool [H, W] at video size."""
        ...

    def track(self, frames: range) -> Iterator[tuple[int, np.ndarray]]:
        """Walk these frames, forwards or backwards, from a prompted one: (frame_idx, mask) of each.

        Prompts may be given while the walk rests; what comes after heeds them.
        """
        ...

    def close(self) -> None: ...


class Segmenter(Protocol):
    """A model."""

    def open(self, frames: FrameSource) -> Segmentation: ...


class Sam2Segmenter:
    """SAM 2. Corrections of tracked frames are kept, as in the paper's interactive evaluation; what the
    released predictor does by default computes them away."""

    def __init__(self, predictor: SAM2VideoPredictor, score_thresh: float = 0.0) -> None:
        options = replace(predictor.tracking_options, add_all_frames_to_correct_as_cond=True)
        self._tracker = VideoTracker(predictor, options)
        self._score_thresh = score_thresh

    def open(self, frames: FrameSource) -> Segmentation:
        return _Sam2Segmentation(self._tracker, frames, self._score_thresh)


class _Sam2Segmentation:
    def __init__(self, tracker: VideoTracker, frames: FrameSource, score_thresh: float) -> None:
        self._tracker = tracker
        self._state = tracker.open(frames)
        self._score_thresh = score_thresh

    def prompt(self, frame_idx: int, prompts: FramePrompts) -> np.ndarray:
        return self._mask(self._tracker.prompt(self._state, OBJECT, frame_idx, prompts))

    def track(self, frames: range) -> Iterator[tuple[int, np.ndarray]]:
        for frame_idx in frames:
            self._tracker.commit(self._state)
            prediction = self._tracker.step(self._state, frame_idx, reverse=frames.step < 0)
            yield frame_idx, self._mask(prediction)

    def close(self) -> None:
        self._state.close()

    def _mask(self, prediction: FramePrediction) -> np.ndarray:
        logits = self._tracker.video_logits(self._state, prediction)
        return (logits[0, 0] > self._score_thresh).cpu().numpy()
