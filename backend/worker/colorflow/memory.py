"""What a session remembers of its objects: one record a frame, packed small."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from backend.domain.session import FramePrompt


@dataclass(frozen=True)
class PackedMask:
    """A bool mask as the bits of its bounding box."""

    shape: tuple[int, int]
    box: tuple[int, int, int, int]  # x, y, width, height
    bits: np.ndarray  # uint8

    @classmethod
    def of(cls, mask: np.ndarray) -> PackedMask:
        x, y, w, h = (int(v) for v in cv2.boundingRect(mask.astype(np.uint8)))
        return cls((mask.shape[0], mask.shape[1]), (x, y, w, h), np.packbits(mask[y : y + h, x : x + w]))

    def unpack(self) -> np.ndarray:
        x, y, w, h = self.box
        mask = np.zeros(self.shape, bool)
        mask[y : y + h, x : x + w] = np.unpackbits(self.bits, count=w * h).reshape(h, w)
        return mask

    @property
    def nbytes(self) -> int:
        return self.bits.nbytes + 120


@dataclass(frozen=True)
class PackedShape:
    """A soft mask, 0..1, as the bytes of its bounding box."""

    shape: tuple[int, int]
    box: tuple[int, int, int, int]  # x, y, width, height
    bits: np.ndarray  # uint8, 255 for 1

    @classmethod
    def of(cls, share: np.ndarray) -> PackedShape:
        levels = np.rint(share * 255).astype(np.uint8)
        levels[levels < 32] = 0
        x, y, w, h = (int(v) for v in cv2.boundingRect(levels))
        return cls((share.shape[0], share.shape[1]), (x, y, w, h), levels[y : y + h, x : x + w].ravel())

    def unpack(self) -> np.ndarray:
        x, y, w, h = self.box
        share = np.zeros(self.shape, np.float32)
        share[y : y + h, x : x + w] = self.bits.reshape(h, w) * np.float32(1 / 255)
        return share

    @property
    def nbytes(self) -> int:
        return self.bits.nbytes + 120


@dataclass(frozen=True)
class TrackRecord:
    """An object on one frame, working size. `mask` is what is seen, `shape` what it would be unhidden."""

    mask: PackedMask
    shape: PackedShape
    rivals: PackedMask  # look-alikes elsewhere: not to be mistaken for the object
    velocity: tuple[float, float]  # working pixels a frame, as the video plays
    object_score: float  # logit; <= 0 means lost
    predicted_iou: float

    @property
    def lost(self) -> bool:
        return self.object_score <= 0

    @property
    def nbytes(self) -> int:
        return self.mask.nbytes + self.shape.nbytes + self.rivals.nbytes


@dataclass(frozen=True)
class Keyframe:
    """A prompted frame: the prompts that were answered, the answer at source size, and its record."""

    prompt: FramePrompt
    mask: PackedMask
    record: TrackRecord
    base: PackedMask | None  # what tracking had left here before the first prompt, working size


@dataclass
class ObjectState:
    """One object: its prompted frames, and what tracking left on those near where it was last."""

    keyframes: dict[int, Keyframe] = field(default_factory=dict)
    records: dict[int, TrackRecord] = field(default_factory=dict)

    def record_on(self, frame_idx: int) -> TrackRecord | None:
        keyframe = self.keyframes.get(frame_idx)
        return keyframe.record if keyframe is not None else self.records.get(frame_idx)

    def forget_far_from(self, frame_idx: int, reach: int) -> None:
        """Drop the records of frames that are more than `reach` away; prompted frames stay."""
        for far in [i for i in self.records if abs(i - frame_idx) > reach]:
            del self.records[far]

    @property
    def nbytes(self) -> int:
        total = sum(record.nbytes for record in self.records.values())
        return total + sum(k.mask.nbytes + k.record.nbytes for k in self.keyframes.values())
