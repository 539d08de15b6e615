"""Which frames a tracked object looks at: integer arithmetic over frame indices, without tensors.

Source of the rules: SAM 2's memory bank as the official video predictor runs it in evaluation.
"past" always means "already visited in the direction of tracking": smaller frame indices when
tracking forward, larger ones in reverse.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable
from dataclasses import dataclass

from sam2.utils.closest import closest_conditioning


@dataclass(frozen=True)
class BankRules:
    """How a model reads its memory bank. The defaults are those of every released checkpoint."""

    num_maskmem: int = 7
    """Slots for spatial memories: conditioning frames share one, the others go to the past."""
    max_cond_frames_in_attn: int = -1
    """Conditioning frames looked at, at least 2; -1 for all."""
    stride: int = 1
    """Distance between the past frames, other than the one just before (which is always taken)."""
    max_obj_ptrs: int = 16
    """Length of the pointer window: the frame itself and the `max_obj_ptrs - 1` past ones."""
    use_obj_ptrs: bool = True
    only_past_obj_ptrs: bool = True
    """Leave out the pointers of conditioning frames that lie in the future."""

    def __post_init__(self) -> None:
        if self.max_cond_frames_in_attn != -1 and self.max_cond_frames_in_attn < 2:
            raise ValueError(
                f"max_cond_frames_in_attn is {self.max_cond_frames_in_attn}; use -1 (all) or at least 2"
            )
        if self.stride < 1:
            raise ValueError(f"memory_temporal_stride_for_eval is {self.stride}; it must be at least 1")

    @property
    def window(self) -> int:
        """How far back, in frames, `select` can reach for a frame that is not a conditioning frame."""
        pointers = self.max_obj_ptrs - 1 if self.use_obj_ptrs else 0
        memories = self.stride * (self.num_maskmem - 2) + 1 if self.num_maskmem >= 2 else 0
        return max(pointers, memories)


@dataclass(frozen=True)
class BankSelection:
    """What one frame looks at. Which frames, not their tensors."""

    memories: tuple[tuple[int, int], ...]
    """(frame_idx, slot) in the order in which they are concatenated. Slot r - 1 is the frame that is
    r steps past, slot num_maskmem - 1 a conditioning frame."""
    pointers: tuple[tuple[int, int], ...]
    """(frame_idx, frames past); negative for a conditioning frame in the future."""
    pointer_span: int
    """What the pointers' distances are divided by: at least 1."""

    @property
    def num_tokens(self) -> tuple[int, int]:
        """Objects for which this is equal can share one batch."""
        return len(self.memories), len(self.pointers)


def select(
    rules: BankRules,
    conditioning: Collection[int],
    tracked: Container[int],
    *,
    frame_idx: int,
    num_frames: int,
    reverse: bool,
) -> BankSelection:
    """The memories and pointers that `frame_idx` looks at.

    `conditioning` and `tracked` are the frames that have a memory. Frames that have none leave no
    gap: the selection is just shorter.
    """
    chosen = closest_conditioning(frame_idx, conditioning, rules.max_cond_frames_in_attn)
    chosen_set = set(chosen)
    sign = -1 if reverse else 1

    def has_memory(t: int) -> bool:
        return t in tracked or (t in conditioning and t not in chosen_set)

    memories = [(t, rules.num_maskmem - 1) for t in chosen] if rules.num_maskmem else []
    for steps in range(rules.num_maskmem - 1, 0, -1):
        t = past_frame(frame_idx, steps, rules.stride, reverse)
        if has_memory(t):
            memories.append((t, steps - 1))

    # Short videos divide by less: the encodings depend on the number of frames, as officially.
    ptr_window = min(num_frames, rules.max_obj_ptrs)
    pointers = []
    if rules.use_obj_ptrs:
        for t in chosen:
            past = (frame_idx - t) * sign
            if past >= 0 or not rules.only_past_obj_ptrs:
                pointers.append((t, past))
        for past in range(1, ptr_window):
            t = frame_idx - past * sign
            if 0 <= t < num_frames and has_memory(t):
                pointers.append((t, past))
    return BankSelection(tuple(memories), tuple(pointers), max(1, ptr_window - 1))


def past_frame(frame_idx: int, steps: int, stride: int, reverse: bool) -> int:
    """The frame that memory slot `steps - 1` wants; it may lie outside the video.

    One step back is the neighbour. Further ones lie on multiples of `stride`, so that the same
    frames serve as memory of several frames in a row.
    """
    if reverse:
        if steps == 1:
            return frame_idx + 1
        return -(-(frame_idx + 2) // stride) * stride + (steps - 2) * stride
    if steps == 1:
        return frame_idx - 1
    return (frame_idx - 2) // stride * stride - (steps - 2) * stride


def frames_out_of_reach(frames: Iterable[int], centres: Collection[int], window: int) -> list[int]:
    """Those of `frames` that are further than `window` from every one of `centres`."""
    return [t for t in frames if all(abs(t - c) > window for c in centres)]
