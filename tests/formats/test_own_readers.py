"""Other people's readers of these formats read what is written, mask for mask.

COCO's own reader is in `test_coco.py`. YOLO-seg is checked against the written specification in
`test_yolo.py`, SA-V against the real file in `test_sav.py`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from backend.domain.session import TrackedObject
from backend.formats.cvat import CVAT
from backend.formats.pixels import encode
from backend.formats.registry import FORMATS
from tests.formats.readers import run_reader
from tests.formats.sessions import (
    FRAMES,
    HEIGHT,
    OBJECTS,
    WIDTH,
    Masks,
    annotated_of,
    blobs,
    flattened,
)

LABEL_OF = {tracked.object_id: tracked.label for tracked in OBJECTS}


def picture(frame_idx: int) -> np.ndarray:
    return np.full((HEIGHT, WIDTH, 3), frame_idx, np.uint8)


def told(masks: Masks) -> Counter[tuple[int, str, str]]:
    """(frame, class, RLE) of each mask."""
    return Counter((frame, LABEL_OF[one], encode(mask).counts) for (frame, one), mask in masks.items())


def read_by_datumaro(name: str, folder: Path) -> list[dict]:
    return run_reader("datumaro_reader.py", name, folder)


def frame_of(row: dict) -> int:
    return int(re.findall(r"\d+", row["item"])[-1])


@pytest.mark.parametrize(
    ("name", "theirs", "promise"),
    [
        ("coco", "coco", blobs()),
        ("coco-polygons", "coco", blobs()),
        ("datumaro", "datumaro", blobs()),
        ("mots", "mots", flattened(blobs())),
        ("pascal-voc", "voc_segmentation", flattened(blobs())),
    ],
)
def test_datumaro_reads(name: str, theirs: str, promise: Masks, tmp_path: Path) -> None:
    FORMATS[name].write(annotated_of(blobs(), read_frame=picture), tmp_path)
    rows = read_by_datumaro(theirs, tmp_path)
    assert Counter((frame_of(row), row["label"], row["counts"]) for row in rows) == told(promise)
    tracks = [row["track"] for row in rows if row["track"] is not None]
    assert not tracks or set(tracks) == set(LABEL_OF)


def test_datumaro_reads_cvat_s_masks(tmp_path: Path) -> None:
    """Datumaro 1.13 knows masks on pictures, not on tracks: the same elements are put there."""
    CVAT.write(annotated_of(blobs()), tmp_path)
    document = ElementTree.parse(tmp_path / "annotations.xml").getroot()
    images = {
        i: ElementTree.Element("image", id=str(i), name=f"{i}.png", width=str(WIDTH), height=str(HEIGHT))
        for i in range(FRAMES)
    }
    for track in document.findall("track"):
        for mask in track.findall("mask"):
            if mask.get("outside") == "0":
                mask.set("label", track.attrib["label"])
                images[int(mask.attrib["frame"])].append(mask)
        document.remove(track)
    document.extend(images.values())
    (tmp_path / "images").mkdir()
    for i in images:
        Image.fromarray(picture(i)).save(tmp_path / "images" / f"{i}.png")
    ElementTree.ElementTree(document).write(tmp_path / "annotations.xml")
    rows = read_by_datumaro("cvat", tmp_path)
    assert Counter((frame_of(row), row["label"], row["counts"]) for row in rows) == told(blobs())


ROAD = (
    TrackedObject(1, "red one", "#f00000", label="car"),
    TrackedObject(4, "walker", "#00f000", label="pedestrian"),
)


@pytest.mark.parametrize(("name", "score"), [("youtube-vis", "AP_all"), ("davis", "HOTA"), ("mots", "HOTA")])
def test_trackeval_loads_and_evaluates(name: str, score: str, tmp_path: Path) -> None:
    """Against itself every score is 1; a frame, an id or a mask at the wrong place would lower it."""
    masks = blobs(objects=ROAD)
    folder, work = tmp_path / "export", tmp_path / "work"
    folder.mkdir()
    FORMATS[name].write(annotated_of(masks, ROAD), folder)
    (scores,) = run_reader("trackeval_reader.py", name, folder, work, FRAMES)
    assert set(scores) >= ({"general"} if name == "davis" else {"car", "pedestrian"})
    for of_class in scores.values():
        assert of_class[score] == pytest.approx(1.0)


def test_trackeval_sees_a_mask_on_another_frame(tmp_path: Path) -> None:
    """That the scores above can fail at all."""
    masks = blobs(objects=ROAD)
    folder, work = tmp_path / "export", tmp_path / "work"
    folder.mkdir()
    FORMATS["youtube-vis"].write(annotated_of(masks, ROAD), folder)
    moved = {(frame + 1, one): mask for (frame, one), mask in masks.items() if frame + 1 < FRAMES}
    other = tmp_path / "other"
    other.mkdir()
    FORMATS["youtube-vis"].write(annotated_of(moved, ROAD), other)
    (scores,) = run_reader("trackeval_reader.py", "youtube-vis", folder, work, FRAMES, other)
    assert scores["car"]["AP_all"] < 0.5


def test_davis_has_the_official_palette(tmp_path: Path) -> None:
    FORMATS["davis"].write(annotated_of(blobs()), tmp_path)
    (file, *_) = sorted((tmp_path / "Annotations" / "480p" / ("f" * 32)).glob("*.png"))
    with Image.open(file) as image:
        assert image.mode == "P"
        palette = np.asarray(image.getpalette()).reshape(-1, 3).tolist()
    # As in the collection's files: 22 colours of VOC, then greys.
    assert palette[:8] == [
        [0, 0, 0],
        [128, 0, 0],
        [0, 128, 0],
        [128, 128, 0],
        [0, 0, 128],
        [128, 0, 128],
        [0, 128, 128],
        [128, 128, 128],
    ]
    assert palette[8] == [64, 0, 0] and palette[20:24] == [[0, 64, 128], [128, 64, 128], [22] * 3, [23] * 3]
    assert palette[255] == [255] * 3


def test_youtube_vis_is_as_published(tmp_path: Path) -> None:
    """https://youtube-vos.org/dataset/vis: lists of equal length, null where an object is not seen."""
    FORMATS["youtube-vis"].write(annotated_of(blobs(), frames=range(2, FRAMES, 3)), tmp_path)
    document = json.loads((tmp_path / "instances.json").read_text())
    (video,) = document["videos"]
    assert set(video) >= {"id", "width", "height", "length", "file_names"}
    assert [name.split("/")[1] for name in video["file_names"]] == [
        "00002.jpg",
        "00005.jpg",
        "00008.jpg",
        "00011.jpg",
    ]
    for track in document["annotations"]:
        lengths = {len(track[name]) for name in ("segmentations", "bboxes", "areas")}
        assert lengths == {video["length"]} == {4}
        for place, frame in enumerate(range(2, FRAMES, 3)):
            mask = blobs().get((frame, track["id"]))
            rle, area = track["segmentations"][place], track["areas"][place]
            assert (rle is None, area) == ((mask is None), None if mask is None else mask.sum())
            if mask is not None:
                assert rle == {"size": [HEIGHT, WIDTH], "counts": list(encode(mask).runs)}


def test_mots_leaves_the_number_that_is_not_judged_alone(tmp_path: Path) -> None:
    """Class 10 is MOTS' region to pass over: a tenth class of ours becomes class 11."""
    many = tuple(replace(OBJECTS[0], object_id=n, label=f"class {n}") for n in range(1, 13))
    mask = np.zeros((HEIGHT, WIDTH), bool)
    masks = {}
    for one in many:
        masks[0, one.object_id] = mask.copy()
        masks[0, one.object_id][:, one.object_id] = True
    FORMATS["mots"].write(annotated_of(masks, many), tmp_path)
    rows = read_by_datumaro("mots", tmp_path)
    assert {row["track"]: row["label"] for row in rows} == {one.object_id: one.label for one in many}
