"""Look-alikes, and finding a lost object again."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from backend.worker.colorflow.colour_model import histogram
from backend.worker.colorflow.memory import TrackRecord
from backend.worker.colorflow.refine import disc, tidy
from backend.worker.colorflow.view import FrameView

LIKELY = 0.5  # log-likelihood ratio of a pixel that may be the object's
ALIKE = 0.55  # Bhattacharyya coefficient of a region that may be the object


@dataclass(frozen=True)
class Found:
    """A search's outcome: the object's mask, or None; a score as SAM's; the look-alikes now."""

    mask: np.ndarray | None
    score: float
    rivals: np.ndarray


def alikeness(codes: np.ndarray, inside: np.ndarray) -> float:
    """Bhattacharyya coefficient, 0..1, of some pixels' colours and the object's; 0 for no pixels."""
    return float(np.sqrt(histogram(codes) * inside).sum()) if codes.size else 0.0


def find_rivals(
    ratio: np.ndarray, mask: np.ndarray, area: float, before: np.ndarray | None, own: np.ndarray
) -> np.ndarray:
    """Regions of the object's colours that are not the object, bool [h, w].

    `own` is where new regions are the object's: what shows there was hidden. `before` are the
    look-alikes as they moved on from the frame before; None on a prompted frame, where all other
    regions are such. One that comes to touch the object stays one.
    """
    close = cv2.dilate(mask.astype(np.uint8), disc(2)) > 0
    likely = _blobs(ratio)
    likely[close] = 0
    labels, stats = cv2.connectedComponentsWithStats(likely, connectivity=8)[1:3]
    sizes = stats[:, cv2.CC_STAT_AREA]
    rival = sizes >= 0.15 * area
    if before is not None:
        rival[np.unique(labels[own])] = False
        overlap = np.bincount(labels[before], minlength=len(sizes))
        rival |= (overlap > 0.3 * sizes) & (sizes >= 0.03 * area)
    rival[0] = False
    return rival[labels]


def find_again(
    before: TrackRecord, view: FrameView, ratio: np.ndarray, inside: np.ndarray, area: float
) -> Found:
    """The most alike region that was no rival a frame ago."""
    known = cv2.dilate(before.rivals.unpack().astype(np.uint8), disc(6)) > 0
    last = cv2.dilate((before.shape.unpack() >= 0.5).astype(np.uint8), disc(8)) > 0
    count, labels, stats, _ = cv2.connectedComponentsWithStats(_blobs(ratio), connectivity=8)
    rivals = np.zeros(ratio.shape, bool)
    best, best_score = None, 0.0
    for k in range(1, count):
        x, y, w, h, size = (int(v) for v in stats[k])
        window = np.s_[y : y + h, x : x + w]
        blob = labels[window] == k
        if float(known[window][blob].mean()) > 0.15:
            rivals[window] |= blob
            continue
        at_border = x <= 1 or y <= 1 or x + w >= ratio.shape[1] - 1 or y + h >= ratio.shape[0] - 1
        least = 0.08 if at_border or last[window][blob].any() else 0.3
        if not least * area <= size <= 2.5 * area:
            continue
        alike = alikeness(view.codes[window][blob], inside)
        score = 8.0 * (alike - ALIKE) + 0.5 * min(size / area, 1.0)
        if score > best_score:
            mask = np.zeros(ratio.shape, bool)
            mask[window] = blob
            best, best_score = tidy(mask, mask), score
    return Found(best, best_score if best is not None else -2.0, rivals)


def _blobs(ratio: np.ndarray) -> np.ndarray:
    likely = (cv2.GaussianBlur(ratio, (0, 0), 1.0) > LIKELY).astype(np.uint8)
    return cv2.morphologyEx(likely, cv2.MORPH_OPEN, disc(1))
