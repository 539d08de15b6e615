"""Reading COCO JSON, ours or anyone's: RLE, uncompressed RLE, polygons, and boxes alone.

The file is gone through for its pictures, for its objects, and for its masks; it is never whole in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.domain.errors import InvalidInput
from backend.domain.video import Video
from backend.formats import outlines
from backend.formats.checks import WRONG_FORM, colour, found, rle_from, sentence, text, whole
from backend.formats.frames import frame_of
from backend.formats.json_text import entries, json_file
from backend.formats.model import Found, FoundBox, FoundMask, FoundObject, Problem, Shape
from backend.formats.pixels import box_prompt
from backend.formats.untracked import Numbering

OTHER_SIZE = -1


@dataclass(frozen=True)
class _Row:
    """An annotation on a frame that is known."""

    number: int  # its place in the list, from 1
    object_id: int
    category: Any
    frame_idx: int
    entry: dict[str, Any]


def read_coco(path: Path, video: Video) -> Found:
    inner = path / "annotations"
    file = json_file(inner if inner.is_dir() else path, "instances_default.json", "coco.json")
    pictures = _Pictures(file, video)
    names = dict(_categories(file))
    objects = {one.object_id: one for one in _tracks(file, names)}
    any_row = False
    for row in _rows(file, pictures.frames):
        any_row = True
        if isinstance(row, _Row) and row.object_id not in objects:
            label = names.get(row.category, "")
            objects[row.object_id] = FoundObject(
                row.object_id, text(label, f"Object {row.object_id}"), text(label, "")
            )
    if not any_row and not pictures.frames:
        raise InvalidInput(f"{file.name} is no COCO file: it lists no images.")

    def shapes() -> Iterator[Shape]:
        yield from pictures.problems
        for row in _rows(file, pictures.frames):
            yield row if isinstance(row, Problem) else _shape(row, video)

    return found(video, objects.values(), shapes)


class _Pictures:
    """`frames`: image id -> frame_idx, or OTHER_SIZE."""

    def __init__(self, file: Path, video: Video) -> None:
        self.frames: dict[Any, int] = {}
        self.problems: list[Problem] = []
        for number, image in enumerate(entries(file, "images.item"), 1):
            try:
                self._add(image, video)
            except WRONG_FORM as error:
                self.problems.append(sentence(f"Image {number}", error))

    def _add(self, image: dict[str, Any], video: Video) -> None:
        name = str(image.get("file_name", ""))[:200]
        frame_idx = image["frame_index"] if "frame_index" in image else frame_of(name)
        if frame_idx is None:
            raise ValueError(f"{name!r} has no frame number, and there is no 'frame_index'")
        size = image.get("width", video.width), image.get("height", video.height)
        if size != (video.width, video.height):
            self.problems.append(
                Problem(
                    f"The picture of frame {whole(frame_idx)} is {size[0]} x {size[1]} pixels,"
                    f" the video is {video.width} x {video.height}: its masks are passed over."
                )
            )
            frame_idx = OTHER_SIZE
        self.frames[image["id"]] = whole(frame_idx)


def _categories(file: Path) -> Iterator[tuple[Any, Any]]:
    for one in entries(file, "categories.item"):
        try:
            hash(one["id"])
            yield one["id"], one.get("name", "")
        except WRONG_FORM:
            continue  # its annotations are objects without a class


def _tracks(file: Path, names: dict[Any, Any]) -> Iterator[FoundObject]:
    """Objects as the file lists them, beside their annotations."""
    for track in entries(file, "tracks.item"):
        try:
            object_id, class_name = whole(track["id"]), text(names.get(track.get("category_id")), "")
        except WRONG_FORM:
            continue  # the annotations speak for it
        name = text(track.get("name"), class_name or f"Object {object_id}")
        # Ours tells an object without a class from one of the class that is its name.
        label = text(track["label"], "") if "label" in track else class_name
        yield FoundObject(object_id, name, label, colour(track.get("colour")))


def _rows(file: Path, frames: dict[Any, int]) -> Iterator[_Row | Problem]:
    numbering = Numbering()
    for number, entry in enumerate(entries(file, "annotations.item"), 1):
        try:
            frame_idx = frames.get(entry["image_id"])
            if frame_idx is None:
                yield Problem(f"Annotation {number} is on an image that is not listed.")
            elif frame_idx != OTHER_SIZE:
                class_ = entry.get("category_id")
                track = _track_id(entry)
                object_id = numbering.id_of(class_, frame_idx) if track is None else whole(track)
                yield _Row(number, object_id, class_, frame_idx, entry)
        except WRONG_FORM as error:
            yield sentence(f"Annotation {number}", error)


def _track_id(entry: dict[str, Any]) -> Any:
    """Where files have it: on the annotation, or among its attributes."""
    if (track := entry.get("track_id")) is not None:
        return track
    attributes = entry.get("attributes")
    return attributes.get("track_id") if isinstance(attributes, dict) else None


def _shape(row: _Row, video: Video) -> Shape:
    try:
        segmentation = row.entry.get("segmentation")
        if isinstance(segmentation, dict):
            return FoundMask(row.object_id, row.frame_idx, rle_from(segmentation))
        if segmentation:
            rle = outlines.fill(segmentation, video.height, video.width)
            return FoundMask(row.object_id, row.frame_idx, rle)
        x, y, width, height = row.entry["bbox"]
        return FoundBox(row.object_id, row.frame_idx, box_prompt(x, y, width, height))
    except WRONG_FORM as error:
        return sentence(f"Annotation {row.number}", error)
