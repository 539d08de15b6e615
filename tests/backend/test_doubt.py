"""How much a mask deserves a look: each sign by itself, against pixels, and together."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from backend.domain.doubt import Reason, Signs, _pieces_and_holes, common_area, doubt_of, signs_of
from backend.domain.rle import Rle
from backend.worker.masks import encode_mask

HEIGHT, WIDTH = 60, 80


def box(x0: int, y0: int, x1: int, y1: int, hole: bool = False) -> np.ndarray:
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[y0:y1, x0:x1] = True
    if hole:
        mask[(y0 + y1) // 2 - 3 : (y0 + y1) // 2 + 3, (x0 + x1) // 2 - 3 : (x0 + x1) // 2 + 3] = False
    return mask


def reasons(
    mask: np.ndarray,
    beside: np.ndarray | None = None,
    others: tuple[np.ndarray, ...] = (),
    score: float = 8.0,
    iou: float = 0.97,
) -> Reason:
    rle_beside = None if beside is None else encode_mask(beside)
    found = signs_of(encode_mask(mask), score, iou, rle_beside, [encode_mask(other) for other in others])
    return doubt_of(found).reasons


def test_a_calm_mask_raises_none() -> None:
    calm = signs_of(encode_mask(box(20, 20, 50, 45)), 8.0, 0.97, encode_mask(box(21, 20, 51, 45)), [])
    assert doubt_of(calm).amount < 0.05
    assert doubt_of(calm).reasons == Reason(0)


def test_each_sign_says_its_reason() -> None:
    here = box(20, 20, 50, 45)
    assert reasons(here, here, score=-0.5) == Reason.UNSURE
    assert reasons(here, here, iou=0.3) == Reason.UNSURE
    assert Reason.JUMPED in reasons(here, box(50, 20, 79, 45))
    assert reasons(here, box(20, 20, 32, 45)) == Reason.RESIZED
    assert reasons(here | box(60, 5, 75, 15), None) == Reason.PIECES
    assert reasons(box(20, 20, 34, 34, hole=True), None) == Reason.HOLES
    assert reasons(here, here, (box(35, 20, 70, 45),)) == Reason.OVERLAPS
    assert reasons(box(0, 0, 0, 0), here, score=-8.0) == Reason.RESIZED  # it went at once
    assert reasons(box(0, 0, 0, 0), None, score=-8.0) == Reason(0)


def test_more_signs_make_more_doubt() -> None:
    some, more = doubt_of(Signs(jumped=0.5)), doubt_of(Signs(jumped=0.5, pieces=0.5))
    assert 0 < some.amount < more.amount < 1
    assert doubt_of(Signs(1, 1, 1, 1, 1, 1)).amount <= 1


@pytest.mark.parametrize("seed", range(12))
def test_areas_are_those_of_the_pixels(seed: int) -> None:
    rng = np.random.default_rng(seed)
    blobs = cv2.GaussianBlur(rng.random((HEIGHT, WIDTH)), (0, 0), 1 + seed % 4)
    mask, other = blobs > np.quantile(blobs, 0.6), blobs > np.quantile(blobs, 0.75)
    other = np.roll(other, 5, axis=1)
    assert common_area(encode_mask(mask), encode_mask(other)) == int((mask & other).sum())
    pieces, holes = _pieces_and_holes(encode_mask(mask))
    assert pieces == pytest.approx(1 - largest(mask) / mask.sum())
    assert holes == pytest.approx(hole_pixels(mask) / mask.sum())


def test_masks_of_other_sizes_have_nothing_in_common() -> None:
    assert common_area(Rle.from_runs(2, 2, [0, 4]), Rle.from_runs(4, 1, [0, 4])) == 0


def largest(mask: np.ndarray) -> int:
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)
    return int(stats[1:, cv2.CC_STAT_AREA].max())


def hole_pixels(mask: np.ndarray) -> int:
    """Of the regions without the mask that touch no edge of the picture."""
    count, labels = cv2.connectedComponents((~mask).astype(np.uint8), connectivity=4)
    edge = {*labels[0], *labels[-1], *labels[:, 0], *labels[:, -1]}
    return sum(int((labels == k).sum()) for k in range(1, count) if k not in edge)
