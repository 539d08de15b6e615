"""Bring a session's inference state back from the store alone, where no saved state fits.

Answered prompts go in again in order, click by click, which mostly draws what people saw; if not, the masks
that they saw take the place of the newly drawn ones. Where the running Track is all that was ever tracked, it
is walked again from its start: that gives the engine what it knew, and masks as if nothing had happened. Else
come the stored masks just behind the playhead, so that the walk or the next correction has something to go
on. What is not answered yet is left for the next refresh.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from backend.domain.plan import step_of
from backend.domain.session import FrameMask, FramePrompt, MaskOrigin, PropagationState
from backend.worker.live_session import LiveSession, Place, Progress
from backend.worker.masks import has_drawn, object_mask
from backend.worker.memory import is_out_of_memory
from backend.worker.ports import SessionReader

logger = logging.getLogger(__name__)

CLICKS = 16  # of one object on one frame: more than that no person has made one by one
FRAMES_REMEMBERED = 16  # what SAM 2 looks back on: 6 frames of memory, 15 object pointers


def answered(
    reader: SessionReader, session_id: str, prompts: Iterable[FramePrompt]
) -> dict[Place, FrameMask]:
    """The stored masks that were drawn from these very prompts."""
    versions = {(prompt.object_id, prompt.frame_idx): prompt.version for prompt in prompts}
    masks = (
        mask
        for frame_idx in sorted({frame_idx for _, frame_idx in versions})
        for mask in reader.masks(session_id, frame_idx, frame_idx)
    )
    return {
        (mask.object_id, mask.frame_idx): mask
        for mask in masks
        if mask.origin is MaskOrigin.PROMPT
        and mask.rle is not None
        and mask.version > versions.get((mask.object_id, mask.frame_idx), mask.version)
    }


def forget_replaced(live: LiveSession, reader: SessionReader) -> None:
    """Forget objects of a saved state that were removed, and brought back under their old id, before the
    server died. It shows: a prompt that was drawn has its mask in the store, unless that went since."""
    prompts = reader.prompts(live.session_id)
    drawn = {(prompt.object_id, prompt.frame_idx) for prompt in prompts} & live.drawn
    there = {
        (mask.object_id, mask.frame_idx)
        for frame_idx in sorted({frame_idx for _, frame_idx in drawn})
        for mask in reader.masks(live.session_id, frame_idx, frame_idx)
    }
    for object_id in {object_id for object_id, _ in drawn - there}:
        logger.info("Object %d of session %s is another one than was saved", object_id, live.session_id)
        live.forget(object_id)


def rebuild(live: LiveSession, reader: SessionReader) -> None:
    """Fill a new session's state from the store."""
    prompts = reader.prompts(live.session_id)
    stored = answered(reader, live.session_id, prompts)
    waiting: list[FramePrompt] = []
    alike = True
    for prompt in prompts:
        mask = stored.get((prompt.object_id, prompt.frame_idx))
        if mask is None:
            waiting.append(prompt)
            continue
        try:
            if not _take_again(live, prompt, mask):
                alike = False
                live.state.remember(prompt.frame_idx, [object_mask(mask)])
        except Exception as error:  # an engine that changed may refuse what it once took: the rest counts
            if is_out_of_memory(error):
                raise
            alike = False
            logger.warning("Prompt %s could not be taken in again", prompt, exc_info=True)
    if alike and not waiting and reader.tracks_afresh(live.session_id):
        logger.info("The Track of session %s is walked again from its start", live.session_id)
        return
    remind(live, reader, _behind_playhead(live, reader, waiting), live.objects)


def _take_again(live: LiveSession, prompt: FramePrompt, mask: FrameMask) -> bool:
    """Take an answered prompt in as it most likely came; True where that draws the mask that people saw.

    A person adds click to click, and each answer starts from the one before; a script may send all at once.
    """
    earlier = range(0 if prompt.box is not None else 1, len(prompt.points))
    if 0 < len(earlier) <= CLICKS:
        for count in earlier:
            try:
                live.state.apply(replace(prompt, points=prompt.points[:count]))
            except Exception as error:  # such as clicks that all exclude: nobody saw an answer to these alone
                if is_out_of_memory(error):
                    raise
        if has_drawn(live.take(prompt), mask):
            return True
        live.state.apply(FramePrompt(prompt.object_id, prompt.frame_idx))
    return has_drawn(live.take(prompt), mask)


def _behind_playhead(
    live: LiveSession, reader: SessionReader, waiting: Sequence[FramePrompt]
) -> Iterable[int]:
    """Frames to remember, in walking order. Notes how far the running propagation has come."""
    propagation = reader.propagation(live.session_id)
    if propagation is not None and propagation.state is PropagationState.RUNNING:
        live.progress = Progress(propagation.propagation_id, propagation.frames_done)
        position = step_of(propagation.passes, propagation.frames_done)
        if position is not None:
            return behind(position[1], position[0].reverse)
    if waiting:
        click = waiting[-1].frame_idx
        return range(max(0, click - FRAMES_REMEMBERED), click + 1)
    return ()


def behind(frame_idx: int, reverse: bool) -> range:
    """Frames that a walk which reaches `frame_idx` next looks back on, in walking order."""
    if reverse:
        return range(frame_idx + FRAMES_REMEMBERED, frame_idx, -1)
    return range(max(0, frame_idx - FRAMES_REMEMBERED), frame_idx)


def remind(
    live: LiveSession, reader: SessionReader, frames: Iterable[int], object_ids: Collection[int]
) -> None:
    """Take the tracked masks that are stored for these frames into memory, where the engine has none."""
    walked = [frame for frame in frames if frame < live.frames.num_frames]
    if not walked or not object_ids:
        return
    by_frame: dict[int, list[FrameMask]] = defaultdict(list)
    for mask in reader.masks(live.session_id, min(walked), max(walked)):
        if (
            mask.object_id in object_ids
            and mask.rle is not None
            and mask.origin is not MaskOrigin.PROMPT
            and not live.state.remembers(mask.object_id, mask.frame_idx)
        ):
            by_frame[mask.frame_idx].append(mask)
    for frame_idx in walked:
        if frame_idx in by_frame:
            live.state.remember(frame_idx, [object_mask(mask) for mask in by_frame[frame_idx]])
