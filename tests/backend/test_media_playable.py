"""Which sources browsers get as they are: a rule that says no where any browser could show another frame."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from backend.domain.video import Playback
from backend.media.importer import import_video, index_video
from backend.media.index import RENDITION_NAME
from tests.backend.frame_corpus import CASES
from tests.backend.numbered_clips import Clip, numbers_in, packet_places, played

PLAIN = Clip(options={"g": "12"})

PLAYED = {
    "plain": PLAIN,
    "b-frames": Clip(options={"bf": "3", "g": "12"}),
    "keyframes-only": Clip(options={"g": "1"}),
    "faststart": replace(PLAIN, container_options={"movflags": "faststart"}),
    "ntsc": replace(PLAIN, stamp=lambda i: 1001 * i, time_base=Fraction(1, 30000)),
    "with-sound": replace(PLAIN, sound_s=4.0),
}
TURNED_AWAY = {
    "another-container": replace(PLAIN, suffix=".mkv"),
    "quicktime": replace(PLAIN, suffix=".mov"),
    "another-codec": Clip(codec="libx265", options={"x265-params": "log-level=error"}),
    "ten-bits": replace(PLAIN, pix_fmt="yuv420p10le"),
    "4:4:4": replace(PLAIN, pix_fmt="yuv444p"),
    "odd-width": replace(PLAIN, size=(97, 72), pix_fmt="yuv444p"),
    "turned": replace(PLAIN, rotation=90),
    "mirrored": replace(PLAIN, mirrored=True),
    "wide-pixels": replace(PLAIN, pixel_aspect=Fraction(4, 3)),
    "interlaced": CASES["interlaced"].clip,
    "starts-late": replace(PLAIN, stamp=lambda i: i + 250),
    "leaves-frames-out": replace(PLAIN, stamp=lambda i: i - 7),
    "intra-refresh": CASES["intra-refresh"].clip,
    "fragmented": CASES["fragmented"].clip,
    "large": Clip(size=(2048, 64), num_frames=2),
    "heavy": Clip(options={"g": "400", "preset": "ultrafast"}, size=(704, 576), num_frames=400),
}


@pytest.mark.parametrize("name", PLAYED)
def test_played_as_it_is(name: str, tmp_path: Path) -> None:
    clip = PLAYED[name]
    video = import_video(clip.write(tmp_path), tmp_path / "video")
    assert video.playback is Playback.SOURCE
    assert not (tmp_path / "video" / RENDITION_NAME).exists()
    assert numbers_in(played(tmp_path / "video")) == list(range(clip.num_frames))


@pytest.mark.parametrize("name", TURNED_AWAY)
def test_gets_a_rendition(name: str, tmp_path: Path) -> None:
    video = index_video(TURNED_AWAY[name].write(tmp_path), tmp_path / "video")
    assert video.playback is Playback.PENDING


def test_damage_that_the_walk_finds_calls_for_a_rendition(tmp_path: Path) -> None:
    """The header is in order, one frame in the middle is not."""
    path = Clip(options={"g": "1"}).write(tmp_path)
    data = bytearray(path.read_bytes())
    place, size = packet_places(path)[20]
    data[place + 4 : place + size] = np.random.default_rng(1).bytes(size - 4)
    path.write_bytes(data)
    assert index_video(path, tmp_path / "index").playback is Playback.SOURCE
    video = import_video(path, tmp_path / "video")
    assert video.playback is Playback.RENDITION
    assert "damaged" in (video.warning or "")
    numbers = numbers_in(played(tmp_path / "video"))
    assert numbers[:20] + numbers[21:] == [*range(20), *range(21, 40)]
