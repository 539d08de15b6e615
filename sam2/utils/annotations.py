"""Annotation files of video object segmentation data sets: palette PNGs whose pixels are object ids.

Two layouts: `<video>/<frame>.png` with all objects in one file, and `<video>/<object>/<frame>.png` with one
object in each, which may overlap.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

Masks = dict[int, np.ndarray]
"""Object id -> bool [height, width]."""


def default_palette() -> bytes:
    """The colours of DAVIS: 22 of the PASCAL VOC ones, then greys. 256 times R, G, B."""
    colours = []
    for index in range(256):
        colour = [index] * 3
        if index < 22:
            # Each colour channel takes every third bit of the index, the lowest as its highest.
            colour = [
                sum((index >> (3 * bit + channel) & 1) << (7 - bit) for bit in range(3))
                for channel in range(3)
            ]
        colours += colour
    return bytes(colours)


@dataclass(frozen=True)
class AnnotationFolder:
    """The annotations of one video."""

    folder: Path
    per_object: bool
    """One sub-folder for each object, named by its id."""

    def exists(self, frame_name: str) -> bool:
        """Whether any object is annotated on this frame."""
        if self.per_object:
            return any((folder / f"{frame_name}.png").exists() for folder in self._object_folders())
        return (self.folder / f"{frame_name}.png").exists()

    def read(self, frame_name: str, allow_missing: bool = False) -> Masks:
        """The masks of one frame; FileNotFoundError for a file that is not there, unless allowed."""
        if not self.per_object:
            if allow_missing and not self.exists(frame_name):
                return {}
            ids = np.asarray(self._open(self.folder / f"{frame_name}.png"))
            return {int(obj_id): ids == obj_id for obj_id in np.unique(ids) if obj_id > 0}
        masks = {}
        for folder in self._object_folders():
            path = folder / f"{frame_name}.png"
            if not allow_missing or path.exists():
                masks[int(folder.name)] = np.asarray(self._open(path)) > 0
        return masks

    def palette(self, frame_name: str) -> bytes | None:
        """The colours of a frame's file, if it has any."""
        files = [self.folder / f"{frame_name}.png"]
        if self.per_object:
            files = [folder / f"{frame_name}.png" for folder in self._object_folders()]
        for path in files:
            if path.exists() and (colours := self._open(path).getpalette()):
                return bytes(colours)
        return None

    def write(self, frame_name: str, masks: Mapping[int, np.ndarray], palette: bytes) -> None:
        """Write a frame's masks. In one file the object with the lower id wins where two overlap."""
        if self.per_object:
            for obj_id, mask in masks.items():
                folder = self.folder / f"{obj_id:03d}"
                folder.mkdir(parents=True, exist_ok=True)
                _save(folder / f"{frame_name}.png", mask.astype(np.uint8), palette)
            return
        if masks and max(masks) > 255:
            raise ValueError(
                f"object id {max(masks)} does not fit into a palette PNG; write one file per object"
            )
        shape = next(iter(masks.values())).shape
        ids = np.zeros(shape, np.uint8)
        for obj_id in sorted(masks, reverse=True):
            ids[masks[obj_id]] = obj_id
        self.folder.mkdir(parents=True, exist_ok=True)
        _save(self.folder / f"{frame_name}.png", ids, palette)

    def _object_folders(self) -> list[Path]:
        folders = [path for path in sorted(self.folder.iterdir()) if path.is_dir()]
        for folder in folders:
            if not folder.name.isdecimal():
                raise ValueError(f"{folder} is not named by an object id; rename it to, say, 001")
        return folders

    @staticmethod
    def _open(path: Path) -> Image.Image:
        if not path.exists():
            raise FileNotFoundError(f"{path} does not exist")
        with Image.open(path) as image:
            image.load()
        return image


def _save(path: Path, pixels: np.ndarray, palette: bytes) -> None:
    image = Image.fromarray(pixels)
    image.putpalette(palette)
    image.save(path)
