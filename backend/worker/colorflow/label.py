"""Which pixels are the object's, once it is known about where it is."""

from __future__ import annotations

import cv2
import numpy as np

from backend.worker.colorflow.colour_model import PlaceModel, place_cells
from backend.worker.colorflow.locate import Hypothesis
from backend.worker.colorflow.refine import Crop, disc, guided

PLACE_TRUST = 3.0  # votes that colour and shape together weigh against what was seen at a place
COLOUR_WEIGHT = 0.7  # of a colour's log-likelihood ratio: neighbouring pixels repeat each other
KEY_WEIGHT = 0.35  # of the same ratio once more, against drift: it comes from prompted frames only
PRIOR_CLIP = 4.0  # nats
HIDDEN = 0.35  # of shape: more than this, unseen a frame ago, was hidden then
LIKELY = 0.8  # log-likelihood ratio of a pixel that the object may grow back into


def label(
    place: Hypothesis,
    mask_before: np.ndarray,
    codes_before: np.ndarray,
    codes: np.ndarray,
    ratio: np.ndarray,
    guide: np.ndarray,
    growth: np.ndarray,
    rivals: np.ndarray,
) -> np.ndarray:
    """Each pixel's chance to be the object's, float32 [h, w].

    By its colour, by the expected shape, and by what stood at that part of the object one frame
    before; smoothed along the edges of `guide` (lightness, 0..1). Within `growth`, bool, the
    shape has no say: there the object may come back into view. `rivals`, bool, are look-alikes.
    """
    share = np.zeros(ratio.shape, np.float32)
    crop = Crop.around((place.shape >= 0.5) | growth, 0.3, 8)
    if crop is None:
        return share
    prior = _shape_prior(place, crop)
    prior = np.where(growth[crop.window], np.maximum(prior, 0), prior)
    prior[rivals[crop.window] & (place.shape[crop.window] < 0.5)] = -PRIOR_CLIP
    guess = _sigmoid(COLOUR_WEIGHT * ratio[crop.window] + 0.5 * prior)
    chance = _place_chance(place, mask_before, codes_before, codes, crop, guess)
    odds = np.log((chance + 0.02) / (1.02 - chance)) + 0.8 * prior + KEY_WEIGHT * ratio[crop.window]
    soft = guided(guide[crop.window], _sigmoid(odds).astype(np.float32), 2, 1e-3)
    share[crop.window] = np.clip(soft, 0, 1)
    return share


def growth_zone(mask: np.ndarray, ratio: np.ndarray, rivals: np.ndarray, reach: int) -> np.ndarray:
    """Where a partly hidden object may come back: its colours, next to it, and no look-alike's."""
    near = cv2.dilate(mask.astype(np.uint8), disc(reach)) > 0
    return near & (ratio > LIKELY) & ~rivals


def _shape_prior(place: Hypothesis, crop: Crop) -> np.ndarray:
    """Log-odds from the expected shape: by distance from its edge, none where it was hidden before."""
    solid = (place.shape[crop.window] >= 0.5).astype(np.uint8)
    padded = cv2.copyMakeBorder(solid, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    inside = cv2.distanceTransform(padded, cv2.DIST_L2, 3)[1:-1, 1:-1]
    outside = cv2.distanceTransform(1 - padded, cv2.DIST_L2, 3)[1:-1, 1:-1]
    soft = 1.5 + 0.04 * np.sqrt(float(solid.sum()))
    prior = np.clip((inside - outside) / soft, -PRIOR_CLIP, PRIOR_CLIP)
    hidden = (place.shape[crop.window] > HIDDEN) & ~place.mask[crop.window]
    return np.where(hidden, 0, prior)


def _place_chance(
    place: Hypothesis,
    mask_before: np.ndarray,
    codes_before: np.ndarray,
    codes: np.ndarray,
    crop: Crop,
    guess: np.ndarray,
) -> np.ndarray:
    """Votes of the frame before: which colours, at which part of the window, were the object's."""
    h, w = codes.shape
    dx, dy = round(place.shift[0]), round(place.shift[1])
    x0, x1 = max(crop.x0 - dx, 0), min(crop.x1 - dx, w)
    y0, y1 = max(crop.y0 - dy, 0), min(crop.y1 - dy, h)
    if x0 >= x1 or y0 >= y1:
        return guess
    width, height = crop.size
    u, v = np.arange(width) / width, np.arange(height) / height
    now = place_cells(codes[crop.window], u[None], v[:, None])
    u = (np.arange(x0, x1) + dx - crop.x0) / width
    v = (np.arange(y0, y1) + dy - crop.y0) / height
    then = place_cells(codes_before[y0:y1, x0:x1], u[None], v[:, None])
    model = PlaceModel.of(then.ravel(), mask_before[y0:y1, x0:x1].ravel())
    return model.chance(now, guess, PLACE_TRUST)


def _sigmoid(values: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-values))
