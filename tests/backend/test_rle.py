"""Our run lengths are COCO's: pycocotools reads ours, and we read its."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from pycocotools import mask as coco_mask

from backend.domain.errors import InvalidInput
from backend.domain.rle import Rle

MASKS = arrays.arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40)), elements=st.integers(0, 1))


def _runs(mask: np.ndarray) -> list[int]:
    """Run lengths down the columns, background first, counted pixel by pixel."""
    runs, value = [0], 0
    for pixel in mask.T.ravel().tolist():
        if pixel != value:
            runs.append(0)
            value = pixel
        runs[-1] += 1
    return runs


@given(MASKS)
def test_pycocotools_reads_ours(mask: np.ndarray) -> None:
    rle = Rle.from_runs(*mask.shape, _runs(mask))
    decoded = coco_mask.decode({"size": list(mask.shape), "counts": rle.counts.encode()})
    assert np.array_equal(decoded, mask)


@given(MASKS)
def test_we_read_what_pycocotools_writes(mask: np.ndarray) -> None:
    counts = coco_mask.encode(np.asfortranarray(mask))["counts"].decode()
    rle = Rle(*mask.shape, counts)
    assert list(rle.runs) == _runs(mask)
    assert rle.area == mask.sum()
    assert Rle.from_runs(*mask.shape, rle.runs).counts == counts


@given(st.lists(st.integers(0, 2**30), min_size=1, max_size=30))
def test_any_runs_survive(runs: list[int]) -> None:
    assert list(Rle.from_runs(sum(runs), 1, runs).runs) == runs


def test_the_empty_mask() -> None:
    empty = Rle.empty(720, 1280)
    assert (empty.area, empty.runs) == (0, (720 * 1280,))
    assert not coco_mask.decode({"size": [720, 1280], "counts": empty.counts.encode()}).any()


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ("0 1", "a character that no COCO RLE has"),
        ("\x1f", "a character that no COCO RLE has"),
        ("é", "a character that no COCO RLE has"),
        ("5", "does not describe 4 x 3 pixels"),
        ("", "does not describe 4 x 3 pixels"),
        ("o", "cut off"),
        ("M?", "does not describe 4 x 3 pixels"),
    ],
)
def test_what_is_no_mask_is_said_to_be_none(counts: str, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        _ = Rle(3, 4, counts).runs


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=30))
def test_no_string_does_worse_than_be_refused(counts: str) -> None:
    try:
        runs = Rle(3, 4, counts).runs
    except InvalidInput:
        return
    assert sum(runs) == 12
    assert min(runs) >= 0
