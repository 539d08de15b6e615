"""Reading CVAT's XML, for videos and for pictures: masks and polygons, and boxes as boxes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np

from backend.domain.errors import InvalidInput
from backend.domain.rle import Rle
from backend.domain.session import BoxPrompt
from backend.domain.video import Video
from backend.formats import outlines
from backend.formats.checks import WRONG_FORM, found, sentence, text
from backend.formats.model import Found, FoundBox, FoundMask, FoundObject, Problem, Shape
from backend.formats.pixels import encode
from backend.formats.sidecar import read_objects
from backend.formats.untracked import Numbering
from backend.formats.xml_text import events

SHAPES = ("mask", "polygon", "box")
OTHERS = ("ellipse", "polyline", "points", "cuboid", "skeleton")


@dataclass(frozen=True)
class _Row:
    """One shape. `shape` is good until the next one is asked for."""

    where: str
    object_id: int
    label: str
    frame_idx: int
    shape: Element


def read_cvat(path: Path, video: Video) -> Found:
    file = path if path.is_file() else path / "annotations.xml"
    if not file.is_file():
        raise InvalidInput("There is no annotations.xml in it; choose the XML file itself.")
    objects = {one.object_id: one for one in read_objects(file.parent)}
    for row in _rows(file):
        if isinstance(row, FoundObject):
            objects.setdefault(row.object_id, row)
        elif isinstance(row, _Row) and row.object_id not in objects:
            objects[row.object_id] = _object(row.object_id, row.label)

    def shapes() -> Iterator[Shape]:
        for row in _rows(file):
            if isinstance(row, _Row):
                yield _shape(row, video)
            elif isinstance(row, Problem):
                yield row

    return found(video, objects.values(), shapes)


def _object(object_id: int, label: str) -> FoundObject:
    shown = text(label, "")
    return FoundObject(object_id, shown or f"Object {object_id}", shown)


def _rows(file: Path) -> Iterator[_Row | FoundObject | Problem]:
    """Shapes that are seen, in the document's order, and each track as an object before its shapes."""
    reading = _Walk()
    walk = events(file)
    _, root = next(walk)
    if root.tag != "annotations":
        raise InvalidInput(f"{file.name} is no CVAT file: it does not begin with <annotations>.")
    depth = 1
    for event, element in walk:
        depth += 1 if event == "start" else -1
        try:
            if event == "start":
                yield from reading.start(element)
            else:
                yield from reading.end(element)
        except WRONG_FORM as error:
            yield sentence(reading.where(element), error)
        if event == "end" and depth == 1:
            root.clear()


@dataclass
class _Walk:
    """Where in the document we are."""

    track: Element | None = None
    image: Element | None = None
    tracks: int = 0
    shapes: int = 0
    numbering: Numbering | None = None

    def where(self, element: Element) -> str:
        inside = f"Track {self.tracks}" if self.track is not None else "Image"
        return f"{inside}, shape {self.shapes}" if element.tag in SHAPES else f"{inside}, <{element.tag}>"

    def start(self, element: Element) -> Iterator[FoundObject]:
        if element.tag == "track":
            self.track, self.tracks, self.shapes = element, self.tracks + 1, 0
            yield _object(int(element.attrib["id"]), element.get("label", ""))
        elif element.tag == "image":
            self.image, self.shapes = element, 0

    def end(self, element: Element) -> Iterator[_Row | Problem]:
        if element.tag == "track":
            self.track = None
        elif element.tag == "image":
            self.image = None
        elif element.tag in SHAPES and (self.track is not None or self.image is not None):
            self.shapes += 1
            try:
                if element.get("outside") != "1":
                    yield self._row(element)
            finally:
                _forget(self.track, self.image)
        elif element.tag in OTHERS:
            yield Problem(f"A {element.tag} has no area, or none that Masklet reads: it is passed over.")
            _forget(self.track, self.image)

    def _row(self, shape: Element) -> _Row:
        if self.track is not None:
            object_id, label = int(self.track.attrib["id"]), self.track.get("label", "")
            return _Row(self.where(shape), object_id, label, int(shape.attrib["frame"]), shape)
        self.numbering = self.numbering or Numbering()
        image = self.image if self.image is not None else shape
        frame_idx, label = int(image.attrib["id"]), shape.get("label", "")
        track = next((a.text for a in shape.iter("attribute") if a.get("name") == "track_id"), None)
        object_id = self.numbering.id_of(label, frame_idx) if track is None else int(track)
        return _Row(self.where(shape), object_id, label, frame_idx, shape)


def _forget(*parents: Element | None) -> None:
    """Drop the shapes that a track or picture has so far; its own attributes stay."""
    for parent in parents:
        if parent is not None:
            del parent[:]


def _shape(row: _Row, video: Video) -> Shape:
    try:
        if row.shape.tag == "mask":
            return FoundMask(row.object_id, row.frame_idx, _mask(row.shape, video))
        if row.shape.tag == "polygon":
            pairs = row.shape.attrib["points"].split(";")
            points = [float(value) for pair in pairs for value in pair.split(",")]
            return FoundMask(row.object_id, row.frame_idx, outlines.fill([points], video.height, video.width))
        corners = [float(row.shape.attrib[side]) for side in ("xtl", "ytl", "xbr", "ybr")]
        return FoundBox(row.object_id, row.frame_idx, BoxPrompt(*corners))
    except WRONG_FORM as error:
        return sentence(row.where, error)


def _mask(shape: Element, video: Video) -> Rle:
    """The crop's runs go along the rows; ours go down the columns of the whole picture."""
    left, top, width, height = (int(shape.attrib[side]) for side in ("left", "top", "width", "height"))
    if min(left, top) < 0 or min(width, height) < 1:
        raise ValueError("its box is no part of a picture")
    if left + width > video.width or top + height > video.height:
        raise ValueError(
            f"it reaches to {left + width}, {top + height}, the video to {video.width}, {video.height}"
        )
    runs = [int(run) for run in shape.attrib["rle"].split(",")]
    if min(runs) < 0 or sum(runs) != width * height:
        raise ValueError(f"its runs do not add up to {width} x {height} pixels")
    pixels = np.zeros((video.height, video.width), bool)
    crop = np.repeat(np.arange(len(runs)) % 2 == 1, runs).reshape(height, width)
    pixels[top : top + height, left : left + width] = crop
    return encode(pixels)
