"""What other tools write, in their layouts and without our files beside it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from PIL import Image

from backend.formats.registry import FORMATS
from tests.formats.sessions import HEIGHT, WIDTH, annotated_of, blobs, flattened, read_back, same_masks


def labels_with(**squares: tuple[int, int]) -> np.ndarray:
    """uint8 [height, width]; `_3=(x, y)` draws a square of threes."""
    labels = np.zeros((HEIGHT, WIDTH), np.uint8)
    for name, (x, y) in squares.items():
        labels[y : y + 4, x : x + 4] = int(name[1:])
    return labels


def test_a_youtube_vos_video_of_the_collection(tmp_path: Path) -> None:
    """Every fifth frame is annotated; the classes are in meta.json, beside those of other videos."""
    folder = tmp_path / "train" / "Annotations" / "0a1b"
    folder.mkdir(parents=True)
    for frame in (0, 5, 10):
        Image.fromarray(labels_with(_1=(frame, 2), _2=(frame, 20))).save(folder / f"{frame:05d}.png")
    objects = {"1": {"category": "penguin", "frames": ["00000"]}, "2": {"category": "ski", "frames": []}}
    other = {"1": {"category": "car", "frames": []}}
    videos = {"videos": {"ffff": {"objects": other}, "0a1b": {"objects": objects}}}
    (tmp_path / "train" / "meta.json").write_text(json.dumps(videos))
    back = read_back(FORMATS["youtube-vos"], tmp_path)
    assert [(one.object_id, one.name, one.label) for one in back.objects] == [
        (1, "penguin", "penguin"),
        (2, "ski", "ski"),
    ]
    assert sorted(back.masks) == [(0, 1), (0, 2), (5, 1), (5, 2), (10, 1), (10, 2)]
    assert back.problems == []


def test_davis_without_names_from_any_place_of_its_layout(tmp_path: Path) -> None:
    FORMATS["davis"].write(annotated_of(blobs()), tmp_path)
    (tmp_path / "objects.json").unlink()
    inner = tmp_path / "Annotations" / "480p" / ("f" * 32)
    Image.fromarray(labels_with(_255=(3, 3), _9=(20, 9))).save(inner / "00011.png")
    for place in (tmp_path, tmp_path / "Annotations", inner):
        back = read_back(FORMATS["davis"], place)
        assert [one.name for one in back.objects] == ["Object 1", "Object 4", "Object 7", "Object 9"]
        expected = {place: mask for place, mask in flattened(blobs()).items() if place[0] != 11}
        expected[11, 9] = labels_with(_9=(20, 9)) == 9
        same_masks(back.masks, expected)  # 255 is not judged, and so no object


def test_mots_as_text_alone(tmp_path: Path) -> None:
    FORMATS["mots"].write(annotated_of(blobs()), tmp_path)
    (text,) = (tmp_path / "instances_txt").iterdir()
    lines = text.read_text().splitlines()
    alone = tmp_path / "0001.txt"
    alone.write_text("\n".join([*lines, "3 10000 10 30 50 Vo1", "nothing of the kind", "1 2 3 4 5 6"]))
    back = read_back(FORMATS["mots"], alone)
    same_masks(back.masks, flattened(blobs()))
    assert [one.label for one in back.objects] == ["car", "pedestrian", "car"]
    assert [problem.split(",")[0] for problem in back.problems] == [
        f"Line {len(lines) + 2}",
        f"Line {len(lines) + 3}",
    ]


def test_voc_with_boxes_only(tmp_path: Path) -> None:
    FORMATS["pascal-voc"].write(annotated_of(blobs()), tmp_path)
    for path in (tmp_path / "SegmentationObject").iterdir():
        path.unlink()
    back = read_back(FORMATS["pascal-voc"], tmp_path)
    assert back.masks == {} and set(back.boxes) == set(blobs())
    for place, mask in blobs().items():
        ys, xs = np.nonzero(mask)
        assert back.boxes[place] == (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)


def test_cvat_for_pictures_with_boxes_and_polygons(tmp_path: Path) -> None:
    (tmp_path / "annotations.xml").write_text(
        """<annotations><version>1.1</version>
        <image id="2" name="b.jpg" width="50" height="30">
          <polygon label="cup" points="2,3;6,3;6,8;2,8"/>
          <box label="cup" xtl="10" ytl="11" xbr="20.5" ybr="21"/>
          <polyline label="cup" points="1,1;2,2"/>
        </image>
        <track id="7" label="ball">
          <box frame="4" outside="0" xtl="1" ytl="2" xbr="3" ybr="4"/>
          <box frame="5" outside="1" xtl="1" ytl="2" xbr="3" ybr="4"/>
          <mask frame="6" outside="0" rle="0, 4" left="48" top="28" width="2" height="2"/>
          <mask frame="8" outside="0" rle="0, 4" left="49" top="28" width="2" height="2"/>
          <mask frame="9" outside="0" rle="0, 5" left="1" top="1" width="2" height="2"/>
        </track></annotations>"""
    )
    back = read_back(FORMATS["cvat"], tmp_path / "annotations.xml")
    assert [(one.object_id, one.name) for one in back.objects] == [(1, "cup"), (2, "cup"), (7, "ball")]
    assert back.boxes == {(2, 2): (10, 11, 20.5, 21), (4, 7): (1, 2, 3, 4)}
    assert back.masks[2, 1].sum() == 20 and back.masks[6, 7][28:, 48:].all()
    assert back.problems == [
        "A polyline has no area, or none that Masklet reads: it is passed over.",
        "Track 1, shape 4: it reaches to 51, 30, the video to 50, 30.",
        "Track 1, shape 5: its runs do not add up to 2 x 2 pixels.",
    ]


def test_datumaro_of_other_kinds(tmp_path: Path) -> None:
    annotations = [
        {"type": "bbox", "label_id": 0, "bbox": [1, 2, 3, 4], "attributes": {"track_id": 5}},
        {"type": "polygon", "label_id": 0, "points": [2, 3, 6, 3, 6, 8, 2, 8]},
        {"type": "label", "label_id": 0},
        {"type": "mask", "rle": {"size": [30, 50]}},
    ]
    items = [{"id": "a/frame_000003", "annotations": annotations}, {"id": "none", "annotations": []}]
    categories = {"label": {"labels": [{"name": "cup"}]}}
    (tmp_path / "any.json").write_text(json.dumps({"categories": categories, "items": items}))
    back = read_back(FORMATS["datumaro"], tmp_path)
    assert back.boxes == {(3, 5): (1, 2, 4, 6)}
    assert back.masks[3, 1].sum() == 20
    assert back.problems == [
        "Annotation 4 of a/frame_000003 has no 'counts'.",
        "An item: there is no frame number in its id or its attributes.",
    ]


def test_youtube_vis_of_the_collection_with_several_videos(tmp_path: Path) -> None:
    """The first video of the right size counts; its masks are lists of runs."""
    runs = {"size": [HEIGHT, WIDTH], "counts": [0, HEIGHT, HEIGHT * (WIDTH - 1)]}
    tracks = [
        {"id": 3, "video_id": 1, "category_id": 1, "segmentations": [runs]},
        {"segmentations": [None, runs, 7], "id": 4, "video_id": 2, "category_id": 1},
    ]
    videos = [
        {"id": 1, "width": 9, "height": 9, "length": 1, "file_names": ["x/00000.jpg"]},
        {
            "id": 2,
            "width": WIDTH,
            "height": HEIGHT,
            "length": 2,
            "file_names": ["y/00005.jpg", "y/00010.jpg"],
        },
    ]
    document = {"videos": videos, "categories": [{"id": 1, "name": "dog"}], "annotations": tracks}
    (tmp_path / "train.json").write_text(json.dumps(document))
    back = read_back(FORMATS["youtube-vis"], tmp_path)
    assert [(one.object_id, one.name, one.label) for one in back.objects] == [(4, "dog", "dog")]
    assert list(back.masks) == [(10, 4)] and back.masks[10, 4][:, 0].all()
    assert back.problems == [
        "1 more videos are in it: the first of this size counts.",
        "Object 4, mask 3: there is no file name with a frame number for it.",
    ]
