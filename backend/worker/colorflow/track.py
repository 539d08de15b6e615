"""One step of a track: where the object went, which pixels are its own, whether it is there at all."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from backend.worker.colorflow.colour_model import BINS, PlaceModel, place_cells
from backend.worker.colorflow.detect import find_again, find_rivals
from backend.worker.colorflow.memory import PackedMask, TrackRecord
from backend.worker.colorflow.motion import FlowCache
from backend.worker.colorflow.refine import Crop, disc, guided, tidy
from backend.worker.colorflow.view import FrameView, ViewCache

FLOW_BONUS = 0.3  # of the hypothesis score: flow also knows how the shape changed
PLACE_TRUST = 3.0  # votes that colour and shape together weigh against what was seen at a place
FARTHEST = 4  # frames: over a longer gap nothing is carried, the object is looked for
GONE = 0.05  # of the expected area: less than this visible means hidden


@dataclass(frozen=True)
class Hypothesis:
    """A place for the object: its visible mask and whole shape there, bool [h, w], and its shift."""

    mask: np.ndarray
    shape: np.ndarray
    shift: tuple[float, float]
    score: float


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
            return self._search(before, view, ratio, look)
        sign = 1.0 if frame_idx > before_idx else -1.0
        hypothesis = self._locate(before, before_idx, frame_idx, ratio, sign)
        share = self._label(before, before_idx, view, hypothesis, ratio)
        return self._judge(before, view, hypothesis, share, ratio, look, sign)

    def _locate(
        self, before: TrackRecord, before_idx: int, frame_idx: int, ratio: np.ndarray, sign: float
    ) -> Hypothesis:
        """The best of: where flow carries it, where its velocity does, where its colours are."""
        mask, shape = before.mask.unpack(), before.shape.unpack()
        flow = self.flows.between(frame_idx, before_idx)
        here, there = self.views[frame_idx].smooth, self.views[before_idx].smooth
        crop = Crop.around(shape, 0.6, 24)
        assert crop is not None
        options = [self._carried(mask, shape, flow, crop, ratio, here, there)]
        shifts = {(round(sign * before.velocity[0]), round(sign * before.velocity[1]))}
        shifts.add(_best_shift(shape, ratio, crop))
        for dx, dy in shifts:
            options.append(_shifted(mask, shape, dx, dy, ratio, here, there))
        return max(options, key=lambda option: option.score)

    def _carried(
        self,
        mask: np.ndarray,
        shape: np.ndarray,
        flow: np.ndarray,
        crop: Crop,
        ratio: np.ndarray,
        here: np.ndarray,
        there: np.ndarray,
    ) -> Hypothesis:
        """Along the flow (which runs from this frame back to the one before)."""
        part = flow[crop.window]
        cols, rows = np.meshgrid(
            np.arange(crop.x0, crop.x1, dtype=np.float32), np.arange(crop.y0, crop.y1, dtype=np.float32)
        )
        map_x, map_y = cols + part[..., 0], rows + part[..., 1]

        def pull(image: np.ndarray, border: int) -> np.ndarray:
            return cv2.remap(image, map_x, map_y, cv2.INTER_LINEAR, borderMode=border)

        new_mask, new_shape = np.zeros_like(mask), np.zeros_like(shape)
        new_mask[crop.window] = pull(mask.astype(np.float32), cv2.BORDER_CONSTANT) >= 0.5
        new_shape[crop.window] = pull(shape.astype(np.float32), cv2.BORDER_CONSTANT) >= 0.5
        moved = part[new_mask[crop.window]]
        shift = -np.median(moved, axis=0) if len(moved) else np.zeros(2)
        change = np.abs(here[crop.window] - pull(there, cv2.BORDER_REPLICATE)).sum(axis=2)
        score = _score(new_mask, new_shape, ratio, change[new_mask[crop.window]]) + FLOW_BONUS
        return Hypothesis(new_mask, new_shape, (float(shift[0]), float(shift[1])), score)

    def _label(
        self, before: TrackRecord, before_idx: int, view: FrameView, place: Hypothesis, ratio: np.ndarray
    ) -> np.ndarray:
        """Each pixel's chance to be the object's: its colour, its place, what was there one frame before."""
        share = np.zeros(ratio.shape, np.float32)
        crop = Crop.around(place.shape, 0.3, 8)
        if crop is None:
            return share
        prior = _shape_prior(place, crop)
        guess = _sigmoid(0.7 * ratio[crop.window] + 0.5 * prior)
        chance = self._place_chance(before, before_idx, view, place, crop, guess)
        odds = np.log((chance + 0.02) / (1.02 - chance)) + 0.8 * prior
        soft = guided(view.smooth[crop.window][..., 0] / 100, _sigmoid(odds).astype(np.float32), 2, 1e-3)
        share[crop.window] = np.clip(soft, 0, 1)
        return share

    def _place_chance(
        self,
        before: TrackRecord,
        before_idx: int,
        view: FrameView,
        place: Hypothesis,
        crop: Crop,
        guess: np.ndarray,
    ) -> np.ndarray:
        """Votes of the frame before: which colours, at which part of the window, were the object's."""
        h, w = view.codes.shape
        dx, dy = round(place.shift[0]), round(place.shift[1])
        x0, x1 = max(crop.x0 - dx, 0), min(crop.x1 - dx, w)
        y0, y1 = max(crop.y0 - dy, 0), min(crop.y1 - dy, h)
        if x0 >= x1 or y0 >= y1:
            return guess
        width, height = crop.size
        u = (np.arange(crop.x0, crop.x1) - crop.x0) / width
        v = (np.arange(crop.y0, crop.y1) - crop.y0) / height
        now = place_cells(view.codes[crop.window], u[None], v[:, None])
        u = (np.arange(x0, x1) + dx - crop.x0) / width
        v = (np.arange(y0, y1) + dy - crop.y0) / height
        then = place_cells(self.views[before_idx].codes[y0:y1, x0:x1], u[None], v[:, None])
        mask = before.mask.unpack()[y0:y1, x0:x1]
        model = PlaceModel.of(then.ravel(), mask.ravel())
        return model.chance(now, guess, PLACE_TRUST)

    def _judge(
        self,
        before: TrackRecord,
        view: FrameView,
        place: Hypothesis,
        share: np.ndarray,
        ratio: np.ndarray,
        look: Appearance,
        sign: float,
    ) -> Tracked:
        """Is it there? Then keep the pixels that hang together with the expected place."""
        mask = tidy(share >= 0.5, place.mask, 0.08)
        expected, seen = max(int(place.shape.sum()), 1), int(mask.sum())
        likeness = float(ratio[mask].mean()) if seen else -3.0
        visible = seen / expected
        if visible < GONE or seen < 6:
            return self._lost(before, view, place, ratio, look)
        mean_share = float(share[mask].mean())
        score = 2.0 + 2.0 * likeness + 3.0 * min(visible, 1.0)
        iou = float(np.clip(mean_share * (0.6 + 0.4 * min(visible, 1.0)), 0, 1))
        if score <= 0:
            return self._lost(before, view, place, ratio, look)
        shape = mask if visible > 0.85 or expected > 1.6 * look.area else mask | place.shape
        velocity = (
            0.5 * before.velocity[0] + 0.5 * sign * place.shift[0],
            0.5 * before.velocity[1] + 0.5 * sign * place.shift[1],
        )
        rivals = find_rivals(ratio, mask, look.area)
        record = TrackRecord(
            PackedMask.of(mask), PackedMask.of(shape), PackedMask.of(rivals), velocity, score, iou
        )
        return Tracked(record, np.where(cv2.dilate(mask.astype(np.uint8), disc(2)) > 0, share, 0))

    def _lost(
        self, before: TrackRecord, view: FrameView, place: Hypothesis, ratio: np.ndarray, look: Appearance
    ) -> Tracked:
        nothing = np.zeros(ratio.shape, bool)
        shape = place.shape if place.shape.any() else before.shape.unpack()
        rivals = find_rivals(ratio, nothing, look.area) & (before.rivals.unpack() | ~shape)
        record = TrackRecord(
            PackedMask.of(nothing), PackedMask.of(shape), PackedMask.of(rivals), before.velocity, -2.0, 0.5
        )
        return Tracked(record, np.zeros(ratio.shape, np.float32))

    def _search(self, before: TrackRecord, view: FrameView, ratio: np.ndarray, look: Appearance) -> Tracked:
        """Lost: look for it everywhere but where look-alikes are."""
        found = find_again(before, view, ratio, look.inside, look.area)
        nothing = np.zeros(ratio.shape, bool)
        mask = nothing if found.mask is None else found.mask
        if found.mask is None:
            record = TrackRecord(
                before.mask, before.shape, PackedMask.of(found.rivals), before.velocity, found.score, 0.5
            )
            return Tracked(record, mask.astype(np.float32))
        record = TrackRecord(
            PackedMask.of(mask),
            PackedMask.of(mask),
            PackedMask.of(found.rivals),
            (0.0, 0.0),
            found.score,
            0.6,
        )
        return Tracked(record, mask.astype(np.float32))


