"""Summaries of masks: what each letter stands for, and that no run is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.coverage import Coverage, MaskSign, cover, look_of


def sign(frame_idx: int, area: int = 9, score: float = 9.0, iou: float = 0.95, **other: bool) -> MaskSign:
    return MaskSign(frame_idx, other.get("is_there", True), area, score, iou, other.get("verified", False))


@pytest.mark.parametrize(
    ("mask", "letter"),
    [
        (sign(0), "a"),
        (sign(0, iou=0.79), "b"),
        (sign(0, iou=0.6), "c"),
        (sign(0, iou=0.2), "e"),
        (sign(0, score=0.0), "d"),
        (sign(0, score=-1e9), "e"),
        (sign(0, score=1e9, iou=1.0, verified=True), "A"),
        (sign(0, area=0, score=-5), "o"),
        (sign(0, area=0, verified=True), "O"),
        (sign(0, is_there=False), "x"),
    ],
)
def test_a_letter_says_how_a_frame_looks(mask: MaskSign, letter: str) -> None:
    assert look_of(mask) == letter


def test_frames_that_look_alike_are_one_run_and_gaps_are_unchanged() -> None:
    signs = [sign(3), sign(4), sign(7, area=0), sign(8), sign(9, iou=0.1)]
    assert cover(5, signs) == Coverage(5, 3, "2a2_oae")


def test_no_mask_no_summary() -> None:
    assert cover(1, []) is None


@given(st.dictionaries(st.integers(0, 400), st.booleans(), max_size=60))
def test_every_frame_is_found_again(frames: dict[int, bool]) -> None:
    covered = cover(1, [sign(frame, is_there=frames[frame]) for frame in sorted(frames)])
    found: dict[int, bool] = {}
    if covered is not None:
        frame = covered.first_frame
        for count, letter in re.findall(r"(\d*)([a-zA-Z_])", covered.looks):
            for _ in range(int(count or 1)):
                if letter != "_":
                    found[frame] = letter == "a"
                frame += 1
    assert found == frames
