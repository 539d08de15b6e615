"""One black and white PNG for each object and frame: every tool reads it, and overlaps are kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from backend.domain.errors import InvalidInput
from backend.domain.video import Video
from backend.formats.checks import WRONG_FORM, found, sentence, text
from backend.formats.frames import frame_files, frame_name, frame_of, write_image, write_picture
from backend.formats.label_png import read_levels
from backend.formats.model import Annotated, Found, FoundMask, FoundObject, Shape
from backend.formats.pixels import decode, encode, rle_of
from backend.formats.sidecar import read_objects, write_objects


@dataclass(frozen=True)
class BinaryPngFormat:
    """`masks/<object id>/<frame>.png`: 255 is the object, 0 is not. Every chosen frame has a file."""

    name: str = "png"
    title: str = "Black and white PNGs, one an object"
    needs_frames: bool = False
    takes_frames: bool = True

    def walks(self, annotated: Annotated) -> int:
        return 1

    def write(self, annotated: Annotated, folder: Path) -> None:
        video = annotated.video
        (folder / "masks").mkdir()
        for tracked in annotated.objects:
            object_folder(folder, tracked.object_id).mkdir()
        if annotated.read_frame is not None:
            (folder / "images").mkdir()
        nothing = np.zeros((video.height, video.width), np.uint8)
        for frame in annotated.by_frame():
            name = f"{frame_name(video, frame.frame_idx, 6)}.png"
            write_picture(annotated, frame.frame_idx, folder / "images" / name)
            masks = {mask.object_id: mask for mask in frame.seen()}
            for tracked in annotated.objects:
                mask = masks.get(tracked.object_id)
                pixels = nothing if mask is None else decode(rle_of(mask)).astype(np.uint8) * 255
                write_image(object_folder(folder, tracked.object_id) / name, pixels)
        write_objects(folder, annotated.objects)

    def read(self, path: Path, video: Video) -> Found:
        return read_folders(path, video)


def object_folder(folder: Path, object_id: int) -> Path:
    return folder / "masks" / f"{object_id:03d}"


def read_folders(path: Path, video: Video) -> Found:
    """A folder an object, or one of a single object's PNGs. A pixel is the object's from half white on."""
    masks = path / "masks" if (path / "masks").is_dir() else path
    folders = _folders(masks)
    if not folders and masks == path:
        raise InvalidInput(f"There are no PNGs in {path.name}.")
    named = {one.object_id: one for one in read_objects(path)}
    objects = [named.get(number, FoundObject(number, name)) for number, (name, _) in folders.items()]

    def shapes() -> Iterator[Shape]:
        for number, (_, folder) in folders.items():
            for frame_idx, file in frame_files(folder, ".png"):
                try:
                    if frame_idx is None:
                        raise ValueError("there is no frame number in its name")
                    mask = read_levels(file, video) >= 0.5
                    yield FoundMask(number, frame_idx, encode(mask))
                except WRONG_FORM as error:
                    yield sentence(f"{folder.name}/{file.name}", error)

    return found(video, objects, shapes)


def _folders(masks: Path) -> dict[int, tuple[str, Path]]:
    """Object id -> its name and folder. Folders that are no numbers are counted on from the highest."""
    if not masks.is_dir():
        return {}
    there = [one for one in sorted(masks.iterdir()) if one.is_dir() and one.name != "images"]
    if not there:
        return {1: (text(masks.name, "Object 1"), masks)} if any(masks.glob("*.png")) else {}
    numbered: dict[int, tuple[str, Path]] = {}
    for folder in there:
        number = frame_of(folder.name)
        if number is None or number in numbered:
            number = max([0, *numbered]) + 1
        shown = f"Object {number}" if folder.name.isdecimal() else text(folder.name, f"Object {number}")
        numbered[number] = (shown, folder)
    return numbered


BINARY_PNG = BinaryPngFormat()
