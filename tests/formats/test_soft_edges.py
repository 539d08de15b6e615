"""A matte's alpha is as soft as the engine saw it, and above half of it the stored mask is back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.edge import LEVELS, Edge
from backend.domain.errors import InvalidInput
from backend.domain.session import FrameMask
from backend.formats.exr import read_exr
from backend.formats.model import Annotated
from backend.formats.picture_folders import MATTE_EXR, MATTE_PNG
from backend.formats.pixels import decode, rle_of
from backend.formats.soft_edges import RADIUS, alpha_of, ramp
from backend.worker.soft import SoftMask, edge_of
from tests.formats.sessions import OBJECTS, annotated_of, frame_mask, read_back, same_masks, shapes, video_of

WIDTH, HEIGHT = 160, 120
CELLS = (40, 48)  # across, down: not square on the video, as SAM 2's are not


@dataclass(frozen=True)
class Seen:
    """An object whose true alpha is known, and what an engine with a coarse grid keeps of it."""

    truth: np.ndarray  # float [HEIGHT, WIDTH]
    mask: FrameMask

    @classmethod
    def of(cls, truth: np.ndarray) -> Seen:
        """As SAM 2 gives it: logits on the grid, the mask from their bilinear enlargement."""
        small = cv2.resize(truth, CELLS, interpolation=cv2.INTER_AREA).clip(1e-4, 1 - 1e-4)
        logits = np.log(small / (1 - small)).astype(np.float32)
        pixels = cv2.resize(logits, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR) > 0
        levels = np.minimum(small * LEVELS, LEVELS - 1).astype(np.uint8)
        edge = edge_of(SoftMask(levels, HEIGHT, WIDTH))
        assert edge is not None
        return cls(truth, replace(frame_mask(1, 0, pixels), edge=edge.packed()))

    @property
    def pixels(self) -> np.ndarray:
        return decode(rle_of(self.mask))

    def error(self, alpha: np.ndarray) -> float:
        """Mean difference from the truth, where the truth is soft or alpha is."""
        near = (self.truth > 0.01) & (self.truth < 0.99) | (alpha > 0.01) & (alpha < 0.99)
        return float(np.abs(alpha - self.truth)[near].mean())


def disc(blur: float) -> np.ndarray:
    """Out of focus by so many pixels."""
    ys, xs = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    hard = (np.hypot(xs - 75, ys - 58) < 34).astype(np.float32)
    return cv2.GaussianBlur(hard, (0, 0), blur)


def one_side_soft() -> np.ndarray:
    """Sharp to the left, out of focus to the right: no ramp of one width is right on both sides."""
    share = np.clip((np.mgrid[:HEIGHT, :WIDTH][1] - 60) / 40, 0, 1).astype(np.float32)
    return (1 - share) * disc(1.0) + share * disc(6.0)


@pytest.mark.parametrize("truth", [disc(4.0), disc(7.0), one_side_soft()], ids=["soft", "softer", "one side"])
def test_a_soft_object_is_nearer_to_its_true_alpha_than_a_ramp_is(truth: np.ndarray) -> None:
    seen = Seen.of(truth)
    alpha = alpha_of(seen.mask)
    assert alpha.dtype == np.float32 and 0 <= alpha.min() and alpha.max() <= 1
    assert np.array_equal(alpha > 0.5, seen.pixels)
    assert seen.error(alpha) < 0.035
    assert seen.error(ramp(seen.pixels)) > 4 * seen.error(alpha)


def test_a_mask_of_which_nobody_said_anything_has_the_ramp() -> None:
    seen = Seen.of(disc(4.0))
    assert np.array_equal(alpha_of(replace(seen.mask, edge=None)), ramp(seen.pixels))


@given(shapes(17, 29))
def test_the_ramp_is_drawn_where_the_mask_is_and_is_the_same_there(pixels: np.ndarray) -> None:
    assert np.array_equal(alpha_of(frame_mask(1, 0, pixels)), ramp(pixels))


def test_mask_and_edge_of_one_engine_have_one_border() -> None:
    """The clamp has next to nothing to do: alpha runs on steadily through its half."""
    seen = Seen.of(disc(6.0))
    row = alpha_of(seen.mask)[58, 75:130]
    assert np.abs(np.diff(row)).max() < 0.08
    assert (np.diff(row) < 1e-3).all()


@st.composite
def any_edges(draw: st.DrawFn) -> Edge:
    """Of any place, also beside the frame, with any levels."""
    width, height = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    random = np.random.default_rng(draw(st.integers(0, 2**16)))
    levels = random.integers(0, LEVELS, width * height, np.uint8).tobytes()
    left, top = draw(st.floats(-20, 40, width=32)), draw(st.floats(-20, 40, width=32))
    across, down = draw(st.floats(1, 60, width=32)), draw(st.floats(1, 60, width=32))
    return Edge(left, top, left + across, top + down, width, height, levels)


@given(any_edges(), shapes(21, 33))
def test_whatever_an_edge_says_the_mask_is_back_at_half(edge: Edge, pixels: np.ndarray) -> None:
    alpha = alpha_of(replace(frame_mask(1, 0, pixels), edge=edge.packed()))
    assert np.array_equal(alpha > 0.5, pixels)
    assert np.array_equal(np.rint(alpha * 255) >= 128, pixels)  # also in eight bits
    assert 0 <= alpha.min() and alpha.max() <= 1


def test_where_the_mask_says_otherwise_alpha_follows_the_mask() -> None:
    """Such as a part that another object has, or one that was filled."""
    seen = Seen.of(disc(4.0))
    pixels = seen.pixels.copy()
    pixels[:, 75:] = False
    pixels[:50, :45] = True
    changed = replace(frame_mask(1, 0, pixels), edge=seen.mask.edge)
    alpha = alpha_of(changed)
    assert alpha[58, 95] == 0 and alpha[20, 20] == 1  # well inside of either
    assert np.array_equal(alpha > 0.5, pixels)


def test_what_is_unsure_far_from_the_border_is_no_edge() -> None:
    """A model that doubts the middle of an object does not see through it."""
    levels = np.full((CELLS[1], CELLS[0]), LEVELS // 2 + 2, np.uint8)
    levels[:10], levels[-10:], levels[:, :8], levels[:, -8:] = 0, 0, 0, 0
    edge = edge_of(SoftMask(levels, HEIGHT, WIDTH))
    assert edge is not None
    logits = cv2.resize(levels.astype(np.float32), (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
    alpha = alpha_of(replace(frame_mask(1, 0, logits >= LEVELS / 2), edge=edge.packed()))
    assert alpha[HEIGHT // 2, WIDTH // 2] == 1
    assert 0.5 < alpha[HEIGHT // 2, 38] < 0.9


def test_a_grid_without_a_border_gives_no_edge() -> None:
    for level in (0, LEVELS - 1):
        assert edge_of(SoftMask(np.full((5, 6), level, np.uint8), 50, 60)) is None


def test_an_edge_is_small_and_comes_back_from_its_bytes() -> None:
    edge = Edge.unpacked(Seen.of(disc(4.0)).mask.edge or b"")
    assert Edge.unpacked(edge.packed()) == edge
    assert len(edge.packed()) < 500
    assert (edge.left, edge.right) == (28, 124)  # the disc from 41 to 109, and the reach of four cells


def test_a_damaged_edge_is_refused_and_the_matte_has_the_ramp() -> None:
    seen = Seen.of(disc(4.0))
    whole = seen.mask.edge or b""
    bent = bytearray(whole)
    bent[3] ^= 0xFF
    too_high = replace(Edge.unpacked(whole), levels=bytes([LEVELS]) * len(Edge.unpacked(whole).levels))
    nowhere = replace(Edge.unpacked(whole), right=float("nan"))
    for bad in (b"", whole[:-3], b"\x07" + whole[1:], too_high.packed(), nowhere.packed(), whole[:40]):
        with pytest.raises(InvalidInput, match="edge is damaged"):
            Edge.unpacked(bad)
        assert np.array_equal(alpha_of(replace(seen.mask, edge=bad)), ramp(seen.pixels))


def soft_session() -> Annotated:
    """One object, softer on each of three frames."""
    video = video_of(3, WIDTH, HEIGHT)
    masks = [replace(Seen.of(disc(2.0 + 2 * i)).mask, frame_idx=i) for i in range(3)]

    def read_masks() -> Iterator[FrameMask]:
        yield from masks

    return replace(annotated_of({}, OBJECTS[:1], video=video), read_masks=read_masks)


@pytest.mark.parametrize("form", [MATTE_PNG, MATTE_EXR], ids=lambda one: one.name)
def test_mattes_hold_the_edge_and_give_the_mask_back(form, tmp_path: Path) -> None:
    session = soft_session()
    form.write(session, tmp_path)
    there = {(mask.frame_idx, 1): decode(rle_of(mask)) for mask in session.read_masks()}
    back = read_back(form, tmp_path, session.video)
    assert back.problems == []
    same_masks(back.masks, there)
    for mask in session.read_masks():
        (file,) = (tmp_path / "masks" / "001").glob(f"*{mask.frame_idx:06d}{form.ending}")
        if form is MATTE_EXR:
            levels = read_exr(file, session.video)
        else:
            levels = cv2.imread(str(file), cv2.IMREAD_UNCHANGED) / np.float32(65535)
        assert np.abs(levels - alpha_of(mask)).max() < 1e-4


def test_the_ramp_goes_over_the_border_and_gives_the_mask_back() -> None:
    mask = np.zeros((20, 40), bool)
    mask[:, 10:30] = True
    alpha = ramp(mask)
    assert np.array_equal(alpha >= 0.5, mask)
    row = alpha[7]
    # Centres lie half a pixel from the border, then one and a half: the ramp ends at the radius.
    expected = [0.5 - 0.5 / (2 * RADIUS), 0.5 + 0.5 / (2 * RADIUS)]
    assert row[9:11] == pytest.approx(expected)
    assert row[[8, 11]] == pytest.approx([0, 1])
    for plain in (np.zeros((3, 4), bool), np.ones((3, 4), bool)):
        assert np.array_equal(ramp(plain), plain)
