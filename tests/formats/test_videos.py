"""Overlays and mattes hold the source's frames, at the source's own times and size."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from backend.domain.edge import LEVELS
from backend.domain.errors import InvalidInput
from backend.domain.session import FrameMask
from backend.formats.matte_videos import MATTE_PRORES, MATTE_WEBM
from backend.formats.model import Annotated
from backend.formats.overlay import OVERLAY
from backend.formats.pixels import decode, rle_of
from backend.formats.soft_edges import alpha_of, ramp
from backend.worker.soft import SoftMask, edge_of
from tests.backend.numbered_clips import Clip, number_of, numbers_in
from tests.formats.clips import ONE, UNEVEN, Source, add_sound, seconds_of, stamps_in
from tests.formats.sessions import read_back, same_masks


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    return Source.of(UNEVEN, UNEVEN.write(tmp_path_factory.mktemp("clip")))


def discs(source: Source) -> dict[tuple[int, int], np.ndarray]:
    """A disc that wanders, and is away on the frames 5 to 8."""
    ys, xs = np.mgrid[0 : source.video.height, 0 : source.video.width]
    return {
        (i, 3): (xs - 20 - 2 * i) ** 2 + (ys - 36) ** 2 < 15**2
        for i in range(source.video.num_frames)
        if not 5 <= i <= 8
    }


def test_an_overlay_keeps_every_frame_and_its_time(source: Source, tmp_path: Path) -> None:
    OVERLAY.write(source.annotated({}), tmp_path)
    made = tmp_path / "overlay.mp4"
    assert numbers_in(made) == list(range(24))
    assert seconds_of(stamps_in(made)) == seconds_of(source.times)


def test_an_overlay_of_a_range_begins_where_the_file_begins(source: Source, tmp_path: Path) -> None:
    frames = range(6, 24, 3)
    OVERLAY.write(source.annotated({}, frames), tmp_path)
    made = tmp_path / "overlay.mp4"
    assert numbers_in(made) == list(frames)
    all_s = seconds_of(source.times)
    assert seconds_of(stamps_in(made)) == [all_s[i] - all_s[6] + all_s[0] for i in frames]


def test_an_overlay_shows_the_object_in_its_colour(source: Source, tmp_path: Path) -> None:
    OVERLAY.write(source.annotated(discs(source)), tmp_path)
    with av.open(str(tmp_path / "overlay.mp4")) as container:
        pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    plain = source.reader()
    for frame_idx in (0, 3, 12):
        mask = discs(source)[frame_idx, 3]
        change = np.abs(pictures[frame_idx].astype(int) - plain(frame_idx)).sum(2)
        assert change[mask].mean() > 60
        assert change[~mask].mean() < 12
    redder = pictures[0][discs(source)[0, 3]].mean(0) - plain(0)[discs(source)[0, 3]].mean(0)
    assert redder[0] > redder[1] and redder[0] > redder[2]


def test_an_overlay_has_the_source_s_sound(source: Source, tmp_path: Path) -> None:
    with_sound = Source.of(UNEVEN, add_sound(source.path, 2.0))
    OVERLAY.write(with_sound.annotated({}), tmp_path)
    with av.open(str(with_sound.path)) as before, av.open(str(tmp_path / "overlay.mp4")) as after:
        told = [
            [(p.pts * p.time_base, bytes(p)) for p in file.demux(audio=0) if p.size]
            for file in (before, after)
        ]
    assert told[1] == told[0][: len(told[1])]
    end_s = max(seconds_of(source.times))
    assert end_s < told[1][-1][0] < end_s + Fraction(1, 5)


def test_the_sound_of_a_range_moves_with_its_frames(source: Source, tmp_path: Path) -> None:
    with_sound = Source.of(UNEVEN, add_sound(source.path, 2.0))
    OVERLAY.write(with_sound.annotated({}, range(12, 24)), tmp_path)
    moved_s = seconds_of(source.times)[12]
    with av.open(str(with_sound.path)) as before, av.open(str(tmp_path / "overlay.mp4")) as after:
        first = next(p for p in after.demux(audio=0) if p.size)
        (same,) = [p for p in before.demux(audio=0) if p.size and bytes(p) == bytes(first)]
        apart_s = same.pts * same.time_base - first.pts * first.time_base
    assert abs(apart_s - moved_s) <= Fraction(1, 1000)  # MP4 puts tracks beside each other to the millisecond


def test_an_overlay_of_odd_size_is_a_row_and_column_larger(tmp_path: Path) -> None:
    clip = Clip(".mkv", "ffv1", num_frames=3, size=(97, 73), pix_fmt="bgr0")
    source = Source.of(clip, clip.write(tmp_path))
    OVERLAY.write(source.annotated({}), tmp_path)
    with av.open(str(tmp_path / "overlay.mp4")) as container:
        picture = next(container.decode(video=0)).to_ndarray(format="rgb24")
    assert picture.shape == (74, 98, 3)
    assert number_of(picture[:73, :97]) == 0


@pytest.mark.parametrize("form", [MATTE_WEBM, MATTE_PRORES], ids=lambda one: one.name)
def test_a_matte_has_the_frames_their_times_and_the_mask(source: Source, form, tmp_path: Path) -> None:
    masks = discs(source)
    form.write(source.annotated(masks), tmp_path)
    (made,) = tmp_path.glob(f"*{form.encoding.ending}")
    assert numbers_in(made) == list(range(24))
    there, wanted = seconds_of(stamps_in(made)), seconds_of(source.times)
    tick = Fraction(1, 1000) if form is MATTE_WEBM else 0
    assert all(abs(a - b) <= tick / 2 for a, b in zip(there, wanted, strict=True))
    back = read_back(form, tmp_path, source.video)
    assert back.problems == []
    assert set(back.masks) == set(masks)
    if form is MATTE_PRORES:  # its alpha is lossless
        same_masks(back.masks, masks)
    for place, mask in masks.items():
        union = (back.masks[place] | mask).sum()
        assert (back.masks[place] & mask).sum() / union > 0.97, place


def with_edges(annotated: Annotated) -> Annotated:
    """The masks as an engine gives them that sees their borders out of focus."""

    def read_masks() -> Iterator[FrameMask]:
        for mask in annotated.read_masks():
            pixels = decode(rle_of(mask))
            blurred = cv2.GaussianBlur(pixels.astype(np.float32), (0, 0), 4.0)
            cells = cv2.resize(blurred, (48, 36), interpolation=cv2.INTER_AREA)
            levels = np.minimum(cells * LEVELS, LEVELS - 1).astype(np.uint8)
            edge = edge_of(SoftMask(levels, *pixels.shape))
            yield replace(mask, edge=edge.packed() if edge is not None else None)

    return replace(annotated, read_masks=read_masks)


@pytest.mark.parametrize("form", [MATTE_WEBM, MATTE_PRORES], ids=lambda one: one.name)
def test_a_matte_is_as_soft_as_the_engine_saw_it(source: Source, form, tmp_path: Path) -> None:
    session = with_edges(source.annotated(discs(source), range(4)))
    form.write(session, tmp_path)
    (made,) = tmp_path.glob(f"*{form.encoding.ending}")
    alphas = list(form._alphas(made, source.video))
    there = {mask.frame_idx: mask for mask in session.read_masks()}
    back = read_back(form, tmp_path, source.video)
    for frame_idx in range(4):
        mask = there[frame_idx]
        wanted, pixels = alpha_of(mask), decode(rle_of(mask))
        soft = np.abs(wanted - 0.5) < 0.45
        assert soft.sum() > 2 * (np.abs(ramp(pixels) - 0.5) < 0.45).sum()
        difference = np.abs(alphas[frame_idx] / 255 - wanted)
        assert difference.max() < (0.2 if form is MATTE_WEBM else 0.01)
        union = (back.masks[frame_idx, 3] | pixels).sum()
        assert (back.masks[frame_idx, 3] & pixels).sum() / union > (0.97 if form is MATTE_WEBM else 0.9999)


@pytest.mark.parametrize("form", [MATTE_WEBM, MATTE_PRORES], ids=lambda one: one.name)
def test_a_matte_of_some_frames_knows_which(source: Source, form, tmp_path: Path) -> None:
    form.write(source.annotated(discs(source), range(9, 24, 5)), tmp_path)
    assert json.loads((tmp_path / "frames.json").read_text()) == {"frame_indices": [9, 14, 19]}
    back = read_back(form, tmp_path, source.video)
    assert set(back.masks) == {(9, 3), (14, 3), (19, 3)}
    (tmp_path / "frames.json").unlink()
    alone = read_back(form, tmp_path, source.video)
    assert alone.problems == [f"003{form.encoding.ending} has 3 frames, not 24: its masks may be on others."]


def test_what_is_no_matte_is_told(source: Source, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="There is no .webm file"):
        MATTE_WEBM.read(tmp_path, source.video)
    (tmp_path / "1.webm").write_bytes(b"nothing of the kind")
    assert "it is damaged" in read_back(MATTE_WEBM, tmp_path, source.video).problems[0]
    opaque = Clip(".webm", "libvpx-vp9", num_frames=2).write(tmp_path, "2")
    assert read_back(MATTE_WEBM, opaque, source.video).problems[0] == "2.webm has no alpha."
    other = Clip(".webm", "libvpx-vp9", num_frames=2, size=(32, 32)).write(tmp_path, "3")
    assert "32 x 32 pixels" in read_back(MATTE_WEBM, other, source.video).problems[0]


@pytest.mark.parametrize("form", [OVERLAY, MATTE_PRORES], ids=lambda one: one.name)
def test_pixels_that_are_not_square_stay_so(source: Source, form, tmp_path: Path) -> None:
    wide = replace(source, video=replace(source.video, pixel_aspect=4 / 3))
    form.write(wide.annotated({}, range(2)), tmp_path)
    (made,) = [path for path in tmp_path.iterdir() if path.suffix in (".mp4", ".mov")]
    with av.open(str(made)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (96, 72)
        assert stream.sample_aspect_ratio == Fraction(4, 3)


def test_an_overlay_is_not_read_back(source: Source) -> None:
    with pytest.raises(InvalidInput, match="to be watched"):
        OVERLAY.read(source.path, source.video)


def test_pictures_are_asked_for_where_a_format_is_made_of_them(source: Source, tmp_path: Path) -> None:
    without = source.annotated(discs(source), with_frames=False)
    with pytest.raises(InvalidInput, match="export it with the frames"):
        OVERLAY.write(without, tmp_path)


def test_one_encoder_for_each_object_in_turn(source: Source) -> None:
    assert MATTE_WEBM.walks(source.annotated({})) == len(ONE)
