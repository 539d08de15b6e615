"""One picture for each object and frame, so that overlaps are kept: black and white, or with soft edges."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from backend.domain.errors import InvalidInput
from backend.domain.session import FrameMask
from backend.domain.video import Video
from backend.formats.checks import WRONG_FORM, found, sentence, text
from backend.formats.exr import read_exr, write_exr
from backend.formats.frames import frame_files, frame_name, frame_of, write_image, write_picture
from backend.formats.label_png import read_levels
from backend.formats.model import Annotated, DataSet, Found, FoundMask, FoundObject, Shape
from backend.formats.pixels import decode, encode, rle_of
from backend.formats.sidecar import read_objects, write_objects
from backend.formats.soft_edges import alpha_of


@dataclass(frozen=True)
class PictureFolderFormat(DataSet):
    """`masks/<object id>/<frame>`; every chosen frame has a file. The frames go to `images/`, as PNG."""

    name: str
    title: str
    ending: str
    draw: Callable[[FrameMask], np.ndarray]  # its levels, float or bool [height, width] in 0..1
    save: Callable[[Path, np.ndarray], None]
    levels: Callable[[Path, Video], np.ndarray]  # back, as 0..1; raises InvalidInput

    def write(self, annotated: Annotated, folder: Path) -> None:
        video = annotated.video
        (folder / "masks").mkdir()
        for tracked in annotated.objects:
            _object_folder(folder, tracked.object_id).mkdir()
        if annotated.read_frame is not None:
            (folder / "images").mkdir()
        nothing = np.zeros((video.height, video.width), bool)
        for frame in annotated.by_frame():
            name = frame_name(video, frame.frame_idx, 6)
            write_picture(annotated, frame.frame_idx, folder / "images" / f"{name}.png")
            masks = {mask.object_id: mask for mask in frame.seen()}
            for tracked in annotated.objects:
                mask = masks.get(tracked.object_id)
                file = _object_folder(folder, tracked.object_id) / f"{name}{self.ending}"
                self.save(file, nothing if mask is None else self.draw(mask))
        write_objects(folder, annotated.objects)

    def read(self, path: Path, video: Video) -> Found:
        """A folder an object, or the folder of a single one. Half white or more is the object's."""
        masks = path / "masks" if (path / "masks").is_dir() else path
        folders = _folders(masks, self.ending)
        if not folders and masks == path:
            raise InvalidInput(f"There are no {self.ending} pictures in {path.name}.")
        named = {one.object_id: one for one in read_objects(path)}
        objects = [named.get(number, FoundObject(number, one.name)) for number, one in folders.items()]

        def shapes() -> Iterator[Shape]:
            for number, one in folders.items():
                for frame_idx, file in frame_files(one.folder, self.ending):
                    try:
                        if frame_idx is None:
                            raise ValueError("there is no frame number in its name")
                        mask = self.levels(file, video) >= 0.5
                        yield FoundMask(number, frame_idx, encode(mask))
                    except WRONG_FORM as error:
                        yield sentence(f"{one.folder.name}/{file.name}", error)

        return found(video, objects, shapes)


def _object_folder(folder: Path, object_id: int) -> Path:
    return folder / "masks" / f"{object_id:03d}"


@dataclass(frozen=True)
class _Folder:
    """An object's pictures, and what it is called if nothing else says so."""

    name: str
    folder: Path


def _folders(masks: Path, ending: str) -> dict[int, _Folder]:
    """By object id: the number in the folder's name, or one that is free."""
    if not masks.is_dir():
        return {}
    there = [one for one in sorted(masks.iterdir()) if one.is_dir() and one.name != "images"]
    if not there:
        only = _Folder(text(masks.name, "Object 1"), masks)
        return {1: only} if any(masks.glob(f"*{ending}")) else {}
    numbered: dict[int, _Folder] = {}
    for folder in there:
        number = frame_of(folder.name)
        if number is None or number in numbered:
            number = max([0, *numbered]) + 1
        name = f"Object {number}"
        numbered[number] = _Folder(name if folder.name.isdecimal() else text(folder.name, name), folder)
    return numbered


def _pixels_of(mask: FrameMask) -> np.ndarray:
    return decode(rle_of(mask))


def _save_png(path: Path, levels: np.ndarray) -> None:
    write_image(path, levels.astype(np.uint8) * 255)


def _save_deep_png(path: Path, levels: np.ndarray) -> None:
    write_image(path, np.rint(levels * np.float32(65535)).astype(np.uint16))


def _save_exr(path: Path, levels: np.ndarray) -> None:
    write_exr(path, levels.astype(np.float32))


BINARY_PNG = PictureFolderFormat(
    "png", "Black and white PNGs, a folder an object", ".png", _pixels_of, _save_png, read_levels
)
MATTE_PNG = PictureFolderFormat(
    "matte-png", "Mattes with soft edges, 16-bit PNGs", ".png", alpha_of, _save_deep_png, read_levels
)
MATTE_EXR = PictureFolderFormat(
    "matte-exr", "Mattes with soft edges, 32-bit EXRs", ".exr", alpha_of, _save_exr, read_exr
)
