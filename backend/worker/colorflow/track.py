"""One step of a track: where the object went, which pixels are its own, whether it is there at all."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from backend.worker.colorflow.colour_model import BINS
from backend.worker.colorflow.detect import alikeness, find_again, find_rivals
from backend.worker.colorflow.label import growth_zone, label
from backend.worker.colorflow.locate import Clues, Hypothesis, locate
from backend.worker.colorflow.memory import PackedMask, PackedShape, TrackRecord
from backend.worker.colorflow.motion import FlowCache
from backend.worker.colorflow.refine import disc, tidy
from backend.worker.colorflow.view import FrameView, ViewCache

FARTHEST = 4  # frames: over a longer gap nothing is carried, the object is looked for
GONE = 0.05  # of the expected area: less than this visible means hidden
WHOLE = 0.85  # of the prompted area: less than this visible and the object may grow back
UNLIKE = 0.45  # Bhattacharyya coefficient with the prompted colours: below it, this is something else
SURENESS = 12.0  # logits that a coefficient of 1 would be worth
LEAP = 1.25  # times its area: what grows more in one frame has run into something alike
SPECK = 0.04  # of the largest part: smaller parts are dropped
FORGET = 0.12  # of its shape, an object forgets this much a frame where it is not seen


@dataclass(frozen=True)
class Tracked:
    """A step's outcome: the record to remember and the mask's soft coverage, float32 [h, w]."""

    record: TrackRecord
    share: np.ndarray


@dataclass(frozen=True)
class Appearance:
    """What the prompted frames say of the object, for one step."""

    ratios: np.ndarray  # float32 [BINS], log-likelihood ratio of each colour
    inside: np.ndarray  # float32 [BINS], the object's colours
    area: float  # working pixels, where last prompted

    @classmethod
    def unknown(cls) -> Appearance:
        """Nothing is known: every prompt was cleared, or nothing was included."""
        return cls(np.zeros(BINS, np.float32), np.full(BINS, 1 / BINS, np.float32), 1.0)


class Tracker:
    """Follows objects from frame to frame."""

    def __init__(self, views: ViewCache, flows: FlowCache) -> None:
        self.views, self.flows = views, flows

    def step(self, before: TrackRecord, before_idx: int, frame_idx: int, look: Appearance) -> Tracked:
        """The object on `frame_idx`, from its record on `before_idx`."""
        view = self.views[frame_idx]
        ratio = look.ratios[view.codes]
        if before.lost or abs(frame_idx - before_idx) > FARTHEST:
            return _search(before, view, ratio, look)
        sign = 1 if frame_idx > before_idx else -1
        clues = Clues(
            before.mask.unpack(),
            before.shape.unpack(),
            (round(sign * before.velocity[0]), round(sign * before.velocity[1])),
            self.flows.between(frame_idx, before_idx),
            ratio,
            view.smooth,
            self.views[before_idx].smooth,
        )
        place = locate(clues)
        if place is None:
            return _lost(before, clues.shape, before.rivals.unpack(), ratio, look)
        rivals = _carry(before.rivals.unpack(), clues.flow)
        growth = np.zeros_like(clues.mask)
        if np.count_nonzero(clues.mask) < WHOLE * look.area:
            growth = growth_zone(place.mask, ratio, rivals, _grow_reach(place.mask, look))
        codes_before = self.views[before_idx].codes
        guide = view.smooth[..., 0] / 100
        share = label(place, clues.mask, codes_before, view.codes, ratio, guide, growth, rivals)
        return _judge(before, place, share, rivals, view.codes, look, sign)


def _carry(mask: np.ndarray, flow: np.ndarray) -> np.ndarray:
    """A mask of the frame before, along the flow that leads back to it."""
    h, w = mask.shape
    if not mask.any():
        return mask
    rows, cols = np.nonzero(cv2.dilate(mask.astype(np.uint8), disc(12)))
    back_x = np.clip(np.rint(cols + flow[rows, cols, 0]), 0, w - 1).astype(np.int32)
    back_y = np.clip(np.rint(rows + flow[rows, cols, 1]), 0, h - 1).astype(np.int32)
    carried = np.zeros_like(mask)
    carried[rows, cols] = mask[back_y, back_x]
    return carried


def _grow_reach(mask: np.ndarray, look: Appearance) -> int:
    """How far from its visible part a hidden part may come back, working pixels."""
    missing = max(0.0, 1.0 - np.count_nonzero(mask) / look.area)
    return 4 + round(0.6 * missing * float(np.sqrt(look.area)))


def _judge(
    before: TrackRecord,
    place: Hypothesis,
    share: np.ndarray,
    rivals: np.ndarray,
    codes: np.ndarray,
    look: Appearance,
    sign: int,
) -> Tracked:
    """Is it there? Then keep the pixels that hang together with the expected place."""
    mask = tidy(share >= 0.5, np.zeros_like(place.mask), SPECK)
    solid = place.shape >= 0.5
    expected = max(int(np.count_nonzero(solid)), 1)
    if np.count_nonzero(mask) > LEAP * max(expected, WHOLE * look.area):
        mask &= cv2.dilate(solid.astype(np.uint8), disc(2)) > 0
    seen = int(np.count_nonzero(mask))
    visible = min(seen / expected, 1.0)
    ratio = look.ratios[codes]
    alike = alikeness(codes[mask], look.inside)
    score = SURENESS * (alike - UNLIKE)
    if visible < GONE or seen < 6 or score <= 0:
        return _lost(before, place.shape, rivals, ratio, look)
    iou = float(np.clip(share[mask].mean() * (0.6 + 0.4 * visible) * min(1.0, 0.2 + alike), 0, 1))
    shape = np.where(mask, np.maximum(place.shape, 0.5) * 0.5 + 0.5, place.shape * (1 - FORGET))
    velocity = (
        0.5 * before.velocity[0] + 0.5 * sign * place.shift[0],
        0.5 * before.velocity[1] + 0.5 * sign * place.shift[1],
    )
    own = cv2.dilate((shape > 0.3).astype(np.uint8), disc(_grow_reach(mask, look))) > 0
    others = PackedMask.of(find_rivals(ratio, mask, look.area, rivals, own))
    record = TrackRecord(PackedMask.of(mask), PackedShape.of(shape), others, velocity, score, iou)
    return Tracked(record, np.where(cv2.dilate(mask.astype(np.uint8), disc(2)) > 0, share, 0))


def _lost(
    before: TrackRecord, shape: np.ndarray, rivals: np.ndarray, ratio: np.ndarray, look: Appearance
) -> Tracked:
    """Hidden, or out of view: from now on it is looked for."""
    nothing = np.zeros(ratio.shape, bool)
    if not (shape >= 0.5).any():
        shape = before.shape.unpack()
    others = find_rivals(ratio, nothing, look.area, rivals, shape >= 0.3)
    record = TrackRecord(
        PackedMask.of(nothing), PackedShape.of(shape), PackedMask.of(others), before.velocity, -2.0, 0.5
    )
    return Tracked(record, np.zeros(ratio.shape, np.float32))


def _search(before: TrackRecord, view: FrameView, ratio: np.ndarray, look: Appearance) -> Tracked:
    """Lost: look for it everywhere but where look-alikes are."""
    found = find_again(before, view, ratio, look.inside, look.area)
    rivals = PackedMask.of(found.rivals)
    if found.mask is None:
        nothing = np.zeros(ratio.shape, np.float32)
        hidden = PackedMask.of(nothing > 0)
        record = TrackRecord(hidden, before.shape, rivals, before.velocity, found.score, 0.5)
        return Tracked(record, nothing)
    share = found.mask.astype(np.float32)
    record = TrackRecord(
        PackedMask.of(found.mask), PackedShape.of(share), rivals, (0.0, 0.0), found.score, 0.6
    )
    return Tracked(record, share)
