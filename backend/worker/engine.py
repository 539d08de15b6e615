"""What the session actor drives: one protocol, several engines (`colorflow`, `sam2`).

An `Engine` is a loaded model. An `EngineSession` is its inference state for one video: a cache,
which can be thrown away at any time and rebuilt from the prompts and masks that the store holds.
Every call is made from the actor's thread, one at a time, so an engine needs no locks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from backend.domain.engines import EngineInfo
from backend.domain.session import FramePrompt
from backend.worker.soft import SoftMask


class FrameSource(Protocol):
    """Random access to a video's frames in presentation order."""

    num_frames: int
    height: int
    width: int

    def read(self, frame_idx: int) -> np.ndarray:
        """uint8 RGB [height, width, 3]; IndexError outside 0..num_frames-1. Do not write into it."""
        ...

    def nbytes(self) -> int:
        """Memory that `close` would free."""
        ...

    def close(self) -> None:
        """Free the decoder. Whoever opened the frames closes them, not the engine."""
        ...


@dataclass(frozen=True)
class ObjectMask:
    """One object's mask on one frame, at source-video size."""

    object_id: int
    mask: np.ndarray  # bool [height, width]
    object_score: float  # a logit, as SAM 2's: > 0 means that the object is on this frame
    predicted_iou: float  # 0..1, the engine's own estimate of the mask's quality
    soft: SoftMask | None = None  # what the mask was cut out of; None: it says no more than the mask


class EngineSession(Protocol):
    """The inference state of one video."""

    def apply(self, prompt: FramePrompt) -> list[ObjectMask]:
        """Replace all prompts of `prompt.object_id` on `prompt.frame_idx` and predict that frame.

        A new object id adds the object. On a frame that was tracked before, this corrects the
        mask that is there, if it is remembered. An empty prompt clears the frame and returns [].
        """
        ...

    def preview(self, prompt: FramePrompt) -> ObjectMask:
        """The mask that `apply` would give for this prompt now. The state stays as it is; what was computed
        of the frame may be kept, so that the next look at it is quick."""
        ...

    def remove_object(self, object_id: int) -> None:
        """Forget the object; unknown ids are ignored."""
        ...

    def step(self, object_ids: Sequence[int], frame_idx: int, reverse: bool) -> list[ObjectMask]:
        """Masks of these objects on this frame, from memory: one step of a propagation.

        The caller walks frame by frame, from a prompted frame outwards. An object that has a
        prompt on this frame gives its prompted mask, unchanged.
        """
        ...

    def remember(self, frame_idx: int, masks: Sequence[ObjectMask]) -> None:
        """Take stored masks back into memory: when a session is rebuilt and `save` left nothing, and where
        a walk or a click goes on from frames that are forgotten.

        On a frame with a prompt the stored mask takes the place of the one that `apply` drew.
        """
        ...

    def remembers(self, object_id: int, frame_idx: int) -> bool:
        """Is this frame of the object still in memory? What tracking left far behind may be forgotten."""
        ...

    def save(self, folder: Path) -> None:
        """Write what `Engine.open(..., saved=folder)` needs to go on with identical results.

        The folder is the same for all of a session's life, so files may be kept there between saves.
        What is right in it is replaced in one step (write `NAME.part`, then `os.replace` it), so
        that a process which dies leaves the last state whole; folders below are the engine's own
        business. Called between other calls, after prompts and every few seconds of tracking. May
        write nothing: then `remember` does the job.
        """
        ...

    def nbytes(self) -> int:
        """Memory that `close` would free, for the actor's budget."""
        ...

    def close(self) -> None: ...


class Engine(Protocol):
    """A loaded model."""

    info: EngineInfo

    def open(self, frames: FrameSource, saved: Path | None = None) -> EngineSession:
        """A session without prompts, or the one that `save` wrote.

        Raises ValueError with a sentence if `saved` does not fit (other weights, cut file): the
        caller then opens without it and rebuilds from the store.
        """
        ...
