"""Cut-outs: each object on each frame as a picture of its own, cut to its box, clear around it.

`cutouts.json` says where each one was, so that it can be put back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from backend.domain.errors import InvalidInput
from backend.domain.session import FrameMask
from backend.domain.video import Video
from backend.formats.checks import WRONG_FORM, found, sentence, whole
from backend.formats.frames import frame_name, write_image
from backend.formats.json_text import entries, json_file, listed, write_pieces
from backend.formats.label_png import read_alpha
from backend.formats.model import Annotated, DataSet, Found, FoundMask, FoundObject, Problem, Shape
from backend.formats.pixels import bounding_box, decode, encode, rle_of
from backend.formats.sidecar import read_objects, write_objects


@dataclass(frozen=True)
class CutoutsFormat(DataSet):
    """`<object id>/<frame>_x<left>_y<top>.png` with colours and alpha, and `cutouts.json`."""

    name: str = "cutouts"
    title: str = "Cut-outs, clear PNGs"

    needs_frames: ClassVar[bool] = True

    def write(self, annotated: Annotated, folder: Path) -> None:
        for tracked in annotated.objects:
            (folder / f"{tracked.object_id:03d}").mkdir()
        write_pieces(folder / "cutouts.json", _document(annotated, folder))
        write_objects(folder, annotated.objects)

    def read(self, path: Path, video: Video) -> Found:
        return _read(json_file(path, "cutouts.json"), video)


def _document(annotated: Annotated, folder: Path) -> Iterator[str]:
    size = {"width": annotated.video.width, "height": annotated.video.height}
    yield json.dumps({"picture": size})[:-1] + ', "cutouts": ['
    yield from listed(_written(annotated, folder))
    yield "]}\n"


def _written(annotated: Annotated, folder: Path) -> Iterator[dict[str, Any]]:
    """Writes each picture, then tells of it."""
    for frame in annotated.by_frame():
        if masks := frame.seen():
            picture = annotated.picture(frame.frame_idx)
            for mask in masks:
                yield _cut(annotated.video, folder, mask, picture)


def _cut(video: Video, folder: Path, mask: FrameMask, picture: np.ndarray) -> dict[str, Any]:
    rle = rle_of(mask)
    x, y, width, height = bounding_box(rle)
    part = np.s_[y : y + height, x : x + width]
    alpha = decode(rle)[part].astype(np.uint8) * 255
    name = _file_name(video, mask.object_id, mask.frame_idx, x, y)
    write_image(folder / name, np.dstack([picture[part][:, :, ::-1], alpha]))
    place = {"x": x, "y": y, "width": width, "height": height}
    return {"object_id": mask.object_id, "frame": mask.frame_idx, "file": name, **place}


def _file_name(video: Video, object_id: int, frame_idx: int, x: int, y: int) -> str:
    return f"{object_id:03d}/{frame_name(video, frame_idx, 6)}_x{x}_y{y}.png"


def _read(file: Path, video: Video) -> Found:
    objects = {one.object_id: one for one in read_objects(file.parent)}
    if not any(True for _ in entries(file, "picture")):
        raise InvalidInput(f"{file.name} is no list of cut-outs.")
    for row in entries(file, "cutouts.item"):
        try:
            object_id = whole(row["object_id"])
            objects.setdefault(object_id, FoundObject(object_id, f"Object {object_id}"))
        except WRONG_FORM:
            continue  # told when its mask is read

    def shapes() -> Iterator[Shape]:
        for number, row in enumerate(entries(file, "cutouts.item"), 1):
            try:
                yield _shape(row, file.parent, video)
            except WRONG_FORM as error:
                yield sentence(f"Cut-out {number}", error)

    return found(video, objects.values(), shapes)


def _shape(row: dict[str, Any], folder: Path, video: Video) -> Shape:
    x, y, width, height = (whole(row[side]) for side in ("x", "y", "width", "height"))
    object_id, frame_idx = whole(row["object_id"]), whole(row["frame"])
    if min(x, y) < 0 or min(width, height) < 1 or x + width > video.width or y + height > video.height:
        raise ValueError(f"its place is no part of a picture of {video.width} x {video.height} pixels")
    # The file's name is made anew from these numbers: no text of the list becomes a path.
    file = folder / _file_name(video, object_id, frame_idx, x, y)
    if not file.is_file():
        return Problem(f"The picture {file.name} of object {object_id} is missing.")
    mask = np.zeros((video.height, video.width), bool)
    mask[y : y + height, x : x + width] = read_alpha(file, width, height) >= 0.5
    return FoundMask(object_id, frame_idx, encode(mask))


CUTOUTS = CutoutsFormat()
