"""COCO JSON: one image a frame, one category an object name, one annotation an object and frame.

https://cocodataset.org/#format-data, with `track_id` and the file's frame times added. pycocotools reads it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from pycocotools import mask as coco_mask

from backend.domain.session import FrameMask, Session, TrackedObject
from backend.domain.video import Video

VIDEO_NUMBER = 1


def coco_json(
    session: Session, video: Video, objects: Sequence[TrackedObject], masks: Iterable[FrameMask]
) -> Iterator[str]:
    """The document, piece by piece: masks are read as they are written, so any number will do.

    Empty masks, and masks of objects that are not listed, are left out.
    """
    category_of = _category_numbers(objects)
    head = {"info": _info(session, video), "licenses": [], "videos": [_video(video)]}
    yield json.dumps(head, ensure_ascii=False)[:-1]
    yield ', "images": ['
    yield from _items(_image(video, frame_idx) for frame_idx in range(video.num_frames))
    yield '], "categories": ['
    yield from _items(_category(number, name) for name, number in _categories(objects).items())
    yield '], "annotations": ['
    wanted = (m for m in masks if m.rle is not None and m.area > 0 and m.object_id in category_of)
    yield from _items(
        _annotation(number, mask, category_of[mask.object_id]) for number, mask in enumerate(wanted, 1)
    )
    yield "]}\n"


def _items(entries: Iterable[dict[str, Any]]) -> Iterator[str]:
    comma = "\n"
    for entry in entries:
        yield comma + json.dumps(entry, ensure_ascii=False)
        comma = ",\n"


def _categories(objects: Sequence[TrackedObject]) -> dict[str, int]:
    """Name -> number, in order of the first object of that name."""
    return {name: number for number, name in enumerate(dict.fromkeys(o.name for o in objects), 1)}


def _category_numbers(objects: Sequence[TrackedObject]) -> dict[int, int]:
    """Object id -> number of its category."""
    numbers = _categories(objects)
    return {tracked.object_id: numbers[tracked.name] for tracked in objects}


def _info(session: Session, video: Video) -> dict[str, Any]:
    return {
        "description": f"Masklets of {video.title}",
        "version": "1.0",
        "date_created": datetime.now(UTC).isoformat(timespec="seconds"),
        "masklet": {
            "session_id": session.session_id,
            "session_version": session.version,
            "engine_id": session.engine_id,
            "source_sha256": video.source_sha256,
            "num_frames": video.num_frames,
            "frame_numbering": "frame_index i is the i-th frame of the source in presentation order, from 0",
        },
    }


def _video(video: Video) -> dict[str, Any]:
    return {
        "id": VIDEO_NUMBER,
        "name": video.title,
        "width": video.width,
        "height": video.height,
        "length": video.num_frames,
        "fps": video.fps,
        "source_sha256": video.source_sha256,
    }


def _image(video: Video, frame_idx: int) -> dict[str, Any]:
    return {
        "id": image_number(frame_idx),
        "video_id": VIDEO_NUMBER,
        "frame_index": frame_idx,
        "pts_s": video.pts_s[frame_idx],
        "width": video.width,
        "height": video.height,
        "file_name": f"{video.video_id}/{frame_idx:06d}.jpg",
    }


def image_number(frame_idx: int) -> int:
    """COCO numbers from 1: some readers take 0 for none."""
    return frame_idx + 1


def _category(number: int, name: str) -> dict[str, Any]:
    return {"id": number, "name": name, "supercategory": "object"}


def _annotation(number: int, mask: FrameMask, category: int) -> dict[str, Any]:
    rle = mask.rle
    if rle is None:
        raise ValueError("A mask without RLE cannot be exported.")
    size = [rle.height, rle.width]
    x, y, width, height = coco_mask.toBbox({"size": size, "counts": rle.counts.encode()}).tolist()
    return {
        "id": number,
        "image_id": image_number(mask.frame_idx),
        "category_id": category,
        "track_id": mask.object_id,
        "segmentation": {"size": size, "counts": rle.counts},
        "area": mask.area,
        "bbox": [x, y, width, height],
        "iscrowd": 0,
        "object_score": mask.object_score,
        "predicted_iou": mask.predicted_iou,
        "origin": mask.origin.value,
        "engine_id": mask.engine_id,
    }
