"""What leaves as COCO JSON is what pycocotools reads, mask for mask."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO

from backend.domain.rle import Rle
from backend.domain.session import FrameMask, MaskOrigin, Session, TrackedObject
from backend.domain.video import Video, VideoState
from backend.formats.coco import coco_json

HEIGHT, WIDTH, FRAMES = 30, 50, 12
SESSION = Session("s-1", "f" * 32, "colorflow", 0.0, version=77)
VIDEO = Video(
    "f" * 32,
    'Cups "at" 8 & café.mp4',
    "ab" * 32,
    VideoState.READY,
    WIDTH,
    HEIGHT,
    tuple(i / 24 for i in range(FRAMES)),
)
OBJECTS = [
    TrackedObject(1, "cup", "#102030"),
    TrackedObject(4, "tasse à café", "#203040"),
    TrackedObject(7, "cup", "#304050"),
]


def _mask(
    object_id: int, frame_idx: int, pixels: np.ndarray, origin: MaskOrigin = MaskOrigin.TRACK
) -> FrameMask:
    counts = coco_mask.encode(np.asfortranarray(pixels.astype(np.uint8)))["counts"].decode()
    rle = Rle(HEIGHT, WIDTH, counts)
    return FrameMask(object_id, frame_idx, rle, int(pixels.sum()), 4.5, 0.75, origin, "colorflow")


@pytest.fixture
def pixels() -> dict[tuple[int, int], np.ndarray]:
    """(frame, object) -> mask: blobs of any shape, with holes and loose pixels."""
    random = np.random.default_rng(3)
    return {
        (frame, tracked.object_id): random.random((HEIGHT, WIDTH)) < 0.2
        for frame in range(FRAMES)
        for tracked in OBJECTS
        if (frame + tracked.object_id) % 3
    }


@pytest.fixture
def document(pixels: dict[tuple[int, int], np.ndarray]) -> str:
    masks = (_mask(object_id, frame, mask) for (frame, object_id), mask in pixels.items())
    return "".join(coco_json(SESSION, VIDEO, OBJECTS, masks))


def _load(document: str, folder: Path) -> COCO:
    path = folder / "coco.json"
    path.write_text(document, encoding="utf-8")
    with contextlib.redirect_stdout(io.StringIO()):
        return COCO(path)


def test_pycocotools_gives_every_mask_back(
    document: str, pixels: dict[tuple[int, int], np.ndarray], tmp_path: Path
) -> None:
    coco = _load(document, tmp_path)
    seen = {}
    for annotation in coco.loadAnns(coco.getAnnIds()):
        (image,) = coco.loadImgs(annotation["image_id"])
        seen[image["frame_index"], annotation["track_id"]] = annotation
    assert set(seen) == set(pixels)
    for place, annotation in seen.items():
        mask = pixels[place]
        assert np.array_equal(coco.annToMask(annotation), mask)
        ys, xs = np.nonzero(mask)
        box = [xs.min(), ys.min(), xs.max() - xs.min() + 1, ys.max() - ys.min() + 1]
        assert annotation["bbox"] == box
        assert (annotation["area"], annotation["iscrowd"]) == (mask.sum(), 0)
        assert (annotation["object_score"], annotation["predicted_iou"]) == (4.5, 0.75)


def test_every_frame_is_an_image(document: str, tmp_path: Path) -> None:
    coco = _load(document, tmp_path)
    images = coco.loadImgs(coco.getImgIds())
    assert [image["frame_index"] for image in images] == list(range(FRAMES))
    assert [image["pts_s"] for image in images] == list(VIDEO.pts_s)
    assert {(image["width"], image["height"], image["video_id"]) for image in images} == {(WIDTH, HEIGHT, 1)}
    names = [image["file_name"] for image in images]
    assert names[:2] == [f"{'f' * 32}/000000.jpg", f"{'f' * 32}/000001.jpg"]


def test_objects_of_one_name_share_a_category(document: str, tmp_path: Path) -> None:
    coco = _load(document, tmp_path)
    names = {category["id"]: category["name"] for category in coco.loadCats(coco.getCatIds())}
    assert sorted(names.values()) == ["cup", "tasse à café"]
    of_track = {a["track_id"]: names[a["category_id"]] for a in coco.loadAnns(coco.getAnnIds())}
    assert of_track == {tracked.object_id: tracked.name for tracked in OBJECTS}


def test_the_manifest_names_the_source(document: str) -> None:
    parsed = json.loads(document)
    manifest = parsed["info"]["masklet"]
    assert manifest["source_sha256"] == "ab" * 32
    assert (manifest["session_version"], manifest["engine_id"], manifest["num_frames"]) == (
        77,
        "colorflow",
        12,
    )
    assert parsed["videos"][0]["name"] == VIDEO.title


def test_what_is_empty_gone_or_not_listed_is_left_out() -> None:
    full = np.ones((HEIGHT, WIDTH), bool)
    masks = [
        _mask(1, 0, full, MaskOrigin.PROMPT),
        _mask(1, 1, ~full),
        replace(_mask(1, 2, full), rle=None, area=0),
        _mask(99, 3, full),
    ]
    parsed = json.loads("".join(coco_json(SESSION, VIDEO, OBJECTS, masks)))
    (annotation,) = parsed["annotations"]
    assert (annotation["image_id"], annotation["origin"], annotation["bbox"]) == (
        1,
        "prompt",
        [0, 0, WIDTH, HEIGHT],
    )


def test_a_session_without_objects() -> None:
    parsed = json.loads("".join(coco_json(SESSION, VIDEO, [], [])))
    assert (parsed["categories"], parsed["annotations"], len(parsed["images"])) == ([], [], FRAMES)


def test_masks_are_written_as_they_are_read() -> None:
    """The first annotation is out before the second mask is asked for."""
    asked: list[int] = []

    def masks() -> Iterator[FrameMask]:
        for frame_idx in range(FRAMES):
            asked.append(frame_idx)
            yield _mask(1, frame_idx, np.ones((HEIGHT, WIDTH), bool))

    for piece in coco_json(SESSION, VIDEO, OBJECTS, masks()):
        if '"track_id"' in piece:
            break
    assert asked == [0]
