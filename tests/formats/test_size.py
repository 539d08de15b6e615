"""However long the video, a writer and a reader hold about as much; and each frame keeps its own number."""

from __future__ import annotations

import json
import subprocess
import sys
import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from backend.formats.json_text import listed
from backend.formats.model import Format, FoundMask
from backend.formats.registry import FORMATS
from tests.backend.numbered_clips import Clip, number_of
from tests.formats.clips import ONE, Source
from tests.formats.huge import long_session
from tests.formats.sessions import annotated_of, read_back

# A file for each frame or mask: those are many, whatever the writer does. They are tried at fewer frames.
OF_PICTURES = ("png", "cutouts", "matte-png", "matte-exr", "matte-webm", "matte-prores", "overlay")
ALLOWED_BYTES = 1_500_000  # more at the higher number of frames


def peaks(form: Format, folder: Path, num_frames: int, num_objects: int) -> tuple[int, int]:
    """Bytes that Python and NumPy held at most, while writing and while reading."""
    session = long_session(num_frames, num_objects)
    if not form.needs_frames:
        session = replace(session, read_frame=None)
    folder.mkdir()
    tracemalloc.start()
    form.write(session, folder)
    written = tracemalloc.get_traced_memory()[1]
    read = 0
    if form.name != "overlay":
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        found = form.read(folder, session.video)
        count = sum(isinstance(shape, FoundMask) for shape in found.shapes())
        read = tracemalloc.get_traced_memory()[1] - before
        expected = num_frames * (1 if form.name in FLAT else num_objects)
        assert count >= expected, "what was measured is what was read"
    tracemalloc.stop()
    return written, read


FLAT = ("davis", "youtube-vos", "mots", "pascal-voc")


@pytest.mark.parametrize("form", FORMATS.values(), ids=lambda one: one.name)
def test_memory_does_not_grow_with_the_video(form: Format, tmp_path: Path) -> None:
    few, many = (40, 160) if form.name in OF_PICTURES else (100, 500)
    short = peaks(form, tmp_path / "short", few, 4)
    long = peaks(form, tmp_path / "long", many, 4)
    assert long[0] - short[0] < ALLOWED_BYTES, (short, long)
    assert long[1] - short[1] < ALLOWED_BYTES, (short, long)


@pytest.mark.parametrize("name", ["coco", "sav", "youtube-vis"])
def test_five_thousand_frames_with_twenty_objects(name: str) -> None:
    """In a process of its own, since the memory of a whole process is what counts."""
    command = [sys.executable, "-m", "tests.formats.huge", name, "5000", "20"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
    told = json.loads(done.stdout)
    assert told["masks"] == 100_000
    assert told["grown_bytes"] < 40_000_000


@pytest.mark.parametrize("form", FORMATS.values(), ids=lambda one: one.name)
def test_a_session_without_objects_is_written_and_read(form: Format, tmp_path: Path) -> None:
    grey = np.full((30, 50, 3), 90, np.uint8)
    form.write(annotated_of({}, [], read_frame=lambda frame_idx: grey), tmp_path)
    if form.name in ("overlay", "matte-webm", "matte-prores"):
        return  # a film without masks, and no film at all
    back = read_back(form, tmp_path)
    assert (back.objects, back.masks, back.boxes, back.problems) == ((), {}, {}, [])


@pytest.mark.parametrize("form", [f for f in FORMATS.values() if f.takes_frames], ids=lambda one: one.name)
def test_the_very_frames_carry_their_own_numbers(
    form: Format, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A clip whose pictures show their number: under each name is that frame, and its masks are on it."""
    clip = Clip(num_frames=30, options={"preset": "ultrafast", "crf": "10", "bf": "2"})
    folder = tmp_path_factory.mktemp(form.name)
    source = Source.of(clip, clip.write(tmp_path_factory.getbasetemp(), f"numbered-{form.name}"))
    frames = range(4, 30, 7)
    whole = {(i, 3): np.ones((72, 96), bool) for i in range(30)}
    form.write(source.annotated(whole, frames), folder)
    pictures = [path for path in folder.rglob("*") if path.suffix in (".jpg", ".png") and is_picture(path)]
    assert sorted(picture_number(path) for path in pictures) == list(frames)
    for path in pictures:
        with Image.open(path) as image:
            assert number_of(np.asarray(image.convert("RGB"))) == picture_number(path)
    back = read_back(form, folder, source.video)
    assert set(back.masks) == {(i, ONE[0].object_id) for i in frames}


def is_picture(path: Path) -> bool:
    """Of the video, not of a mask."""
    with Image.open(path) as image:
        return image.mode in ("RGB", "RGBA")


def picture_number(path: Path) -> int:
    return int("".join(c for c in path.stem.split("_x")[0] if c.isdecimal()))


def test_lists_are_written_entry_by_entry() -> None:
    assert "".join(listed([])) == ""
    pieces = listed(iter([1, 2]))
    assert next(pieces) == "\n1"


def test_progress_is_told_for_every_frame_and_can_end_the_writing(tmp_path: Path) -> None:
    told: list[int] = []

    def on_frame() -> None:
        told.append(1)
        if len(told) == 5:
            raise InterruptedError

    session = replace(long_session(50, 2), read_frame=None, on_frame=on_frame)
    for form in FORMATS.values():
        if form.needs_frames:
            continue
        told.clear()
        folder = tmp_path / form.name
        folder.mkdir()
        with pytest.raises(InterruptedError):
            form.write(session, folder)
        assert not list(folder.glob(".spill-*")), "nothing is left behind"
