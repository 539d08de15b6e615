"""What is remembered of a tracked object, and for how long."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

import torch
from torch import Tensor

from sam2.tracking.selection import BankRules, BankSelection, frames_out_of_reach, select
from sam2.tracking.spill import MemorySpill


@dataclass(frozen=True, eq=False)
class FrameMemory:
    """One object on one frame. S is the model's input size."""

    low_res_logits_1HW: Tensor
    """[1, S/4, S/4] float32, > 0 inside, small holes filled."""
    object_score_logit_1: Tensor
    """[1]: > 0 means the object is in the frame."""
    predicted_iou_1: Tensor
    """[1] 0..1, the model's own estimate."""
    obj_ptr_C: Tensor
    """[256] the object pointer."""
    maskmem_CHW: Tensor | None = None
    """[64, S/16, S/16] bfloat16 spatial memory; None until the prompt behind it is committed."""

    def to(self, device: torch.device) -> FrameMemory:
        return FrameMemory(**{name: t.to(device, non_blocking=True) for name, t in self.tensors().items()})

    def tensors(self) -> dict[str, Tensor]:
        """The tensors that are there, by field name."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value is not None}

    def nbytes(self) -> int:
        return sum(t.nbytes for t in self.tensors().values())


@dataclass(frozen=True, slots=True)
class Held:
    """Where a frame's memory is: in RAM, in a record of the spill, or in both."""

    memory: FrameMemory | None
    record: int | None = None


@dataclass(frozen=True)
class RecordedFrames:
    """The record of each frame of a bank, by frame_idx."""

    conditioning: dict[int, int]
    tracked: dict[int, int]


