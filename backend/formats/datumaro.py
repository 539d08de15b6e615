"""Datumaro JSON: `annotations/masklet.json`, an item a frame, masks as RLE.

https://open-edge-platform.github.io/datumaro: version 1.0 of its own format. An object's id is in `object_id`
and in the attribute `track_id`; its name and the frame's number are attributes too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.domain.errors import InvalidInput
from backend.domain.session import BoxPrompt, FrameMask, TrackedObject
from backend.domain.video import Video
from backend.formats import outlines
from backend.formats.checks import WRONG_FORM, found, rle_from, sentence, text, whole
from backend.formats.frames import frame_name, frame_of, write_picture
from backend.formats.json_text import entries, json_file, listed, write_pieces
from backend.formats.model import (
    Annotated,
    AnnotatedFrame,
    DataSet,
    Found,
    FoundBox,
    FoundMask,
    FoundObject,
    Problem,
    Shape,
    category,
)
from backend.formats.pixels import box_prompt, rle_of
from backend.formats.sidecar import read_objects, write_objects
from backend.formats.untracked import Numbering

SUBSET = "masklet"


@dataclass(frozen=True)
class DatumaroFormat(DataSet):
    """`annotations/`, and the frames in `images/` where they are asked for."""

    name: str = "datumaro"
    title: str = "Datumaro JSON"

    def write(self, annotated: Annotated, folder: Path) -> None:
        (folder / "annotations").mkdir()
        images = folder / "images" / SUBSET
        if annotated.read_frame is not None:
            images.mkdir(parents=True)
        write_pieces(folder / "annotations" / f"{SUBSET}.json", _document(annotated, images))
        write_objects(folder, annotated.objects)

    def read(self, path: Path, video: Video) -> Found:
        inner = path / "annotations"
        return _read(json_file(inner if inner.is_dir() else path, f"{SUBSET}.json"), path, video)


def _document(annotated: Annotated, images: Path) -> Iterator[str]:
    numbers = annotated.categories()
    labels = [{"name": name, "parent": "", "attributes": ["track_id", "name"]} for name in numbers]
    video = annotated.video
    head = {
        "dm_format_version": "1.0",
        "media_type": 2,  # pictures
        "infos": {"source": video.title, "source_sha256": video.source_sha256},
        "categories": {"label": {"labels": labels, "attributes": []}},
    }
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "items": ['
    by_id = {tracked.object_id: tracked for tracked in annotated.objects}
    yield from listed(_items(annotated, images, by_id, numbers))
    yield "]}\n"


def _items(
    annotated: Annotated, images: Path, by_id: dict[int, TrackedObject], numbers: dict[str, int]
) -> Iterator[dict[str, Any]]:
    video = annotated.video
    for frame in annotated.by_frame():
        item_id = f"frame_{frame_name(video, frame.frame_idx, 6)}"
        write_picture(annotated, frame.frame_idx, images / f"{item_id}.jpg")
        yield {
            "id": item_id,
            "attr": {"frame": frame.frame_idx},
            "image": {"path": f"{item_id}.jpg", "size": [video.height, video.width]},
            "annotations": _annotations(frame, by_id, numbers),
        }


def _annotations(
    frame: AnnotatedFrame, by_id: dict[int, TrackedObject], numbers: dict[str, int]
) -> list[dict[str, Any]]:
    def one(mask: FrameMask) -> dict[str, Any]:
        tracked, rle = by_id[mask.object_id], rle_of(mask)
        return {
            "id": mask.object_id,
            "type": "mask",
            "attributes": {"track_id": mask.object_id, "name": tracked.name, "keyframe": mask.verified},
            "group": mask.object_id,
            "object_id": mask.object_id,
            "label_id": numbers[category(tracked)] - 1,
            "z_order": 0,
            "rle": {"size": [rle.height, rle.width], "counts": rle.counts},
        }

    return [one(mask) for mask in frame.seen()]


@dataclass(frozen=True)
class _Row:
    where: str
    object_id: int
    frame_idx: int
    entry: dict[str, Any]


def _read(file: Path, folder: Path, video: Video) -> Found:
    labels = []
    for one in entries(file, "categories.label.labels.item"):
        labels.append(text(one.get("name") if isinstance(one, dict) else None, ""))
    objects = {one.object_id: one for one in read_objects(folder)}
    nothing = True
    for row in _rows(file):
        nothing = False
        if isinstance(row, _Row) and row.object_id not in objects:
            objects[row.object_id] = _object(row, labels)
    if nothing and not labels and not any(True for _ in entries(file, "items.item")):
        raise InvalidInput(f"{file.name} is no Datumaro file: it has no items.")

    def shapes() -> Iterator[Shape]:
        for row in _rows(file):
            yield row if isinstance(row, Problem) else _shape(row, video)

    return found(video, objects.values(), shapes)


def _object(row: _Row, labels: list[str]) -> FoundObject:
    number = row.entry.get("label_id")
    label = labels[number] if isinstance(number, int) and 0 <= number < len(labels) else ""
    attributes = row.entry.get("attributes") or {}
    name = attributes.get("name") if isinstance(attributes, dict) else None
    return FoundObject(row.object_id, text(name, label or f"Object {row.object_id}"), label)


def _rows(file: Path) -> Iterator[_Row | Problem]:
    """Masks, polygons and boxes; other kinds of annotation are no shapes of objects."""
    numbering = Numbering()
    for item in entries(file, "items.item"):
        try:
            item_id = str(item["id"])[:80]
            attributes = item.get("attr") or {}
            frame_idx = attributes["frame"] if "frame" in attributes else frame_of(item_id + ".x")
            if frame_idx is None:
                raise ValueError("there is no frame number in its id or its attributes")
            frame_idx = whole(frame_idx)
            annotations = list(item.get("annotations") or [])
        except WRONG_FORM as error:
            yield sentence("An item", error)
            continue
        for place, entry in enumerate(annotations, 1):
            where = f"Annotation {place} of {item_id}"
            try:
                if entry["type"] in ("mask", "polygon", "bbox"):
                    track = _track(entry)
                    class_ = str(entry.get("label_id"))
                    object_id = numbering.id_of(class_, frame_idx) if track is None else whole(track)
                    yield _Row(where, object_id, frame_idx, entry)
            except WRONG_FORM as error:
                yield sentence(where, error)


def _track(entry: dict[str, Any]) -> Any:
    track = (entry.get("attributes") or {}).get("track_id")
    if track is None and entry.get("object_id", -1) != -1:
        return entry["object_id"]
    return track


def _shape(row: _Row, video: Video) -> Shape:
    try:
        if row.entry["type"] == "mask":
            return FoundMask(row.object_id, row.frame_idx, rle_from(row.entry["rle"]))
        if row.entry["type"] == "polygon":
            rle = outlines.fill([row.entry["points"]], video.height, video.width)
            return FoundMask(row.object_id, row.frame_idx, rle)
        return FoundBox(row.object_id, row.frame_idx, _box(row.entry))
    except WRONG_FORM as error:
        return sentence(row.where, error)


def _box(entry: dict[str, Any]) -> BoxPrompt:
    x, y, width, height = map(float, entry["bbox"])
    return box_prompt(x, y, width, height)


DATUMARO = DatumaroFormat()
