"""YOLO-seg: a text a frame, and on each line a class and one polygon: class x1 y1 x2 y2 ..., all in 0..1.

https://docs.ultralytics.com/datasets/segment/ (the written specification; nothing of their code). Classes
count from 0 and are named in `data.yaml`. A line has one polygon, so parts and holes are joined to it along
lines that enclose nothing. `tracks.txt` says which object each line is; other readers pass over it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import yaml

from backend.domain.errors import InvalidInput
from backend.domain.rle import Rle
from backend.domain.video import Video
from backend.formats import outlines
from backend.formats.checks import WRONG_FORM, found, sentence, text
from backend.formats.frames import frame_files, frame_name, write_picture
from backend.formats.model import (
    Annotated,
    DataSet,
    Found,
    FoundBox,
    FoundMask,
    FoundObject,
    Problem,
    Shape,
    category,
)
from backend.formats.pixels import box_prompt, decode, rle_of
from backend.formats.sidecar import read_objects, write_objects
from backend.formats.untracked import Numbering

TRACKS_FILE = "tracks.txt"
DIGITS = 6  # of a coordinate in 0..1: a hundredth of a pixel at 8192
LONGEST_LINE = 2**24  # characters
YAML_BYTES = 2**20


@dataclass(frozen=True)
class YoloSegFormat(DataSet):
    """`data.yaml`, `labels/train/<frame>.txt`, `images/train/<frame>.jpg` where asked for, `tracks.txt`."""

    name: str = "yolo-seg"
    title: str = "YOLO-seg, polygons as text"

    def write(self, annotated: Annotated, folder: Path) -> None:
        video, numbers = annotated.video, annotated.categories()
        class_of = {one.object_id: numbers[category(one)] - 1 for one in annotated.objects}
        labels, images = folder / "labels" / "train", folder / "images" / "train"
        labels.mkdir(parents=True)
        images.mkdir(parents=True)
        described = {"path": ".", "train": "images/train", "val": "images/train"}
        names = {number - 1: name for name, number in numbers.items()}
        with (folder / "data.yaml").open("w", encoding="utf-8") as file:
            yaml.safe_dump({**described, "names": names}, file, allow_unicode=True, sort_keys=False)
        with (folder / TRACKS_FILE).open("w") as tracks:
            for frame in annotated.by_frame():
                name = frame_name(video, frame.frame_idx, 6)
                write_picture(annotated, frame.frame_idx, images / f"{name}.jpg")
                masks = frame.seen()
                lines = (f"{class_of[one.object_id]} {polygon(rle_of(one))}\n" for one in masks)
                (labels / f"{name}.txt").write_text("".join(lines))
                tracks.write(" ".join(map(str, [frame.frame_idx, *(one.object_id for one in masks)])) + "\n")
        write_objects(folder, annotated.objects)

    def read(self, path: Path, video: Video) -> Found:
        return _read(path, video)


def polygon(rle: Rle) -> str:
    """x1 y1 x2 y2 ... in 0..1, along the borders of pixels."""
    parts = outlines.outlines(decode(rle))
    points = outlines.join(parts) / (rle.width, rle.height)
    return " ".join(f"{value:.{DIGITS}f}".rstrip("0").rstrip(".") for value in points.ravel())


@dataclass(frozen=True)
class _Row:
    where: str
    object_id: int
    class_: int
    frame_idx: int
    values: list[float]  # in 0..1


def _read(path: Path, video: Video) -> Found:
    folder = next((one for one in (path / "labels" / "train", path / "labels") if one.is_dir()), path)
    if not folder.is_dir() or not (any(folder.glob("*.txt")) or (path / "data.yaml").is_file()):
        raise InvalidInput("There is no folder `labels` with YOLO texts in it.")
    names = _names(path / "data.yaml")
    objects = {one.object_id: one for one in read_objects(path)}
    for row in _rows(path, folder):
        if isinstance(row, _Row) and row.object_id not in objects:
            label = names.get(row.class_, f"class {row.class_}")
            objects[row.object_id] = FoundObject(row.object_id, label, label)

    def shapes() -> Iterator[Shape]:
        for row in _rows(path, folder):
            yield row if isinstance(row, Problem) else _shape(row, video)

    return found(video, objects.values(), shapes)


def _names(file: Path) -> dict[int, str]:
    if not file.is_file():
        return {}
    if file.stat().st_size > YAML_BYTES:
        raise InvalidInput(f"{file.name} is larger than any list of classes.")
    try:
        described: Any = yaml.safe_load(file.read_text("utf-8"))
        names = described["names"]
        pairs = names.items() if isinstance(names, dict) else enumerate(names)
        return {int(number): text(name, f"class {int(number)}") for number, name in pairs}
    except (yaml.YAMLError, RecursionError, *WRONG_FORM) as error:
        raise InvalidInput(f"{file.name} has no list `names` of classes.") from error


def _rows(path: Path, folder: Path) -> Iterator[_Row | Problem]:
    with ExitStack() as files:
        tracks = path / TRACKS_FILE
        lines = files.enter_context(_open(tracks)) if tracks.is_file() else StringIO()
        yield from _numbered_rows(folder, _Tracks(lines))


def _open(file: Path) -> TextIO:
    return file.open(encoding="ascii", errors="replace")


def _numbered_rows(folder: Path, tracks: _Tracks) -> Iterator[_Row | Problem]:
    numbering = Numbering()
    for frame_idx, file in frame_files(folder, ".txt"):
        if file.name in (TRACKS_FILE, "classes.txt"):
            continue
        if frame_idx is None:
            yield Problem(f"{file.name} has no frame number in its name.")
            continue
        ids = tracks.on(frame_idx)
        with _open(file) as lines:
            number = 0
            while line := lines.readline(LONGEST_LINE):
                number += 1
                if not line.strip():
                    continue
                where = f"{file.name}, line {number}"
                try:
                    class_text, *values = line.split()
                    class_ = int(class_text)
                    ordinal = number - 1
                    object_id = ids[ordinal] if ordinal < len(ids) else numbering.id_of(class_, frame_idx)
                    yield _Row(where, object_id, class_, frame_idx, [float(value) for value in values])
                except WRONG_FORM as error:
                    yield sentence(where, error)


class _Tracks:
    """`tracks.txt` beside the labels: both are in order of frames, so that one line is held."""

    def __init__(self, lines: TextIO) -> None:
        self._lines = lines
        self._waiting: list[int] = []

    def on(self, frame_idx: int) -> list[int]:
        """The object of each line of that frame; asked for in ascending order."""
        while not self._waiting or self._waiting[0] < frame_idx:
            line = self._lines.readline(LONGEST_LINE)
            if not line:
                break
            self._waiting = [int(part) for part in line.split() if part.isdecimal()]
        return self._waiting[1:] if self._waiting and self._waiting[0] == frame_idx else []


def _shape(row: _Row, video: Video) -> Shape:
    try:
        points = np.asarray(row.values)
        if not np.isfinite(points).all() or (np.abs(points - 0.5) > 1).any():
            raise ValueError("its numbers are not within 0..1")
        if len(points) == 4:  # a detection: centre and size
            x, y, width, height = points.tolist()
            left, top = (x - width / 2) * video.width, (y - height / 2) * video.height
            box = box_prompt(left, top, width * video.width, height * video.height)
            return FoundBox(row.object_id, row.frame_idx, box)
        if len(points) < 6 or len(points) % 2:
            raise ValueError("a polygon has at least three points, each an x and a y")
        scaled = (points.reshape(-1, 2) * (video.width, video.height)).ravel().tolist()
        return FoundMask(row.object_id, row.frame_idx, outlines.fill([scaled], video.height, video.width))
    except WRONG_FORM as error:
        return sentence(row.where, error)


YOLO_SEG = YoloSegFormat()
