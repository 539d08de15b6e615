"""YouTube-VIS JSON: one annotation an object, with a mask or null for each frame of the video.

https://youtube-vos.org/dataset/vis: `videos` with `file_names`, `annotations` with `segmentations`, `bboxes`
and `areas` of equal length. Masks are lists of runs, not compressed, as in the collection's own files: some
readers take nothing else. The source's frame numbers are in the file names.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.domain.errors import InvalidInput
from backend.domain.session import FrameMask, TrackedObject
from backend.domain.video import Video
from backend.formats.checks import WRONG_FORM, colour, found, rle_from, sentence, text, whole
from backend.formats.frames import frame_name, frame_of, write_picture
from backend.formats.json_text import compact, entries, events, json_file, listed, write_pieces
from backend.formats.model import Annotated, DataSet, Found, FoundMask, FoundObject, Problem, Shape, category
from backend.formats.pixels import bounding_box, rle_of
from backend.formats.spill import Spill

VIDEO_NUMBER = 1
LISTS = ("segmentations", "bboxes", "areas")


@dataclass(frozen=True)
class YouTubeVisFormat(DataSet):
    """`instances.json`, and the frames in `JPEGImages/<video>/` where they are asked for."""

    name: str = "youtube-vis"
    title: str = "YouTube-VIS JSON"

    def write(self, annotated: Annotated, folder: Path) -> None:
        pictures = folder / "JPEGImages"
        if annotated.read_frame is not None:
            (pictures / annotated.video.video_id).mkdir(parents=True)
        with Spill(folder) as spill:
            for frame in annotated.by_frame():
                name = _file_name(annotated.video, frame.frame_idx)
                write_picture(annotated, frame.frame_idx, pictures / name)
                masks = {mask.object_id: mask for mask in frame.seen()}
                for tracked in annotated.objects:
                    _spill(spill, tracked.object_id, masks.get(tracked.object_id))
            write_pieces(folder / "instances.json", _document(annotated, spill))

    def read(self, path: Path, video: Video) -> Found:
        return _Reading(json_file(path, "instances.json"), video).found()


def _file_name(video: Video, frame_idx: int) -> str:
    return f"{video.video_id}/{frame_name(video, frame_idx, 5)}.jpg"


def _spill(spill: Spill, object_id: int, mask: FrameMask | None) -> None:
    values: tuple[Any, ...] = (None, None, None)
    if mask is not None:
        rle = rle_of(mask)
        coded = {"size": [rle.height, rle.width], "counts": rle.runs}
        values = (coded, bounding_box(rle), mask.area)
    for of, value in zip(LISTS, values, strict=True):
        spill.add(object_id, compact(value) + ",", of)


def _document(annotated: Annotated, spill: Spill) -> Iterator[str]:
    video, numbers = annotated.video, annotated.categories()
    info = {"description": f"Masklets of {video.title}", "source_sha256": video.source_sha256}
    yield json.dumps({"info": info, "licenses": []}, ensure_ascii=False)[:-1]
    head = {
        "id": VIDEO_NUMBER,
        "width": video.width,
        "height": video.height,
        "length": len(annotated.frames),
    }
    yield ', "videos": [' + json.dumps(head)[:-1] + ', "file_names": ['
    yield from listed(_file_name(video, frame_idx) for frame_idx in annotated.frames)
    yield ']}], "categories": ['
    yield from listed({"id": n, "name": name, "supercategory": "object"} for name, n in numbers.items())
    yield '], "annotations": ['
    comma = "\n"
    for tracked in annotated.objects:
        yield comma + json.dumps(_annotation(annotated, tracked, numbers), ensure_ascii=False)[:-1]
        for of in LISTS:
            yield f', "{of}": ['
            yield from _without_last_comma(spill.text(tracked.object_id, of))
            yield "]"
        yield "}"
        comma = ",\n"
    yield "]}\n"


def _annotation(annotated: Annotated, tracked: TrackedObject, numbers: dict[str, int]) -> dict[str, Any]:
    return {
        "id": tracked.object_id,
        "video_id": VIDEO_NUMBER,
        "category_id": numbers[category(tracked)],
        "iscrowd": 0,
        "width": annotated.video.width,
        "height": annotated.video.height,
        "length": len(annotated.frames),
        "name": tracked.name,
        "label": tracked.label,
        "colour": tracked.colour,
    }


def _without_last_comma(pieces: Iterator[str]) -> Iterator[str]:
    waiting = next(pieces, "")
    for piece in pieces:
        yield waiting
        waiting = piece
    yield waiting.removesuffix(",")


class _Reading:
    """Our own files and the collection's: of several videos in one file, the first that is of this size."""

    def __init__(self, file: Path, video: Video) -> None:
        self._file, self._video = file, video
        self._problems: list[Problem] = []
        self._frames: list[int | None] = []
        self._video_number: Any = None
        self._choose_video()
        names = {}
        for one in entries(file, "categories.item"):
            try:
                names[one["id"]] = text(one.get("name"), "")
            except WRONG_FORM as error:
                self._problems.append(sentence("A category", error))
        # Annotation's place in the list -> its object, for those that are of the chosen video.
        self._objects: dict[int, FoundObject] = {}
        for place, fields in self._annotation_fields():
            if fields.get("video_id") == self._video_number:
                self._add(place, fields, names)

    def found(self) -> Found:
        return found(self._video, self._objects.values(), self._shapes)

    def _choose_video(self) -> None:
        size = (self._video.width, self._video.height)
        others = 0
        for one in entries(self._file, "videos.item"):
            try:
                if (one["width"], one["height"]) == size and self._video_number is None:
                    self._frames = [frame_of(str(name)) for name in one["file_names"]]
                    self._video_number = one["id"]
                    continue
            except WRONG_FORM as error:
                self._problems.append(sentence("A video", error))
            others += 1
        if self._video_number is None:
            raise InvalidInput(
                f"{self._file.name} is no YouTube-VIS file with a video of {size[0]} x {size[1]} pixels."
            )
        if others:
            self._problems.append(Problem(f"{others} more videos are in it: the first of this size counts."))

    def _annotation_fields(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Each annotation's own fields, without its long lists."""
        place, fields = 0, {}
        for prefix, event, value in events(self._file):
            if prefix == "annotations.item" and event == "start_map":
                fields = {}
            elif prefix == "annotations.item" and event == "end_map":
                yield place, fields
                place += 1
            elif prefix.startswith("annotations.item.") and event in ("string", "number"):
                name = prefix.removeprefix("annotations.item.")
                if "." not in name:
                    fields[name] = value

    def _add(self, place: int, fields: dict[str, Any], names: dict[Any, str]) -> None:
        try:
            object_id = whole(fields["id"])
            class_name = names.get(fields.get("category_id"), "")
            name = text(fields.get("name"), class_name or f"Object {object_id}")
            label = text(fields["label"], "") if "label" in fields else class_name
            self._objects[place] = FoundObject(object_id, name, label, colour(fields.get("colour")))
        except WRONG_FORM as error:
            self._problems.append(sentence(f"Annotation {place + 1}", error))

    def _shapes(self) -> Iterator[Shape]:
        yield from self._problems
        for place, index, value in self._segmentations():
            one = self._objects.get(place)
            if one is None or value is None:
                continue
            where = f"Object {one.object_id}, mask {index + 1}"
            frame_idx = self._frames[index] if index < len(self._frames) else None
            if frame_idx is None:
                yield Problem(f"{where}: there is no file name with a frame number for it.")
                continue
            try:
                yield FoundMask(one.object_id, frame_idx, rle_from(value))
            except WRONG_FORM as error:
                yield sentence(where, error)

    def _segmentations(self) -> Iterator[tuple[int, int, Any]]:
        """(annotation's place, mask's place, RLE or None), one mask in memory at a time."""
        inside = "annotations.item.segmentations.item"
        place, index = -1, -1
        value: Any = None
        for prefix, event, part in events(self._file):
            if prefix == "annotations.item" and event == "start_map":
                place, index = place + 1, -1
            elif prefix == inside and event in ("start_map", "null"):
                index, value = index + 1, {}
                if event == "null":
                    yield place, index, None
            elif prefix == inside and event == "end_map":
                yield place, index, value
            elif prefix == inside and event in ("string", "number", "boolean"):
                index += 1
                yield place, index, part  # no mask at all: a problem
            elif prefix == f"{inside}.counts" and event == "string":
                value["counts"] = part
            elif prefix in (f"{inside}.size.item", f"{inside}.counts.item"):
                value.setdefault(prefix.split(".")[-2], []).append(part)


YOUTUBE_VIS = YouTubeVisFormat()
