"""The published protocols: semi-supervised from one prompt, interactive, and clicks needed on an image.

Objects are evaluated one by one, as in the SAM 2 paper. Sources: SAM 2 (Ravi et al. 2024), section 6 and
appendix; NoC as in RITM and SimpleClick (Sofiiuk et al. 2021, Liu et al. 2023).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from sam2.evaluation.clicks import box_around, next_click
from sam2.evaluation.measures import region_similarity
from sam2.evaluation.scores import FrameScore, ObjectScore, score_mask
from sam2.evaluation.segmenter import Segmentation, Segmenter
from sam2.evaluation.videos import Clip, Truth
from sam2.tracking.frames import FrameSource, InMemoryFrames
from sam2.tracking.prompts import FramePrompts, MaskPrompt, PointPrompt

Masks = dict[int, np.ndarray]  # frame_idx -> bool [H, W]


@dataclass(frozen=True)
class FirstPrompt:
    """How an object is shown on the first frame on which it is seen: "mask", "box" or a number of clicks."""

    kind: str

    def __post_init__(self) -> None:
        if self.kind not in ("mask", "box") and not (self.kind.isdecimal() and int(self.kind) > 0):
            raise ValueError(
                f"a first prompt of {self.kind!r} is unknown; use mask, box, or a number of clicks"
            )

    def show(self, segmentation: Segmentation, frame_idx: int, truth: np.ndarray) -> np.ndarray:
        """The mask that it gives."""
        if self.kind == "mask":
            return segmentation.prompt(frame_idx, FramePrompts(mask=MaskPrompt(truth)))
        if self.kind == "box":
            return segmentation.prompt(frame_idx, FramePrompts(box=box_around(truth)))
        return Clicker(segmentation, int(self.kind)).correct(frame_idx, np.zeros_like(truth), truth)


@dataclass
class Clicker:
    """A person who clicks `per_frame` times on each frame that they stop at."""

    segmentation: Segmentation
    per_frame: int
    clicks: dict[int, tuple[PointPrompt, ...]] = field(default_factory=dict)

    def correct(self, frame_idx: int, mask: np.ndarray, truth: np.ndarray) -> np.ndarray:
        """The frame's mask after the clicks, fewer than `per_frame` where nothing is wrong any more."""
        for _ in range(self.per_frame):
            click = next_click(mask, truth)
            if click is None:
                break
            self.clicks[frame_idx] = (*self.clicks.get(frame_idx, ()), click)
            mask = self.segmentation.prompt(frame_idx, FramePrompts(points=self.clicks[frame_idx]))
        return mask


def first_seen(truth: Truth) -> int:
    return next(i for i in truth.annotated if truth.mask(i).any())


# ---- semi-supervised ------------------------------------------------------------------------------------


def semi_supervised(segmenter: Segmenter, clip: Clip, truth: Truth, first: FirstPrompt) -> Masks:
    """Show the object once, where it is first seen, and track to the end: the masks of annotated frames."""
    segmentation = segmenter.open(clip.frames)
    try:
        start = first_seen(truth)
        first.show(segmentation, start, truth.mask(start))
        walk = segmentation.track(range(start, clip.frames.num_frames))
        wanted = set(truth.annotated)
        return {frame_idx: mask for frame_idx, mask in walk if frame_idx in wanted}
    finally:
        segmentation.close()


def semi_supervised_score(clip: Clip, truth: Truth, masks: Mapping[int, np.ndarray]) -> ObjectScore | None:
    """Without the prompted frame and the last annotated one, as in DAVIS and SA-V; None if none is left."""
    scored = [i for i in truth.annotated if i in masks][1:-1]
    return _score(clip, truth, {i: masks[i] for i in scored}) if scored else None


def _score(clip: Clip, truth: Truth, masks: Mapping[int, np.ndarray]) -> ObjectScore:
    frames: list[FrameScore] = [
        score_mask(clip.frame_name(i), mask, truth.mask(i)) for i, mask in sorted(masks.items())
    ]
    return ObjectScore(clip.name, truth.object_id, tuple(frames))


# ---- interactive ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Interactive:
    """The paper's settings: up to 8 frames with 3 clicks each; online stops where J falls below 0.75."""

    max_frames: int = 8
    clicks_per_frame: int = 3
    stop_below_j: float = 0.75


