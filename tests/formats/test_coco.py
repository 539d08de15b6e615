"""What leaves as COCO JSON is what pycocotools reads, mask for mask; what others write comes back."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from backend.domain.errors import InvalidInput
from backend.domain.session import FrameMask
from backend.formats import coco
from tests.formats.sessions import (
    FRAMES,
    HEIGHT,
    OBJECTS,
    WIDTH,
    annotated_of,
    blobs,
    frame_mask,
    read_back,
    video_of,
)

VIDEO = video_of()


def load(folder: Path) -> COCO:
    with contextlib.redirect_stdout(io.StringIO()):
        return COCO(folder / "annotations" / "instances_default.json")


@pytest.fixture(params=[coco.COCO, coco.COCO_POLYGONS], ids=lambda one: one.name)
def written(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    request.param.write(annotated_of(blobs()), tmp_path)
    return tmp_path


def test_pycocotools_gives_every_mask_back(written: Path) -> None:
    read = load(written)
    seen = {}
    for annotation in read.loadAnns(read.getAnnIds()):
        (image,) = read.loadImgs(annotation["image_id"])
        seen[image["frame_index"], annotation["track_id"]] = annotation
    assert set(seen) == set(blobs())
    for place, annotation in seen.items():
        mask = blobs()[place]
        assert np.array_equal(read.annToMask(annotation), mask)
        ys, xs = np.nonzero(mask)
        box = [xs.min(), ys.min(), xs.max() - xs.min() + 1, ys.max() - ys.min() + 1]
        assert annotation["bbox"] == box
        assert (annotation["area"], annotation["iscrowd"]) == (mask.sum(), 0)
        assert (annotation["object_score"], annotation["predicted_iou"]) == (4.5, 0.75)


def test_pycocotools_evaluates_it_against_itself(written: Path) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO(written / "annotations" / "instances_default.json")
        results = [{**a, "score": 1.0} for a in truth.loadAnns(truth.getAnnIds())]
        evaluation = COCOeval(truth, truth.loadRes(results), "segm")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    assert evaluation.stats[0] == pytest.approx(1.0)


def test_every_frame_is_an_image(written: Path) -> None:
    read = load(written)
    images = read.loadImgs(read.getImgIds())
    assert [image["frame_index"] for image in images] == list(range(FRAMES))
    assert [image["pts_s"] for image in images] == list(VIDEO.pts_s)
    assert {(image["width"], image["height"], image["video_id"]) for image in images} == {(WIDTH, HEIGHT, 1)}
    assert [image["file_name"] for image in images][:2] == ["000000.jpg", "000001.jpg"]
    assert [(image["pts"], image["time_base"]) for image in images][:2] == [(1200, "1/600"), (1225, "1/600")]


def test_objects_of_one_label_share_a_category(written: Path) -> None:
    read = load(written)
    names = {category["id"]: category["name"] for category in read.loadCats(read.getCatIds())}
    assert sorted(names.values()) == ["cup", "tasse à café"]
    of_track = {a["track_id"]: names[a["category_id"]] for a in read.loadAnns(read.getAnnIds())}
    assert of_track == {tracked.object_id: tracked.label for tracked in OBJECTS}


def test_an_object_without_a_label_is_of_the_class_of_its_name(tmp_path: Path) -> None:
    nameless = [replace(OBJECTS[0], label="")]
    coco.COCO.write(annotated_of(blobs(), nameless), tmp_path)
    assert [c["name"] for c in load(tmp_path).loadCats([1])] == ["left cup"]
    (back,) = read_back(coco.COCO, tmp_path).objects
    assert (back.name, back.label) == ("left cup", "")


def test_the_document_names_the_source(written: Path) -> None:
    parsed = json.loads((written / "annotations" / "instances_default.json").read_text())
    source = parsed["info"]["masklet"]
    assert source["source_sha256"] == "ab" * 32
    assert (source["session_version"], source["engine_id"], source["num_frames"]) == (77, "colorflow", 12)
    assert parsed["videos"][0]["name"] == VIDEO.title


def test_what_is_empty_gone_or_not_listed_is_left_out() -> None:
    full = np.ones((HEIGHT, WIDTH), bool)
    masks = [
        frame_mask(1, 0, full),
        frame_mask(1, 1, ~full),
        replace(frame_mask(1, 2, full), rle=None, area=0),
        frame_mask(99, 3, full),
    ]
    parsed = json.loads("".join(coco.document(replace(annotated_of({}), read_masks=lambda: iter(masks)))))
    (annotation,) = parsed["annotations"]
    assert (annotation["image_id"], annotation["origin"], annotation["bbox"]) == (
        1,
        "prompt",
        [0, 0, WIDTH, HEIGHT],
    )


def test_a_session_without_objects() -> None:
    parsed = json.loads("".join(coco.document(annotated_of({}, []))))
    assert (parsed["categories"], parsed["annotations"], len(parsed["images"])) == ([], [], FRAMES)


def test_masks_are_written_as_they_are_read() -> None:
    """The first annotation is out before the third mask is asked for."""
    asked: list[int] = []

    def masks() -> Iterator[FrameMask]:
        for frame_idx in range(FRAMES):
            asked.append(frame_idx)
            yield frame_mask(1, frame_idx, np.ones((HEIGHT, WIDTH), bool))

    for piece in coco.document(replace(annotated_of({}), read_masks=masks)):
        if '"track_id"' in piece:
            break
    assert asked == [0, 1]


# What others write


def document(**changes: Any) -> dict[str, Any]:
    whole = {
        "images": [{"id": 5, "file_name": "clip/frame_0003.png", "width": WIDTH, "height": HEIGHT}],
        "categories": [{"id": 9, "name": "cup"}],
        "annotations": [],
    }
    return {**whole, **changes}


def read(folder: Path, document: Any) -> Any:
    (folder / "any.json").write_text(document if isinstance(document, str) else json.dumps(document))
    return read_back(coco.COCO, folder, VIDEO)


def annotation(**entries: Any) -> dict[str, Any]:
    square = [2, 3, 6, 3, 6, 8, 2, 8]
    return {"id": 1, "image_id": 5, "category_id": 9, "segmentation": [square], **entries}


def test_polygons_boxes_and_plain_runs_of_others(tmp_path: Path) -> None:
    runs = {"size": [HEIGHT, WIDTH], "counts": [0, HEIGHT, HEIGHT * (WIDTH - 1)]}
    rows = [
        annotation(),
        annotation(segmentation=runs),
        annotation(segmentation=[], bbox=[1, 2, 3.5, 4]),
    ]
    back = read(tmp_path, document(annotations=rows))
    assert [(one.object_id, one.name, one.label) for one in back.objects] == [
        (1, "cup", "cup"),
        (2, "cup", "cup"),
        (3, "cup", "cup"),
    ]
    square = np.zeros((HEIGHT, WIDTH), bool)
    square[3:8, 2:6] = True
    assert np.array_equal(back.masks[3, 1], square)
    assert back.masks[3, 2][:, 0].all() and back.masks[3, 2].sum() == HEIGHT
    assert back.boxes == {(3, 3): (1, 2, 4.5, 6)}
    assert back.problems == []


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (annotation(image_id=6), "Annotation 1 is on an image that is not listed."),
        (annotation(image_id=[5]), "Annotation 1 is not of the form that this format has."),
        (7, "Annotation 1 is not of the form that this format has."),
        ({"id": 1}, "Annotation 1 has no 'image_id'."),
        (annotation(segmentation=[[1, 2]]), "Annotation 1: a polygon has at least three points"),
        (annotation(segmentation=[[1, 2, 1e12, 4, 5, 6]]), "Annotation 1: a polygon's points lie far"),
        (annotation(segmentation=None), "Annotation 1 has no 'bbox'."),
        (annotation(segmentation=[], bbox=[0, 0, 0, 4]), "Object 1 on frame 3: the box is empty."),
        (annotation(segmentation={"size": [4, 4], "counts": "@4"}), "the mask is 4 x 4 pixels"),
        (annotation(segmentation={"size": [HEIGHT, WIDTH], "counts": "14"}), "the mask's RLE does not"),
        (annotation(segmentation={"size": [HEIGHT, WIDTH], "counts": "o" * 99}), "RLE is damaged"),
        (annotation(segmentation={"size": [HEIGHT, WIDTH], "counts": [-1, 2]}), "a run of its RLE is neg"),
        (annotation(track_id="x"), "Annotation 1: 'x' is no whole number."),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(tmp_path: Path, entry: Any, problem: str) -> None:
    good = annotation(track_id=77)
    back = read(tmp_path, document(annotations=[entry, good]))
    assert len(back.problems) == 1 and problem in back.problems[0], back.problems
    assert set(back.masks) == {(3, 77)}


def test_pictures_of_another_size_beyond_the_end_or_without_a_number(tmp_path: Path) -> None:
    pictures = [
        {"id": 5, "file_name": "3.png", "width": 4, "height": 5},
        {"id": 6, "file_name": "no number.png"},
        {"id": 7, "frame_index": 400},
    ]
    rows = [annotation(image_id=n, track_id=1) for n in (5, 6, 7)]
    back = read(tmp_path, document(images=pictures, annotations=rows))
    assert back.masks == {}
    assert back.problems == [
        "The picture of frame 3 is 4 x 5 pixels, the video is 50 x 30: its masks are passed over.",
        "Image 2: 'no number.png' has no frame number, and there is no 'frame_index'.",
        "Annotation 2 is on an image that is not listed.",
        "Object 1 on frame 400: the video has the frames 0 to 11.",
    ]


def test_a_mask_that_is_there_twice(tmp_path: Path) -> None:
    back = read(tmp_path, document(annotations=[annotation(track_id=1), annotation(track_id=1)]))
    assert back.problems == ["Object 1 on frame 3 is there twice: the first one counts."]


@pytest.mark.parametrize("text", ["", "{", '{"images": [{"id": 1', "[1, 2]", "{}", "\x00\xff"])
def test_what_is_no_coco_at_all_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidInput, match="any.json is no"):
        read(tmp_path, text)