def _sigmoid(values: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-values))


def _shape_prior(place: Hypothesis, crop: Crop) -> np.ndarray:
    """Log-odds from the expected shape: by distance from its edge, none where it was hidden before."""
    shape = place.shape[crop.window].astype(np.uint8)
    padded = cv2.copyMakeBorder(shape, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    inside = cv2.distanceTransform(padded, cv2.DIST_L2, 3)[1:-1, 1:-1]
    outside = cv2.distanceTransform(1 - padded, cv2.DIST_L2, 3)[1:-1, 1:-1]
    soft = 1.5 + 0.04 * np.sqrt(float(shape.sum()))
    prior = np.clip((inside - outside) / soft, -4, 4)
    prior[(shape > 0) & ~place.mask[crop.window]] = 0
    return prior


def _score(mask: np.ndarray, shape: np.ndarray, ratio: np.ndarray, change: np.ndarray) -> float:
    """Colours inside against those around, less how much the look changed (Lab units)."""
    crop = Crop.around(shape, 0.15, 4)
    if crop is None or not mask.any():
        return -10.0
    inner = shape[crop.window].astype(np.uint8)
    reach = max(2, int(0.12 * np.sqrt(inner.sum())))
    ring = (cv2.dilate(inner, disc(reach)) - inner) > 0
    values = ratio[crop.window]
    inside = float(values[mask[crop.window]].mean())
    around = float(values[ring].mean()) if ring.any() else 0.0
    lookalike = float(np.minimum(change, 40).mean()) if len(change) else 40.0
    return inside - 0.5 * around - 0.06 * lookalike


def _shifted(
    mask: np.ndarray,
    shape: np.ndarray,
    dx: int,
    dy: int,
    ratio: np.ndarray,
    here: np.ndarray,
    there: np.ndarray,
) -> Hypothesis:
    new_mask, new_shape = _move(mask, dx, dy), _move(shape, dx, dy)
    rows, cols = np.nonzero(new_mask)
    step = max(1, len(rows) // 2000)
    rows, cols = rows[::step], cols[::step]
    change = np.abs(here[rows, cols] - there[rows - dy, cols - dx]).sum(axis=1)
    return Hypothesis(new_mask, new_shape, (float(dx), float(dy)), _score(new_mask, new_shape, ratio, change))


def _move(mask: np.ndarray, dx: int, dy: int) -> np.ndarray:
    h, w = mask.shape
    moved = np.zeros_like(mask)
    x0, x1, y0, y1 = max(dx, 0), min(w + dx, w), max(dy, 0), min(h + dy, h)
    if x0 < x1 and y0 < y1:
        moved[y0:y1, x0:x1] = mask[y0 - dy : y1 - dy, x0 - dx : x1 - dx]
    return moved


def _best_shift(shape: np.ndarray, ratio: np.ndarray, crop: Crop) -> tuple[int, int]:
    """The shift that puts the shape on the most of its colours and its surroundings on the least."""
    tight = Crop.around(shape, 0.15, 3)
    assert tight is not None
    inner = shape[tight.window].astype(np.float32)
    weight = inner / max(inner.sum(), 1) - 0.5 * (1 - inner) / max((1 - inner).sum(), 1)
    scale = min(1.0, 28 / max(tight.size))
    window = Crop.around(shape, 0.9, 36)
    assert window is not None
    field = cv2.resize(ratio[window.window], None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    template = cv2.resize(weight, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    if field.shape[0] < template.shape[0] or field.shape[1] < template.shape[1]:
        return 0, 0
    match = cv2.matchTemplate(field, template, cv2.TM_CCORR)
    row, col = np.unravel_index(int(np.argmax(match)), match.shape)
    return (
        round(float(col) / scale) + window.x0 - tight.x0,
        round(float(row) / scale) + window.y0 - tight.y0,
    )
