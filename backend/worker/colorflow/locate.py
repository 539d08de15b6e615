"""Where an object went between two frames: several hypotheses, the best of which is kept."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from backend.worker.colorflow.refine import Crop, disc

FLOW_BONUS = 0.3  # of a hypothesis' score: flow also knows how the shape changed
RIGID_BONUS = 0.35  # the flow of the whole object at once: hardly disturbed by what passes in front
RIGID_SHARE = 0.6  # of the flow vectors that must agree on one rigid motion
MAX_CHANGE = 40.0  # Lab units: a pixel never looks more changed than this


@dataclass(frozen=True)
class Clues:
    """What one step knows: the object a frame before, and the two frames."""

    mask: np.ndarray  # bool [h, w], visible part before
    shape: np.ndarray  # float32 [h, w], 0..1: the whole object before, hidden parts included
    velocity: tuple[int, int]  # working pixels, in the walk's direction
    flow: np.ndarray  # float32 [h, w, 2], from this frame back to the one before
    ratio: np.ndarray  # float32 [h, w], how much more the object's than its surroundings' each colour is
    here: np.ndarray  # float32 [h, w, 3], smoothed Lab of this frame
    there: np.ndarray  # of the frame before


@dataclass(frozen=True)
class Hypothesis:
    """A place for the object: its visible part and its whole shape there, its shift, and a score."""

    mask: np.ndarray  # bool [h, w]
    shape: np.ndarray  # float32 [h, w], 0..1
    shift: tuple[float, float]  # working pixels
    score: float


def locate(clues: Clues) -> Hypothesis | None:
    """The best hypothesis; None where there was nothing to go on from."""
    crop = Crop.around(clues.shape > 0.3, 0.6, 24)
    if crop is None:
        return None
    carried = _carried(clues, crop)
    options = [carried]
    rigid = _rigid(clues, carried.mask)
    if rigid is not None:
        # What passes in front drags the flow along, and with it the parts that it hides.
        options = [replace(carried, shape=rigid.shape), rigid]
    shifts = {clues.velocity, _best_shift(clues)}
    options += [_shifted(clues, dx, dy) for dx, dy in sorted(shifts)]
    return max(options, key=lambda option: option.score)


def _carried(clues: Clues, crop: Crop) -> Hypothesis:
    """Every pixel along its own flow."""
    part = clues.flow[crop.window]
    cols, rows = np.meshgrid(
        np.arange(crop.x0, crop.x1, dtype=np.float32), np.arange(crop.y0, crop.y1, dtype=np.float32)
    )
    return _warped(clues, crop, cols + part[..., 0], rows + part[..., 1], FLOW_BONUS)


def _rigid(clues: Clues, carried: np.ndarray) -> Hypothesis | None:
    """All pixels along the one similarity that most of their flow agrees on."""
    rows, cols = np.nonzero(carried)
    if len(rows) < 30:
        return None
    step = max(1, len(rows) // 400)
    here = np.stack([cols[::step], rows[::step]], axis=1).astype(np.float32)
    there = here + clues.flow[rows[::step], cols[::step]]
    cv2.setRNGSeed(0)
    affine, agree = cv2.estimateAffinePartial2D(here, there, method=cv2.RANSAC, ransacReprojThreshold=1.0)
    if affine is None or float(agree.mean()) < RIGID_SHARE:
        return None
    crop = Crop.around(carried | (clues.shape > 0.3), 0.6, 24)
    assert crop is not None
    cols, rows = np.meshgrid(
        np.arange(crop.x0, crop.x1, dtype=np.float32), np.arange(crop.y0, crop.y1, dtype=np.float32)
    )
    (a, b, tx), (c, d, ty) = affine.astype(np.float32)
    return _warped(clues, crop, a * cols + b * rows + tx, c * cols + d * rows + ty, RIGID_BONUS)


def _warped(clues: Clues, crop: Crop, map_x: np.ndarray, map_y: np.ndarray, bonus: float) -> Hypothesis:
    """The object before, pulled through a map from this frame's pixels to that one's."""

    def pull(image: np.ndarray, border: int) -> np.ndarray:
        return cv2.remap(image, map_x, map_y, cv2.INTER_LINEAR, borderMode=border)

    mask, shape = np.zeros_like(clues.mask), np.zeros_like(clues.shape)
    mask[crop.window] = pull(clues.mask.astype(np.float32), cv2.BORDER_CONSTANT) >= 0.5
    shape[crop.window] = pull(clues.shape, cv2.BORDER_CONSTANT)
    seen = mask[crop.window]
    if not seen.any():
        return Hypothesis(mask, shape, (0.0, 0.0), -10.0)
    x = np.arange(crop.x0, crop.x1, dtype=np.float32)[None] - map_x
    y = np.arange(crop.y0, crop.y1, dtype=np.float32)[:, None] - map_y
    shift = (float(np.median(x[seen])), float(np.median(y[seen])))
    change = np.abs(clues.here[crop.window] - pull(clues.there, cv2.BORDER_REPLICATE)).sum(axis=2)[seen]
    return Hypothesis(mask, shape, shift, _score(mask, shape, clues.ratio, change) + bonus)


def _shifted(clues: Clues, dx: int, dy: int) -> Hypothesis:
    mask, shape = _move(clues.mask, dx, dy), _move(clues.shape, dx, dy)
    rows, cols = np.nonzero(mask)
    step = max(1, len(rows) // 2000)
    rows, cols = rows[::step], cols[::step]
    change = np.abs(clues.here[rows, cols] - clues.there[rows - dy, cols - dx]).sum(axis=1)
    return Hypothesis(mask, shape, (float(dx), float(dy)), _score(mask, shape, clues.ratio, change))


def _move(image: np.ndarray, dx: int, dy: int) -> np.ndarray:
    h, w = image.shape
    moved = np.zeros_like(image)
    x0, x1, y0, y1 = max(dx, 0), min(w + dx, w), max(dy, 0), min(h + dy, h)
    if x0 < x1 and y0 < y1:
        moved[y0:y1, x0:x1] = image[y0 - dy : y1 - dy, x0 - dx : x1 - dx]
    return moved


def _score(mask: np.ndarray, shape: np.ndarray, ratio: np.ndarray, change: np.ndarray) -> float:
    """Colours inside against those around, less how much the look changed (Lab units)."""
    solid = shape >= 0.5
    crop = Crop.around(solid, 0.15, 4)
    if crop is None or not len(change):
        return -10.0
    inner = solid[crop.window].astype(np.uint8)
    reach = max(2, int(0.12 * np.sqrt(inner.sum())))
    ring = (cv2.dilate(inner, disc(reach)) - inner) > 0
    values = ratio[crop.window]
    seen = mask[crop.window]
    inside = float(values[seen].mean()) if seen.any() else -3.0
    around = float(values[ring].mean()) if ring.any() else 0.0
    return inside - 0.5 * around - 0.06 * float(np.minimum(change, MAX_CHANGE).mean())


def _best_shift(clues: Clues) -> tuple[int, int]:
    """The shift that puts the shape on the most of its colours and its surroundings on the least."""
    solid = clues.shape >= 0.5
    tight, window = Crop.around(solid, 0.15, 3), Crop.around(solid, 0.9, 36)
    if tight is None or window is None:
        return 0, 0
    inner = solid[tight.window].astype(np.float32)
    weight = inner / max(inner.sum(), 1) - 0.5 * (1 - inner) / max((1 - inner).sum(), 1)
    scale = min(1.0, 28 / max(tight.size))
    field = _reduced(clues.ratio[window.window], scale)
    template = _reduced(weight, scale)
    if field.shape[0] < template.shape[0] or field.shape[1] < template.shape[1]:
        return 0, 0
    match = cv2.matchTemplate(field, template, cv2.TM_CCORR)
    row, col = np.unravel_index(int(np.argmax(match)), match.shape)
    dx = round(float(col) / scale) + window.x0 - tight.x0
    dy = round(float(row) / scale) + window.y0 - tight.y0
    return dx, dy


def _reduced(image: np.ndarray, scale: float) -> np.ndarray:
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)
