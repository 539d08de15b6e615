"""SA-V JSON: the collection's own file is read, and written back equal."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from backend.domain.errors import InvalidInput
from backend.domain.rle import Rle
from backend.domain.session import FrameMask, MaskOrigin, Session, TrackedObject
from backend.domain.video import FrameTimes, Video, VideoState
from backend.formats.model import Annotated, FoundMask
from backend.formats.sav import SAV, SaVFormat
from tests.formats.sessions import TICKS, annotated_of, blobs, read_back, same_masks, video_of

EMPTY = {"size": [30, 50], "counts": Rle.empty(30, 50).counts}


def real_video(document: dict) -> Video:
    frames = int(document["video_frame_count"])
    size = int(document["video_width"]), int(document["video_height"])
    seconds = tuple(i / 24 for i in range(frames))
    return Video("0" * 32, "sav_000001.mp4", "00" * 32, VideoState.READY, *size, pts_s=seconds)


def session_of(file: Path, document: dict, form: SaVFormat) -> Annotated:
    """What was read, as a session that is to be written."""
    video = real_video(document)
    found = form.read(file, video)
    objects = tuple(TrackedObject(one.object_id, one.name, "#000000") for one in found.objects)
    edited = dict(zip(document["masklet_id"], document["masklet_edited_frame_count"], strict=True))

    def masks() -> Iterator[FrameMask]:
        by_hand = dict(edited)
        for shape in found.shapes():
            assert isinstance(shape, FoundMask)
            by_hand[shape.object_id] -= 1
            origin = MaskOrigin.PROMPT if by_hand[shape.object_id] >= 0 else MaskOrigin.TRACK
            yield FrameMask(
                shape.object_id, shape.frame_idx, shape.rle, shape.rle.area, 0.0, 0.0, origin, "any"
            )

    every_fourth = range(0, video.num_frames, 4)
    times = FrameTimes(tuple(range(video.num_frames)), TICKS)
    return Annotated(Session("s", "v", "any", 0.0), video, times, objects, every_fourth, masks)


@pytest.mark.parametrize("name", ["sav_000001_manual.json", "sav_000001_auto.json"])
def test_the_real_file_is_written_back_equal(
    name: str, shared_file: Callable[[str], Path], tmp_path: Path
) -> None:
    real = shared_file(f"sav/{name}")
    document = json.loads(real.read_text())
    form = SaVFormat(environment=document["video_environment"], split=document["video_split"])
    form.write(session_of(real, document, form), tmp_path)
    (written,) = tmp_path.glob("*_manual.json")
    again = json.loads(written.read_text())
    assert list(again) == list(document), "the same entries in the same order"
    assert again["masklet"] == document["masklet"], "every mask, character for character"
    assert not (tmp_path / "frames.json").exists(), "every fourth frame needs no list"
    only_theirs = {"video_id"}
    if "auto" in name:  # how stable their generator found a masklet: no session has that
        only_theirs |= {"masklet_stability_score", "masklet_type"}
    for key in set(document) - only_theirs - {"masklet"}:
        if isinstance(document[key], list) and isinstance(document[key][0], float):
            assert again[key] == pytest.approx(document[key], rel=1e-7, abs=1e-9), key
        else:
            assert again[key] == document[key], key


def test_the_real_file_has_its_masks_on_every_fourth_frame(shared_file: Callable[[str], Path]) -> None:
    real = shared_file("sav/sav_000001_manual.json")
    document = json.loads(real.read_text())
    video = real_video(document)
    back = read_back(SAV, real, video)
    assert back.problems == []
    assert {frame % 4 for frame, _ in back.masks} == {0}
    assert max(frame for frame, _ in back.masks) == 480
    # The fourth masklet appears at the 114th annotated frame.
    assert min(frame for frame, one in back.masks if one == 3) == 4 * 113
    with pytest.raises(InvalidInput, match="not every n-th of this video's 300: choose the video"):
        SAV.read(real, replace(video, pts_s=video.pts_s[:300]))


def test_any_frames_are_listed_beside_it(tmp_path: Path) -> None:
    SAV.write(annotated_of(blobs(), frames=[1, 2, 7]), tmp_path)
    assert json.loads((tmp_path / "frames.json").read_text()) == {"frame_indices": [1, 2, 7]}
    back = read_back(SAV, tmp_path)
    same_masks(back.masks, {place: mask for place, mask in blobs().items() if place[0] in (1, 2, 7)})


def test_what_a_person_drew_counts_as_edited(tmp_path: Path) -> None:
    SAV.write(annotated_of(blobs()), tmp_path)
    (file,) = tmp_path.glob("*_manual.json")
    document = json.loads(file.read_text())
    prompted = [int((0, one) in blobs()) for one in document["masklet_id"]]
    assert document["masklet_edited_frame_count"] == prompted
    assert document["video_duration"] == pytest.approx(video_of().num_frames / video_of().fps)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"masklet": [[{"size": [3, 4], "counts": "<"}]] * 12}, "the mask is 4 x 3 pixels"),
        ({"masklet": [[{"size": [30, 50]}]] * 12}, "Mask 1 of row 1 has no 'counts'."),
        ({"masklet": [[7]] * 12}, "Mask 1 of row 1 is not of the form"),
        ({"masklet": [[None, None]] * 12}, "Mask 2 of row 1 is of no masklet that is listed."),
        ({"masklet": [[]] * 12, "masklet_id": ["a"]}, "Masklet id 1: 'a' is no whole number."),
    ],
)
def test_what_is_wrong_is_told(change: dict, problem: str, tmp_path: Path) -> None:
    good = {"masklet_id": [1], "masklet": [[EMPTY]] * 12}
    (tmp_path / "a.json").write_text(json.dumps({**good, **change}))
    problems = read_back(SAV, tmp_path).problems
    assert any(problem in one for one in problems), problems
