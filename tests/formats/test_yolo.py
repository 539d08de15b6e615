"""YOLO-seg against its written specification: https://docs.ultralytics.com/datasets/segment/.

One text a picture, of the same name; one line an object: `<class-index> <x1> <y1> ... <xn> <yn>`; coordinates
are shares of the picture's sides; at least three points; data.yaml has `path`, `train`, `val` and `names` by
index. No code of Ultralytics is run: its licence is the AGPL. OpenCV draws the polygons, as for trainers.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

from backend.domain.errors import InvalidInput
from backend.formats.yolo import YOLO_SEG
from tests.formats.sessions import FRAMES, HEIGHT, OBJECTS, WIDTH, annotated_of, blobs, read_back


def smooth_masks() -> dict[tuple[int, int], np.ndarray]:
    """Rings and pairs of discs: parts and holes, as objects have them."""
    masks = {}
    for frame in range(FRAMES):
        for tracked in OBJECTS:
            mask = np.zeros((HEIGHT, WIDTH), np.uint8)
            cv2.circle(mask, (12 + frame, 14), 9, 1, -1)
            cv2.circle(mask, (12 + frame, 14), 3 + tracked.object_id % 3, 0, -1)
            cv2.circle(mask, (40, 6 + frame), 5, 1, -1)
            masks[frame, tracked.object_id] = mask.astype(bool)
    return masks


@pytest.fixture
def written(tmp_path: Path) -> Path:
    pictures = lambda frame_idx: np.full((HEIGHT, WIDTH, 3), 9, np.uint8)  # noqa: E731  # one line, used once
    YOLO_SEG.write(annotated_of(smooth_masks(), read_frame=pictures), tmp_path)
    return tmp_path


def test_every_picture_has_a_text_of_its_name(written: Path) -> None:
    pictures = [path.stem for path in sorted((written / "images" / "train").iterdir())]
    texts = [path.stem for path in sorted((written / "labels" / "train").iterdir())]
    assert pictures == texts == [f"{i:06d}" for i in range(FRAMES)]


def test_every_line_is_as_specified(written: Path) -> None:
    described = yaml.safe_load((written / "data.yaml").read_text("utf-8"))
    assert described["names"] == {0: "cup", 1: "tasse à café"}
    for split in ("train", "val"):
        assert (written / described["path"] / described[split]).is_dir()
    lines = [
        line for path in (written / "labels" / "train").iterdir() for line in path.read_text().splitlines()
    ]
    assert len(lines) == FRAMES * len(OBJECTS)
    for line in lines:
        class_, *numbers = line.split(" ")
        values = [float(number) for number in numbers]
        assert int(class_) in described["names"]
        assert len(values) >= 6 and len(values) % 2 == 0
        assert min(values) >= 0 and max(values) <= 1


def test_a_trainer_that_fills_with_opencv_gets_the_mask_and_at_most_its_rim(written: Path) -> None:
    """`fillPoly` also paints the outline itself, whose points are borders of pixels: at most a pixel more."""
    for path in sorted((written / "labels" / "train").iterdir()):
        for line, tracked in zip(path.read_text().splitlines(), OBJECTS, strict=True):
            points = np.asarray(line.split()[1:], float).reshape(-1, 2) * (WIDTH, HEIGHT)
            drawn = np.zeros((HEIGHT, WIDTH), np.uint8)
            cv2.fillPoly(drawn, [np.rint(points).astype(np.int32)], 1)
            mask = smooth_masks()[int(path.stem), tracked.object_id].astype(np.uint8)
            # The line to a hole or another part is painted as well: one pixel wide.
            rim = cv2.dilate(mask, np.ones((3, 3), np.uint8))
            assert (drawn >= mask).all()
            assert (drawn > rim).sum() <= 2 * (WIDTH + HEIGHT)


def test_without_tracks_objects_are_told_apart_by_class_and_place(written: Path) -> None:
    (written / "tracks.txt").unlink()
    (written / "objects.json").unlink()
    back = read_back(YOLO_SEG, written)
    assert [(one.name, one.label) for one in back.objects] == [
        ("cup", "cup"),
        ("tasse à café", "tasse à café"),
        ("cup", "cup"),
    ]
    assert np.array_equal(back.masks[3, 3], smooth_masks()[3, 7])


def test_detections_are_boxes(tmp_path: Path) -> None:
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "frame_4.txt").write_text("0 0.5 0.5 0.2 0.4\n")
    back = read_back(YOLO_SEG, tmp_path)
    assert back.boxes[4, 1] == pytest.approx((20, 9, 30, 21))
    assert [one.name for one in back.objects] == ["class 0"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("0 0.1 0.1 0.2", "4.txt, line 2: a polygon has at least three points, each an x and a y."),
        ("0 0.1 0.1 0.2 0.1 x 0.3", "4.txt, line 2: could not convert string to float: 'x'."),
        ("0 0.1 0.1 0.2 0.1 nan 0.3", "4.txt, line 2: its numbers are not within 0..1."),
        ("0 0.1 0.1 40 0.1 0.2 0.3", "4.txt, line 2: its numbers are not within 0..1."),
        ("cup 0.1 0.1 0.2 0.1 0.2 0.3", "4.txt, line 2: invalid literal for int() with base 10: 'cup'."),
    ],
)
def test_what_is_wrong_is_told_with_its_line(line: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / "labels").mkdir()
    good = "1 0.1 0.1 0.3 0.1 0.3 0.4"
    (tmp_path / "labels" / "4.txt").write_text(f"{good}\n{line}\n")
    (tmp_path / "labels" / "none.txt").write_text(good)
    back = read_back(YOLO_SEG, tmp_path)
    assert sorted(back.problems) == sorted([problem, "none.txt has no frame number in its name."])
    assert len(back.masks) == 1


@pytest.mark.parametrize("text", ["names: 7", "- a", ": :", "{", "names: {a: b}"])
def test_a_damaged_list_of_classes_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "labels").mkdir()
    (tmp_path / "data.yaml").write_text(text)
    with pytest.raises(InvalidInput, match="no list `names` of classes"):
        YOLO_SEG.read(tmp_path, annotated_of(blobs()).video)
