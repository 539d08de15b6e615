"""The inference state of one video: its frames, its objects and what is remembered of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from operator import index

import torch
from torch import Tensor

from sam2.modeling.types import ImageFeatures
from sam2.tracking.frames import FrameSource
from sam2.tracking.memory import FrameMemory, MemoryBank
from sam2.tracking.official_view import OfficialView
from sam2.tracking.prefetch import FrameReader
from sam2.tracking.prompts import FramePrompts, ObjectId
from sam2.tracking.spill import MemorySpill


@dataclass(frozen=True, eq=False)
class FreshPrediction:
    """What a prompt gave, before `commit` takes it into the memory bank."""

    memory: FrameMemory
    is_conditioning: bool


@dataclass(eq=False)
class TrackedObject:
    """One object: what it was shown by, and what is remembered of it."""

    obj_id: ObjectId
    bank: MemoryBank
    prompts: dict[int, FramePrompts] = field(default_factory=dict)
    fresh: dict[int, FreshPrediction] = field(default_factory=dict)
    visited: dict[int, bool] = field(default_factory=dict)
    """Frames that a propagation went over, and whether it ran in reverse. A prompt on any other
    frame makes a conditioning frame."""

    def copied(self, spill: MemorySpill | None) -> TrackedObject:
        """An object of its own with the same memories."""
        return TrackedObject(
            self.obj_id, self.bank.copied(spill), dict(self.prompts), dict(self.fresh), dict(self.visited)
        )

    def on_frame(self, frame_idx: int) -> FrameMemory | None:
        """The latest that is known of the object there: the prompt's prediction, else the bank's."""
        fresh = self.fresh.get(frame_idx)
        return fresh.memory if fresh is not None else self.bank.get(frame_idx)


@dataclass(frozen=True, eq=False)
class FramePrediction:
    """Masks of N objects on one frame, at the model's low resolution."""

    frame_idx: int
    obj_ids: tuple[ObjectId, ...]
    low_res_logits_N1HW: Tensor
    """[N, 1, S/4, S/4] float32, > 0 inside; all -1024 where nothing is known of the object here."""
    object_score_logits_N: Tensor
    """[N]: > 0 means the object is in the frame."""
    predicted_ious_N: Tensor
    """[N] 0..1."""


@dataclass(eq=False)
class VideoState(OfficialView):
    """One video being tracked. Change it through `VideoTracker`; read it freely.

    It can also be read like the official inference state, by string keys (`OfficialView`).
    Not thread-safe: one call at a time.
    """

    frames: FrameSource
    reader: FrameReader
    device: torch.device
    storage_device: torch.device
    """Where memories are kept: the CPU with `offload_state_to_cpu`."""
    spill: MemorySpill | None
    objects: dict[ObjectId, TrackedObject] = field(default_factory=dict)
    encoded: tuple[int, ImageFeatures] | None = None
    """The frame that was encoded last, and its features."""

    @property
    def num_frames(self) -> int:
        return self.frames.num_frames

    @property
    def obj_ids(self) -> list[ObjectId]:
        """In the order in which they were added."""
        return list(self.objects)

    def check_frame_idx(self, frame_idx: int) -> int:
        """The index as an int; ValueError if there is no such frame."""
        try:
            idx = index(frame_idx)
        except TypeError as error:
            raise ValueError(f"frame_idx {frame_idx!r} is no whole number; frames count from 0") from error
        if not 0 <= idx < self.num_frames:
            raise ValueError(f"frame_idx {idx} is outside 0..{self.num_frames - 1}")
        return idx

    def find(self, obj_ids: Iterable[ObjectId] | None = None) -> list[TrackedObject]:
        """These objects, or all; ValueError if there is no such object."""
        if obj_ids is None:
            return list(self.objects.values())
        found = []
        for obj_id in obj_ids:
            if obj_id not in self.objects:
                raise ValueError(f"there is no object {obj_id!r}; the object ids are {self.obj_ids}")
            found.append(self.objects[obj_id])
        return found

    def new_object(self, obj_id: ObjectId) -> TrackedObject:
        """An object that is not part of the state yet."""
        return TrackedObject(obj_id, MemoryBank(self.spill, self.storage_device))

    def conditioning_frames(self) -> list[int]:
        """Frames that are a conditioning frame of any object, or will be after `commit`; sorted."""
        frames = set()
        for obj in self.objects.values():
            frames.update(obj.bank.conditioning)
            frames.update(t for t, fresh in obj.fresh.items() if fresh.is_conditioning)
        return sorted(frames)

    def __deepcopy__(self, memo: object) -> VideoState:
        """`copy.deepcopy`: a state that goes its own way over the same frames. It keeps what leaves RAM in a
        temporary folder of its own."""
        spill = None if self.spill is None else MemorySpill(None, self.spill.max_bytes)
        objects = {obj_id: obj.copied(spill) for obj_id, obj in self.objects.items()}
        reader = FrameReader(self.frames, self.reader.size)
        return replace(self, reader=reader, spill=spill, objects=objects)

    def nbytes(self) -> int:
        """Bytes of memories and features that are held in RAM or on the device."""
        features = [] if self.encoded is None else [self.encoded[1].embed_BCHW, *self.encoded[1].high_res]
        fresh = [f.memory.nbytes() for obj in self.objects.values() for f in obj.fresh.values()]
        banks = [obj.bank.nbytes() for obj in self.objects.values()]
        return sum(t.nbytes for t in features) + sum(fresh) + sum(banks)

    def close(self) -> None:
        """End the decoding thread and delete temporary files. The state is of no use afterwards."""
        self.reader.close()
        self.objects.clear()
        self.encoded = None
        if self.spill is not None:
            self.spill.close()
