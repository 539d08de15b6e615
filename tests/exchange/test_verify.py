"""`masklet verify` finds an export right as it was written, and names what somebody has changed in it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from backend.cli import main
from backend.exchange.manifest import Manifest, digests
from backend.exchange.verify import verify
from tests.backend.live import Live
from tests.backend.small_video import write_small_video
from tests.exchange.working import export, tracked_session, unzipped, upload_video

FRAMES = 12


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_video(tmp_path_factory.mktemp("video") / "Disc.mp4", FRAMES)


@pytest.fixture(scope="module")
def session_id(server: Live, source: Path) -> str:
    return tracked_session(server, upload_video(server, source.parent, FRAMES), objects=2)


@pytest.fixture(scope="module")
def davis(server: Live, session_id: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With its frames."""
    data = export(server, session_id, form="davis", frames=True, stride=2)
    return unzipped(data, tmp_path_factory.mktemp("davis"))


@pytest.fixture(scope="module")
def coco(server: Live, session_id: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unzipped(export(server, session_id), tmp_path_factory.mktemp("coco"))


def test_exports_are_right_as_they_are(davis: Path, coco: Path, source: Path, tmp_path: Path) -> None:
    proof = verify(davis, source)
    assert (proof.frames, proof.source_frames, proof.pictures) == (6, FRAMES, 6)
    assert proof.masks > 6
    assert verify(coco, source).masks == 2 * FRAMES
    as_zip = shutil.make_archive(str(tmp_path / "export"), "zip", davis)
    assert verify(Path(as_zip), source) == proof


def rewritten(folder: Path, **changes: object) -> None:
    """A manifest that says so, and knows the files as they are now."""
    manifest = Manifest.load(folder)
    replace(manifest, files=digests(folder), **changes).save(folder)


def shift_frames(folder: Path) -> None:
    manifest = Manifest.load(folder)
    rewritten(folder, frames=tuple(frame + 1 for frame in manifest.frames))


def shift_masks(folder: Path) -> None:
    path = folder / "annotations/instances_default.json"
    document = json.loads(path.read_text())
    for image in document["images"]:
        image["frame_index"] += 1
    path.write_text(json.dumps(document))
    rewritten(folder)


def resize_masks(folder: Path) -> None:
    path = folder / "annotations/instances_default.json"
    document = json.loads(path.read_text())
    for entry in document["annotations"]:
        entry["segmentation"] = {"size": [36, 48], "counts": [0, 10, 36 * 48 - 10]}
    path.write_text(json.dumps(document))
    rewritten(folder)


def touch_file(folder: Path) -> None:
    path = folder / "annotations/instances_default.json"
    path.write_text(path.read_text() + " ")


def drop_file(folder: Path) -> None:
    next(folder.rglob("*.png")).unlink()


def swap_pictures(folder: Path) -> None:
    first, *_, last = sorted(folder.rglob("*.jpg"))
    shutil.copyfile(last, first)
    rewritten(folder)


def shrink_picture(folder: Path) -> None:
    path = sorted(folder.rglob("*.jpg"))[0]
    cv2.imwrite(str(path), np.zeros((36, 48, 3), np.uint8))
    rewritten(folder)


def claim_more_frames(folder: Path) -> None:
    manifest = Manifest.load(folder)
    rewritten(folder, source=replace(manifest.source, num_frames=FRAMES + 1))


@pytest.mark.parametrize(
    ("which", "change", "sentence"),
    [
        ("coco", shift_frames, "Frame 1 of the source is shown at 0.04"),
        ("coco", shift_masks, "12"),
        ("coco", resize_masks, "48 x 36"),
        ("coco", touch_file, "The file annotations/instances_default.json is not as it was exported"),
        ("coco", claim_more_frames, "The source has 12 frames, the export says 13"),
        ("davis", drop_file, "is missing from the export"),
        ("davis", swap_pictures, "is not frame 0 of the source"),
        ("davis", shrink_picture, "is 48 x 36 pixels"),
    ],
)
def test_what_is_wrong_is_named(
    request: pytest.FixtureRequest,
    source: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    which: str,
    change: Callable[[Path], None],
    sentence: str,
) -> None:
    folder = shutil.copytree(request.getfixturevalue(which), tmp_path / "export")
    change(folder)
    assert main(["verify", str(folder), str(source)]) == 1
    said = capsys.readouterr().out
    assert sentence in said and said.count("\n") == 1


def test_another_video_is_named(coco: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = write_small_video(tmp_path / "Other.mp4", FRAMES - 2)
    assert main(["verify", "--json", str(coco), str(other)]) == 1
    assert (
        "Other.mp4 is not the file that these masks belong to" in json.loads(capsys.readouterr().out)["wrong"]
    )


def test_a_folder_without_manifest_proves_nothing(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(tmp_path), str(source)]) == 2
    assert "There is no masklet.json here" in capsys.readouterr().err