def offline(segmenter: Segmenter, clip: Clip, truth: Truth, rules: Interactive) -> Iterator[ObjectScore]:
    """After each whole pass the frame with the lowest J gets clicks. Scores after 1, 2, ... such frames."""
    segmentation = segmenter.open(clip.frames)
    try:
        clicker = Clicker(segmentation, rules.clicks_per_frame)
        start = worst = first_seen(truth)
        masks: Masks = {}
        for _ in range(rules.max_frames):
            shown = masks.get(worst, np.zeros_like(truth.mask(worst)))
            clicker.correct(worst, shown, truth.mask(worst))
            masks = _whole_pass(segmentation, clip, truth, start)
            yield _score(clip, truth, masks)
            open_frames = [i for i in sorted(masks) if i not in clicker.clicks]
            by_j = {i: region_similarity(masks[i], truth.mask(i)) for i in open_frames}
            if not by_j or min(by_j.values()) == 1:
                return
            worst = min(by_j, key=by_j.__getitem__)
    finally:
        segmentation.close()


def _whole_pass(segmentation: Segmentation, clip: Clip, truth: Truth, start: int) -> Masks:
    wanted = set(truth.annotated)
    masks = {i: m for i, m in segmentation.track(range(start, clip.frames.num_frames)) if i in wanted}
    if start > 0:
        masks |= {i: m for i, m in segmentation.track(range(start, -1, -1)) if i in wanted}
    return masks


def online(
    segmenter: Segmenter, clip: Clip, truth: Truth, rules: Interactive, max_frames: int
) -> ObjectScore:
    """One pass forward. Where J falls below the limit the pass stops for clicks, `max_frames` times in all
    with the first, and goes on from there. Only later frames change."""
    segmentation = segmenter.open(clip.frames)
    try:
        clicker = Clicker(segmentation, rules.clicks_per_frame)
        start = first_seen(truth)
        clicker.correct(start, np.zeros_like(truth.mask(start)), truth.mask(start))
        wanted = set(truth.annotated)
        masks: Masks = {}
        for frame_idx, mask in segmentation.track(range(start, clip.frames.num_frames)):
            if frame_idx not in wanted:
                continue
            right = truth.mask(frame_idx)
            may_stop = frame_idx != start and len(clicker.clicks) < max_frames
            if may_stop and region_similarity(mask, right) < rules.stop_below_j:
                mask = clicker.correct(frame_idx, mask, right)
            masks[frame_idx] = mask
        return _score(clip, truth, masks)
    finally:
        segmentation.close()


def online_curve(segmenter: Segmenter, clip: Clip, truth: Truth, rules: Interactive) -> Iterator[ObjectScore]:
    """The score with 1, 2, ... prompted frames, each from a pass of its own."""
    for max_frames in range(1, rules.max_frames + 1):
        yield online(segmenter, clip, truth, rules, max_frames)


def curve_mean(curve: list[ObjectScore], rules: Interactive) -> float:
    """Mean J&F over 1..max_frames prompted frames. A curve that ended early stays at its last value."""
    values = [score.j_and_f for score in curve]
    values += values[-1:] * (rules.max_frames - len(values))
    return sum(values) / len(values)


# ---- clicks on an image ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class ClicksNeeded:
    """How J rose with the clicks on one frame."""

    j_after: tuple[float, ...]
    max_clicks: int

    def noc(self, target: float) -> int:
        """Clicks until J reached the target; `max_clicks` where it never did."""
        return next((n for n, j in enumerate(self.j_after, 1) if j >= target), self.max_clicks)


def clicks_needed(
    segmenter: Segmenter, frame: np.ndarray, truth: np.ndarray, target: float = 0.9, max_clicks: int = 20
) -> ClicksNeeded:
    """Click one frame, uint8 [H, W, 3], until J reaches `target`; ask `noc` for lower targets."""
    frames: FrameSource = InMemoryFrames([frame])
    segmentation = segmenter.open(frames)
    try:
        clicker = Clicker(segmentation, per_frame=1)
        mask, j_after = np.zeros_like(truth), []
        while len(j_after) < max_clicks and (not j_after or j_after[-1] < target):
            mask = clicker.correct(0, mask, truth)
            j_after.append(region_similarity(mask, truth))
        return ClicksNeeded(tuple(j_after), max_clicks)
    finally:
        segmentation.close()
