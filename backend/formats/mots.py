"""MOTS: a 16-bit PNG a frame, whose pixels are class * 1000 + object id, and the same as text with RLE.

https://www.vision.rwth-aachen.de/page/mots. Classes count from 1 and are named in `labels.txt`. A pixel has
one object: of two that overlap the lower id has it. Class 10 is "not judged", and so no class of ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from backend.domain.errors import InvalidInput
from backend.domain.rle import Rle
from backend.domain.video import Video
from backend.formats.checks import WRONG_FORM, found, sentence, text
from backend.formats.frames import frame_files, frame_name, write_picture
from backend.formats.label_png import read_wide_labels, write_wide_png
from backend.formats.limits import check_count, check_ids
from backend.formats.model import Annotated, DataSet, Found, FoundMask, FoundObject, Problem, Shape, category
from backend.formats.pixels import decode, encode, encode_labels, flatten, rle_of
from backend.formats.sidecar import read_objects, write_objects

A_CLASS = 1000
HIGHEST_ID, MOST_CLASSES = 999, 63  # the highest class is 64, and one of them is not to be had
NOT_JUDGED = 10
OFFICIAL = {1: "car", 2: "pedestrian"}
LONGEST_LINE = 2**24  # characters


@dataclass(frozen=True)
class MotsFormat(DataSet):
    """`instances/<frame>.png`, `instances/labels.txt`, `instances_txt/<video>.txt`, `images/<frame>.jpg`."""

    name: str = "mots"
    title: str = "MOTS, 16-bit PNGs and text"

    def write(self, annotated: Annotated, folder: Path) -> None:
        video = annotated.video
        check_ids(annotated.objects, HIGHEST_ID, "MOTS")
        check_count(len(annotated.categories()), MOST_CLASSES, "classes", "MOTS")
        numbers = {name: n + (n >= NOT_JUDGED) for name, n in annotated.categories().items()}
        of_object = {
            one.object_id: numbers[category(one)] * A_CLASS + one.object_id for one in annotated.objects
        }
        pngs, images, texts = folder / "instances", folder / "images", folder / "instances_txt"
        for inner in (pngs, texts) if annotated.read_frame is None else (pngs, texts, images):
            inner.mkdir()
        lines = list(numbers)
        if len(lines) >= NOT_JUDGED:
            lines.insert(NOT_JUDGED - 1, "ignored")
        (pngs / "labels.txt").write_text("".join(f"{name}\n" for name in lines), "utf-8")
        with (texts / f"{video.video_id}.txt").open("w") as rows:
            for frame in annotated.by_frame():
                name = frame_name(video, frame.frame_idx, 6)
                layers = [(of_object[mask.object_id], decode(rle_of(mask))) for mask in frame.seen()]
                labels = flatten(layers, video.height, video.width, np.uint16)
                write_wide_png(pngs / f"{name}.png", labels)
                write_picture(annotated, frame.frame_idx, images / f"{name}.jpg")
                for number, rle in encode_labels(labels).items():
                    row = (frame.frame_idx, number, number // A_CLASS, rle.height, rle.width, rle.counts)
                    rows.write(" ".join(map(str, row)) + "\n")
        write_objects(folder, annotated.objects)

    def read(self, path: Path, video: Video) -> Found:
        return _read(path, video)


def _read(path: Path, video: Video) -> Found:
    """The PNGs, or the text where there is no PNG."""
    pngs = path / "instances" if (path / "instances").is_dir() else path
    if pngs.is_dir() and any(pngs.glob("*.png")):
        source = _Pngs(pngs, video)
    else:
        texts = [path] if path.is_file() else sorted([*path.glob("*.txt"), *path.glob("instances_txt/*.txt")])
        texts = [one for one in texts if one.name != "labels.txt"]
        if len(texts) != 1:
            raise InvalidInput("There is no folder of MOTS PNGs and no single MOTS text in it.")
        source = _Text(texts[0])
    labels = _labels(pngs / "labels.txt") if path.is_dir() else OFFICIAL
    objects = {one.object_id: one for one in read_objects(path)} if path.is_dir() else {}
    for shape in source.shapes():
        if isinstance(shape, _Numbered):
            class_, object_id = divmod(shape.number, A_CLASS)
            label = labels.get(class_, f"class {class_}")
            objects.setdefault(object_id, FoundObject(object_id, f"{label} {object_id}", label))

    def shapes() -> Iterator[Shape]:
        for shape in source.shapes():
            if isinstance(shape, _Numbered):
                yield FoundMask(shape.number % A_CLASS, shape.frame_idx, shape.rle)
            else:
                yield shape

    if isinstance(source, _Text) and not objects and any(True for _ in shapes()):
        raise InvalidInput(f"No line of {source.file.name} is of MOTS: choose another file.")
    return found(video, objects.values(), shapes)


def _labels(file: Path) -> dict[int, str]:
    if not file.is_file():
        return OFFICIAL
    with file.open(encoding="utf-8", errors="replace") as lines:
        return {number: text(line[:200], f"class {number}") for number, line in enumerate(lines, 1)}


@dataclass(frozen=True)
class _Numbered:
    """`number`: class * 1000 + object id."""

    number: int
    frame_idx: int
    rle: Rle


def _is_object(number: int) -> bool:
    """Not the region that is not judged. Raises ValueError for what is no class and id."""
    if not A_CLASS < number < (MOST_CLASSES + 2) * A_CLASS:
        raise ValueError(f"{number} is no class * 1000 + object id")
    return number // A_CLASS != NOT_JUDGED


@dataclass(frozen=True)
class _Pngs:
    folder: Path
    video: Video

    def shapes(self) -> Iterator[_Numbered | Problem]:
        for frame_idx, file in frame_files(self.folder, ".png"):
            try:
                if frame_idx is None:
                    raise ValueError("there is no frame number in its name")
                labels = read_wide_labels(file, self.video)
                objects = [n for n in np.unique(labels).tolist() if n and _is_object(n)]
                for number in objects:
                    yield _Numbered(number, frame_idx, encode(labels == number))
            except WRONG_FORM as error:
                yield sentence(file.name, error)


@dataclass(frozen=True)
class _Text:
    file: Path

    def shapes(self) -> Iterator[_Numbered | Problem]:
        with self.file.open(encoding="ascii", errors="replace") as lines:
            number = 0
            while line := lines.readline(LONGEST_LINE):
                number += 1
                if not line.strip():
                    continue
                try:
                    frame_idx, object_number, _, height, width, counts = line.split()
                    if _is_object(int(object_number)):
                        rle = Rle(int(height), int(width), counts)
                        yield _Numbered(int(object_number), int(frame_idx), rle)
                except WRONG_FORM as error:
                    yield sentence(f"Line {number}, which is frame, id, class, height, width, RLE", error)


MOTS = MotsFormat()
