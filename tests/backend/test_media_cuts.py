"""Where scenes begin: found on a clip whose cuts are known, and not where there is none."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np

from backend.media.cuts import CUTS_NAME, SceneCuts, cuts_among, find_cuts
from sam2.procedural.clips import rendered_clips


def film(path: Path, frames: Sequence[np.ndarray]) -> Path:
    height, width = frames[0].shape[:2]
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for image in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, "rgb24")))
        container.mux(stream.encode(None))
    return path


def scenes(lengths: Sequence[int]) -> list[np.ndarray]:
    """Stretches of the rendered clips, one after the other, at a quarter of their size."""
    frames = []
    for clip, length in zip(rendered_clips(), lengths, strict=False):
        frames += [np.ascontiguousarray(clip.frame(10 + i)[::4, ::4][:120, :200]) for i in range(length)]
    return frames


def test_the_cuts_of_a_film_are_found(tmp_path: Path) -> None:
    assert find_cuts(film(tmp_path / "film.mp4", scenes([14, 20, 9, 16]))) == (14, 34, 43)


def test_a_scene_that_moves_has_no_cut(tmp_path: Path) -> None:
    assert find_cuts(film(tmp_path / "film.mp4", scenes([40]))) == ()


def test_a_fade_is_no_cut(tmp_path: Path) -> None:
    bright = np.full((72, 128, 3), 235, np.uint8)
    frames = [(bright * (1 - i / 30)).astype(np.uint8) for i in range(30)]
    assert find_cuts(film(tmp_path / "film.mp4", frames)) == ()


def test_what_goes_on_changing_is_no_row_of_cuts() -> None:
    assert cuts_among(np.array([0, *[0.6] * 20])) == ()
    assert cuts_among(np.array([0, *[0.02] * 9, 0.7, *[0.02] * 9])) == (10,)
    assert cuts_among(np.array([0.0])) == ()


def test_they_are_looked_for_once_and_kept(tmp_path: Path) -> None:
    video = film(tmp_path / "film.mp4", scenes([14, 20]))
    cuts = SceneCuts()
    deadline = time.monotonic() + 60
    while (found := cuts.of(tmp_path, video)) is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert found == (14,)
    cuts.close()
    video.unlink()
    assert SceneCuts().of(tmp_path, video) == (14,)
    (tmp_path / CUTS_NAME).write_text("{")  # cut off
    again = SceneCuts()
    assert again.of(tmp_path, video) is None
    again.close()
