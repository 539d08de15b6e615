"""What people said of an object's frames, which a walk obeys: absent here, right there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from backend.domain.frames import FrameRange, range_of
from backend.domain.session import ABSENT_SCORE, Propagation
from backend.worker.engine import ObjectMask
from backend.worker.ports import SessionReader
from backend.worker.rebuild import FRAMES_REMEMBERED


@dataclass(frozen=True)
class Supervision:
    """By object id. Verified frames are left out where somebody asked to overwrite them."""

    absent: Mapping[int, tuple[FrameRange, ...]] = field(default_factory=dict)
    verified: Mapping[int, frozenset[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, reader: SessionReader, session_id: str, propagation: Propagation) -> Supervision:
        absent = {tracked.object_id: tracked.absent for tracked in reader.objects(session_id)}
        return cls(absent, {} if propagation.overwrites_verified else reader.verified(session_id))

    def is_absent(self, object_id: int, frame_idx: int) -> bool:
        return range_of(self.absent.get(object_id, ()), frame_idx) is not None

    def is_verified(self, object_id: int, frame_idx: int) -> bool:
        return frame_idx in self.verified.get(object_id, ())

    def is_to_remember(self, object_id: int, frame_idx: int, reverse: bool) -> bool:
        """Is this absent frame near enough to the end of its range, as a walk goes, to be looked back on?
        Of a long absence no engine needs the beginning."""
        stretch = range_of(self.absent.get(object_id, ()), frame_idx)
        if stretch is None:
            return False
        left = frame_idx - stretch.first if reverse else stretch.last - frame_idx
        return left < FRAMES_REMEMBERED


def absent_mask(object_id: int, height: int, width: int) -> ObjectMask:
    """The object is not there: a person said so."""
    return ObjectMask(object_id, np.zeros((height, width), bool), ABSENT_SCORE, 1.0)