class MemoryBank:
    """The memories of one object, by frame.

    `conditioning` frames are those that a prompt made, `tracked` ones those that tracking visited;
    no frame is in both. Conditioning memories stay in RAM. Of the tracked ones only those stay that
    the next frames can look at (`trim`): the others go to the spill, and come back from it by
    themselves when a later correction, or a propagation elsewhere, looks at them.
    """

    def __init__(self, spill: MemorySpill | None, device: torch.device):
        self.spill = spill
        self.device = device
        self.conditioning: dict[int, Held] = {}
        self._tracked: dict[int, Held] = {}
        self._resident: set[int] = set()  # tracked frames whose memory is in RAM

    @property
    def tracked(self) -> Iterable[int]:
        """The tracked frames that have a memory, in the order in which they were stored."""
        return [t for t in self._tracked if self._is_alive(t)]

    def put_conditioning(self, frame_idx: int, memory: FrameMemory) -> None:
        self.forget_tracked(frame_idx)
        self._release(self.conditioning.get(frame_idx))
        self.conditioning[frame_idx] = Held(memory)

    def put_tracked(self, frame_idx: int, memory: FrameMemory) -> None:
        if frame_idx in self.conditioning:
            raise ValueError(f"frame {frame_idx} is a conditioning frame already")
        self._release(self._tracked.get(frame_idx))
        self._tracked[frame_idx] = Held(memory)
        self._resident.add(frame_idx)

    def downgrade(self, frame_idx: int) -> bool:
        """Make a conditioning frame a tracked one; False if it is none."""
        held = self.conditioning.pop(frame_idx, None)
        if held is None:
            return False
        self._tracked[frame_idx] = held
        if held.memory is not None:
            self._resident.add(frame_idx)
        return True

    def forget_tracked(self, frame_idx: int) -> None:
        self._release(self._tracked.pop(frame_idx, None))
        self._resident.discard(frame_idx)

    def clear(self) -> None:
        for held in (*self.conditioning.values(), *self._tracked.values()):
            self._release(held)
        self.conditioning.clear()
        self._tracked.clear()
        self._resident.clear()

    def get(self, frame_idx: int) -> FrameMemory | None:
        """The memory of a frame, read back from the spill if need be; None if there is none."""
        if (held := self.conditioning.get(frame_idx)) is not None:
            return held.memory
        if frame_idx not in self._tracked or not self._is_alive(frame_idx):
            return None
        held = self._tracked[frame_idx]
        if held.memory is None:
            self._tracked[frame_idx] = held = self._read_back(held)
            self._resident.add(frame_idx)
        return held.memory

    def select(self, rules: BankRules, *, frame_idx: int, num_frames: int, reverse: bool) -> BankSelection:
        """Which memories `frame_idx` looks at. Changes and reads nothing."""
        return select(
            rules,
            self.conditioning,
            _Alive(self),
            frame_idx=frame_idx,
            num_frames=num_frames,
            reverse=reverse,
        )

    def trim(self, playhead: int, window: int) -> None:
        """Keep in RAM only tracked memories within `window` frames of the playhead.

        Without a spill a memory that leaves is gone. Then the surroundings of conditioning frames
        stay too, because tracking usually starts there, in both directions.
        """
        centres = [playhead] if self.spill is not None else [playhead, *self.conditioning]
        for frame_idx in frames_out_of_reach(self._resident, centres, window):
            if self.spill is None:
                del self._tracked[frame_idx]
            else:
                held = self._recorded(self._tracked[frame_idx])
                self._tracked[frame_idx] = replace(held, memory=None)
            self._resident.discard(frame_idx)

    def copied(self, spill: MemorySpill | None) -> MemoryBank:
        """The same memories in a bank of its own. What is in RAM is shared, since it never changes; records
        are copied into `spill`."""
        bank = MemoryBank(spill, self.device)
        bank.conditioning = {t: Held(held.memory) for t, held in self.conditioning.items()}
        for t in self.tracked:
            held = self._tracked[t]
            bank._tracked[t] = Held(held.memory, None if held.memory else spill.take(self.spill, held.record))
        bank._resident = set(self._resident)
        return bank

    def nbytes(self) -> int:
        """Bytes in RAM."""
        resident = [self._tracked[t] for t in self._resident]
        return sum(held.memory.nbytes() for held in (*self.conditioning.values(), *resident) if held.memory)

    # What saving and loading need.

    def record_all(self, spill: MemorySpill) -> RecordedFrames:
        """Have a record of every frame in `spill`: this bank's own one, or one to copy everything to."""
        kinds = []
        for frames in (self.conditioning, self._tracked):
            alive = [t for t in frames if frames is self.conditioning or self._is_alive(t)]
            if spill is self.spill:
                for t in alive:
                    frames[t] = self._recorded(frames[t])
                kinds.append({t: frames[t].record for t in alive})
            else:
                kinds.append({t: self._copied(frames[t], spill) for t in alive})
        recorded = RecordedFrames(*kinds)
        for record in recorded.conditioning.values():
            spill.keep(record)
        return recorded

    def adopt(self, recorded: RecordedFrames) -> None:
        """Take over records that the spill holds already. Conditioning memories are read at once."""
        self.conditioning = {t: self._read_back(Held(None, r)) for t, r in recorded.conditioning.items()}
        for record in recorded.conditioning.values():
            self.spill.keep(record)
        self._tracked = {t: Held(None, r) for t, r in recorded.tracked.items()}

    def _copied(self, held: Held, spill: MemorySpill) -> int:
        if held.memory is None:
            return spill.take(self.spill, held.record)
        return spill.put(held.memory.tensors())

    def _is_alive(self, frame_idx: int) -> bool:
        """The spill drops its oldest records when it is full; those frames have no memory any more."""
        held = self._tracked.get(frame_idx)
        return held is not None and (held.memory is not None or held.record in self.spill)

    def _recorded(self, held: Held) -> Held:
        if held.memory is None or (held.record is not None and held.record in self.spill):
            return held
        return replace(held, record=self.spill.put(held.memory.tensors()))

    def _read_back(self, held: Held) -> Held:
        return replace(held, memory=FrameMemory(**self.spill.get(held.record)).to(self.device))

    def _release(self, held: Held | None) -> None:
        if held is not None and held.record is not None:
            self.spill.forget(held.record)


class _Alive:
    """`in`: has a tracked memory. A view, so that selecting a frame costs no walk over all frames."""

    def __init__(self, bank: MemoryBank):
        self._bank = bank

    def __contains__(self, frame_idx: int) -> bool:
        return self._bank._is_alive(frame_idx)
