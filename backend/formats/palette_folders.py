"""DAVIS and YouTube-VOS: a palette PNG a frame, whose pixels are object ids; and the frames as JPEG.

A pixel has one object: of two that overlap the lower id has it. 255 is "not judged", so ids end at 254.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from backend.domain.errors import InvalidInput
from backend.domain.video import Video
from backend.formats.checks import found, sentence, text
from backend.formats.frames import frame_files, frame_name, write_picture
from backend.formats.json_text import events, write_pieces
from backend.formats.label_png import davis_palette, ids_in, read_labels, write_palette_png
from backend.formats.limits import check_ids
from backend.formats.model import (
    Annotated,
    AnnotatedFrame,
    DataSet,
    Found,
    FoundMask,
    FoundObject,
    Problem,
    Shape,
)
from backend.formats.model import category as class_of
from backend.formats.pixels import decode, encode, flatten, rle_of
from backend.formats.sidecar import read_objects, write_objects

HIGHEST_ID, VOID = 254, 255


@dataclass(frozen=True)
class DavisFormat(DataSet):
    """`Annotations/480p/<video>/`, `JPEGImages/480p/<video>/`, `ImageSets/2017/val.txt`.

    The folder is called 480p since readers look for it there; the pictures have the source's size.
    """

    name: str = "davis"
    title: str = "DAVIS folder, palette PNGs"

    def write(self, annotated: Annotated, folder: Path) -> None:
        check_ids(annotated.objects, HIGHEST_ID, "A palette PNG")
        video_name = annotated.video.video_id
        masks = folder / "Annotations" / "480p" / video_name
        pictures = folder / "JPEGImages" / "480p" / video_name
        for _ in _written(annotated, masks, pictures):
            pass  # there is nothing else to note of a frame
        sets = folder / "ImageSets" / "2017"
        sets.mkdir(parents=True)
        (sets / "val.txt").write_text(video_name + "\n")
        write_objects(folder, annotated.objects)

    def read(self, path: Path, video: Video) -> Found:
        return _read(path, _video_folder(path), video, {one.object_id: one for one in read_objects(path)})


@dataclass(frozen=True)
class YouTubeVosFormat(DataSet):
    """`train/Annotations/<video>/`, `train/JPEGImages/<video>/`, `train/meta.json`."""

    name: str = "youtube-vos"
    title: str = "YouTube-VOS folder, palette PNGs and meta.json"

    def write(self, annotated: Annotated, folder: Path) -> None:
        check_ids(annotated.objects, HIGHEST_ID, "A palette PNG")
        inner, video_name = folder / "train", annotated.video.video_id
        seen: dict[int, list[int]] = {tracked.object_id: [] for tracked in annotated.objects}
        pictures = inner / "JPEGImages" / video_name
        written = _written(annotated, inner / "Annotations" / video_name, pictures)
        for position, frame in enumerate(written):
            for mask in frame.seen():
                _extend(seen[mask.object_id], position)
        write_pieces(inner / "meta.json", _meta(annotated, seen))
        write_objects(folder, annotated.objects)

    def read(self, path: Path, video: Video) -> Found:
        inner = path / "train" if (path / "train").is_dir() else path
        folder = _video_folder(inner)
        objects = {one.object_id: one for one in read_objects(path)}
        for one in _meta_objects(inner / "meta.json", folder.name):
            objects.setdefault(one.object_id, one)
        return _read(inner, folder, video, objects)


def _extend(runs: list[int], position: int) -> None:
    """Which of the chosen frames an object is on, as first, last, first, last, ...: few where it stays."""
    if runs and runs[-1] == position - 1:
        runs[-1] = position
    else:
        runs += [position, position]


def _meta(annotated: Annotated, seen: dict[int, list[int]]) -> Iterator[str]:
    video = annotated.video
    yield '{"videos": {' + json.dumps(video.video_id) + ': {"objects": {'
    comma = ""
    for tracked in annotated.objects:
        runs = seen[tracked.object_id]
        category = json.dumps(class_of(tracked), ensure_ascii=False)
        yield f'{comma}"{tracked.object_id}": {{"category": {category}, "frames": ['
        between = ""
        for first, last in zip(runs[0::2], runs[1::2], strict=True):
            for position in range(first, last + 1):
                yield f'{between}"{frame_name(video, annotated.frames[position], 5)}"'
                between = ", "
        yield "]}"
        comma = ", "
    yield "}}}}\n"


def _meta_objects(file: Path, video_name: str) -> Iterator[FoundObject]:
    if not file.is_file():
        return
    start, end = f"videos.{video_name}.objects.", ".category"
    for prefix, event, value in events(file):
        number = prefix.removeprefix(start).removesuffix(end)
        if event == "string" and prefix == start + number + end and number.isdecimal():
            label = text(value, "")
            yield FoundObject(int(number), label or f"Object {int(number)}", label)


def _written(annotated: Annotated, masks: Path, pictures: Path) -> Iterator[AnnotatedFrame]:
    """Writes each frame's files, then hands the frame out."""
    masks.mkdir(parents=True)
    if annotated.read_frame is not None:
        pictures.mkdir(parents=True)
    video, palette = annotated.video, davis_palette()
    for frame in annotated.by_frame():
        name = frame_name(video, frame.frame_idx, 5)
        layers = [(mask.object_id, decode(rle_of(mask))) for mask in frame.seen()]
        labels = flatten(layers, video.height, video.width, np.uint8)
        write_palette_png(masks / f"{name}.png", labels, palette)
        write_picture(annotated, frame.frame_idx, pictures / f"{name}.jpg")
        yield frame


def _video_folder(path: Path) -> Path:
    """The folder of PNGs: of the only video, wherever in the layout the path points to."""
    for inner in ("Annotations", "480p", "Full-Resolution"):
        if (path / inner).is_dir():
            path = path / inner
    for _ in range(2):
        if not any(path.glob("*.png")):
            folders = [one for one in sorted(path.iterdir()) if one.is_dir()] if path.is_dir() else []
            if len(folders) > 1:
                raise InvalidInput(
                    f"There are {len(folders)} videos in it: choose the folder of one of them."
                )
            path = folders[0] if folders else path
    return path


def _read(path: Path, folder: Path, video: Video, objects: dict[int, FoundObject]) -> Found:
    files = frame_files(folder, ".png")
    if not any(True for _ in files) and not objects:
        raise InvalidInput(f"There are no PNGs in {path.name}.")
    for number in _numbers(folder, video):
        objects.setdefault(number, FoundObject(number, f"Object {number}"))
    return found(video, objects.values(), lambda: _shapes(folder, video))


def _numbers(folder: Path, video: Video) -> Iterable[int]:
    """Every object id in the pictures: looking at all of them, since no list need be complete."""
    numbers: set[int] = set()
    for _, file in frame_files(folder, ".png"):
        try:
            numbers.update(np.unique(read_labels(file, video)).tolist())
        except InvalidInput:
            continue  # told when its masks are read
    return numbers - {0, VOID}


def _shapes(folder: Path, video: Video) -> Iterator[Shape]:
    for frame_idx, file in frame_files(folder, ".png"):
        if frame_idx is None:
            yield Problem(f"{file.name} has no frame number in its name.")
            continue
        try:
            labels = read_labels(file, video)
        except InvalidInput as error:
            yield sentence(f"Frame {frame_idx}", error)
            continue
        for number, mask in ids_in(labels):
            if number != VOID:
                yield FoundMask(number, frame_idx, encode(mask))


DAVIS = DavisFormat()
YOUTUBE_VOS = YouTubeVosFormat()
