"""COCO JSON: one image a frame, one annotation an object and frame, one category a class.

https://cocodataset.org/#format-data, with `track_id` on each annotation, `tracks` as in TAO, and the file's
frame numbers and times on each image.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from backend.domain.rle import Rle
from backend.domain.session import FrameMask, Session, TrackedObject
from backend.domain.video import FrameTimes, Video
from backend.formats import outlines
from backend.formats.coco_reading import read_coco
from backend.formats.frames import frame_name, write_picture
from backend.formats.json_text import listed, write_pieces
from backend.formats.model import Annotated, DataSet, Found, category
from backend.formats.pixels import bounding_box, decode, rle_of

VIDEO_NUMBER = 1


def as_rle(rle: Rle) -> Any:
    return {"size": [rle.height, rle.width], "counts": rle.counts}


def as_polygons(rle: Rle) -> Any:
    """One polygon for each connected part, along the borders of its pixels."""
    return [part.ravel().tolist() for part in outlines.outlines(decode(rle))]


@dataclass(frozen=True)
class CocoFormat(DataSet):
    """`annotations/instances_default.json`, and the frames in `images/` where they are asked for."""

    name: str
    title: str
    segmentation: Callable[[Rle], Any]

    def write(self, annotated: Annotated, folder: Path) -> None:
        images = folder / "images"
        if annotated.read_frame is not None:
            images.mkdir()
        (folder / "annotations").mkdir()
        file = folder / "annotations" / "instances_default.json"
        write_pieces(file, document(annotated, self.segmentation, images))

    def read(self, path: Path, video: Video) -> Found:
        return read_coco(path, video)


def document(
    annotated: Annotated, segmentation: Callable[[Rle], Any] = as_rle, images: Path | None = None
) -> Iterator[str]:
    """The document, piece by piece: masks are read as they are written, so any number will do.

    The very frames go to the folder `images` on the way. Masks without a pixel are left out.
    """
    video, numbers = annotated.video, annotated.categories()
    category_of = {tracked.object_id: numbers[category(tracked)] for tracked in annotated.objects}
    head = {"info": _info(annotated), "licenses": [], "videos": [_video(video)]}
    yield json.dumps(head, ensure_ascii=False)[:-1]
    yield ', "images": ['
    yield from listed(_image(annotated, frame_idx) for frame_idx in annotated.frames)
    yield '], "categories": ['
    yield from listed({"id": n, "name": name, "supercategory": "object"} for name, n in numbers.items())
    yield '], "tracks": ['
    yield from listed(_track(tracked, category_of) for tracked in annotated.objects)
    yield '], "annotations": ['
    masks = (mask for frame in _with_pictures(annotated, images) for mask in frame)
    yield from listed(
        _annotation(number, mask, category_of[mask.object_id], segmentation)
        for number, mask in enumerate(masks, 1)
    )
    yield "]}\n"


def coco_json(
    session: Session, video: Video, objects: Sequence[TrackedObject], masks: Iterable[FrameMask]
) -> Iterator[str]:
    """All frames of a session in one document."""
    every_frame = range(video.num_frames)
    times = FrameTimes((), Fraction(1))  # the document's times are `Video.pts_s`
    return document(Annotated(session, video, times, tuple(objects), every_frame, lambda: iter(masks)))


def _with_pictures(annotated: Annotated, images: Path | None) -> Iterator[tuple[FrameMask, ...]]:
    for frame in annotated.by_frame():
        if images is not None:
            name = _file_name(annotated.video, frame.frame_idx)
            write_picture(annotated, frame.frame_idx, images / name)
        yield frame.seen()


def _info(annotated: Annotated) -> dict[str, Any]:
    session, video = annotated.session, annotated.video
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


def _file_name(video: Video, frame_idx: int) -> str:
    return f"{frame_name(video, frame_idx, 6)}.jpg"


def _image(annotated: Annotated, frame_idx: int) -> dict[str, Any]:
    video = annotated.video
    return {
        "id": image_number(frame_idx),
        "video_id": VIDEO_NUMBER,
        "frame_index": frame_idx,
        "pts_s": video.pts_s[frame_idx],
        **_stamp(annotated.times, frame_idx),
        "width": video.width,
        "height": video.height,
        "file_name": _file_name(video, frame_idx),
    }


def _stamp(times: FrameTimes, frame_idx: int) -> dict[str, Any]:
    """The frame's own stamp in the file, and the seconds that one of its ticks takes."""
    return {"pts": times.pts[frame_idx], "time_base": str(times.time_base)} if times.pts else {}


def image_number(frame_idx: int) -> int:
    """COCO numbers from 1: some readers take 0 for none."""
    return frame_idx + 1


def _track(tracked: TrackedObject, category_of: dict[int, int]) -> dict[str, Any]:
    return {
        "id": tracked.object_id,
        "category_id": category_of[tracked.object_id],
        "video_id": VIDEO_NUMBER,
        "name": tracked.name,
        "label": tracked.label,
        "colour": tracked.colour,
    }


def _annotation(
    number: int, mask: FrameMask, category_number: int, segmentation: Callable[[Rle], Any]
) -> dict[str, Any]:
    rle = rle_of(mask)
    return {
        "id": number,
        "image_id": image_number(mask.frame_idx),
        "video_id": VIDEO_NUMBER,
        "category_id": category_number,
        "track_id": mask.object_id,
        "segmentation": segmentation(rle),
        "area": mask.area,
        "bbox": list(bounding_box(rle)),
        "iscrowd": 0,
        "object_score": mask.object_score,
        "predicted_iou": mask.predicted_iou,
        "origin": mask.origin.value,
        "verified": mask.verified,
        "engine_id": mask.engine_id,
    }


COCO = CocoFormat("coco", "COCO JSON, masks as RLE", as_rle)
COCO_POLYGONS = CocoFormat("coco-polygons", "COCO JSON, masks as polygons", as_polygons)
