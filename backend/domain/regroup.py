"""Merge objects into one, and split one in two: which prompts and masks the new ones get. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import reduce

from backend.domain.annotation_ports import ObjectContent
from backend.domain.frames import FrameRange, common
from backend.domain.rle import union
from backend.domain.session import FrameMask, FramePrompt, MaskOrigin, TrackedObject


def merged(
    parts: Sequence[TrackedObject], prompts: Iterable[FramePrompt], masks: Iterable[FrameMask]
) -> ObjectContent:
    """One object of several, named as the first. On each frame its mask is the union of theirs.

    Where only one of them is seen on a prompted frame, its prompts still say the whole. Where several
    are, no one's clicks do: the union becomes a mask prompt. It is absent where all of them are, and a
    mask is verified where all that went into it were.
    """
    ids = {part.object_id for part in parts}
    prompts_on: dict[int, list[FramePrompt]] = defaultdict(list)
    masks_on: dict[int, list[FrameMask]] = defaultdict(list)
    for prompt in prompts:
        if prompt.object_id in ids:
            prompts_on[prompt.frame_idx].append(prompt)
    for mask in masks:
        if mask.object_id in ids and mask.rle is not None:
            masks_on[mask.frame_idx].append(mask)
    united = {frame_idx: _united(some, frame_idx in prompts_on) for frame_idx, some in masks_on.items()}
    kept = [
        _prompt(some, masks_on.get(frame_idx, []), united.get(frame_idx))
        for frame_idx, some in prompts_on.items()
    ]
    absent = reduce(common, (part.absent for part in parts[1:]), parts[0].absent)
    like = replace(parts[0], absent=absent, tracked_version=min(part.tracked_version for part in parts))
    return ObjectContent(like, kept, [united[frame_idx] for frame_idx in sorted(united)])


def split(
    whole: TrackedObject, frame_idx: int, prompts: Iterable[FramePrompt], masks: Iterable[FrameMask]
) -> tuple[ObjectContent, ObjectContent]:
    """What the object was before that frame, and what it is from it on. The first keeps its name and place.

    A part without a prompt gets one: its mask at the cut, so that it can be tracked and corrected.
    """
    of_it = [mask for mask in masks if mask.object_id == whole.object_id and mask.rle is not None]
    told = [prompt for prompt in prompts if prompt.object_id == whole.object_id]
    last = 2**31 - 1
    before = _part(whole, told, of_it, range(0, frame_idx), nearest_last=True)
    after = _part(whole, told, of_it, range(frame_idx, last), nearest_last=False)
    return before, replace(after, like=replace(after.like, name=f"{whole.name} (2)"[:80], rank=0))


def _part(
    whole: TrackedObject,
    prompts: Sequence[FramePrompt],
    masks: Sequence[FrameMask],
    frames: range,
    nearest_last: bool,
) -> ObjectContent:
    mine = [mask for mask in masks if mask.frame_idx in frames]
    told = [prompt for prompt in prompts if prompt.frame_idx in frames]
    seen = [mask for mask in mine if mask.area > 0]
    if not told and seen:
        at_cut = (
            max(seen, key=lambda m: m.frame_idx) if nearest_last else min(seen, key=lambda m: m.frame_idx)
        )
        told = [FramePrompt(whole.object_id, at_cut.frame_idx, mask=at_cut.rle)]
        mine = [replace(m, origin=MaskOrigin.PROMPT) if m is at_cut else m for m in mine]
    absent = common(whole.absent, [FrameRange(frames.start, frames.stop - 1)]) if frames else ()
    return ObjectContent(replace(whole, absent=absent), told, mine)


def _united(masks: Sequence[FrameMask], is_prompted: bool) -> FrameMask:
    first = masks[0]
    rle = reduce(union, (mask.rle for mask in masks if mask.rle is not None))
    return replace(
        first,
        rle=rle,
        area=rle.area,
        object_score=max(mask.object_score for mask in masks),
        predicted_iou=min(mask.predicted_iou for mask in masks),
        origin=MaskOrigin.PROMPT if is_prompted else first.origin,
        verified=all(mask.verified for mask in masks),
        edge=_only_edge(masks),
    )


def _only_edge(masks: Sequence[FrameMask]) -> bytes | None:
    """Where one of them is the whole union, its edge is still true."""
    seen = [mask for mask in masks if mask.area > 0]
    return seen[0].edge if len(seen) == 1 else None


def _prompt(
    prompts: Sequence[FramePrompt], masks: Sequence[FrameMask], united: FrameMask | None
) -> FramePrompt:
    seen = [mask for mask in masks if mask.area > 0]
    only = seen[0].object_id if len(seen) == 1 else None
    if len(prompts) == 1 and (only == prompts[0].object_id or not seen):
        return prompts[0]
    if united is None or united.area == 0:  # nothing was drawn: the first one's prompts are as good as any
        return prompts[0]
    return FramePrompt(prompts[0].object_id, prompts[0].frame_idx, mask=united.rle)
