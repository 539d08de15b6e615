"""Data sets on disk: a folder of JPEG frames and one of PNG masks for each video."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from sam2.tracking.frames import FrameSource, JpegFolder
from sam2.utils.annotations import AnnotationFolder


class Truth(Protocol):
    """The true masks of one object, read as they are asked for."""

    object_id: int
    annotated: Sequence[int]  # frame indices, rising

    def mask(self, frame_idx: int) -> np.ndarray:
        """bool [H, W] of an annotated frame; all False where the object is out of sight."""
        ...


class Clip(Protocol):
    """A video whose truth is known."""

    name: str
    frames: FrameSource

    def objects(self) -> Iterator[Truth]: ...

    def frame_name(self, frame_idx: int) -> str: ...


@dataclass(frozen=True)
class FolderTruth:
    """One object of a folder of PNGs. A frame whose PNG lacks the object says that it is out of sight."""

    object_id: int
    annotated: Sequence[int]
    folder: AnnotationFolder
    names: Sequence[str]
    size: tuple[int, int]  # height, width

    def mask(self, frame_idx: int) -> np.ndarray:
        found = self.folder.read(self.names[frame_idx], allow_missing=True).get(self.object_id)
        return np.zeros(self.size, bool) if found is None else found


class FolderClip:
    """`<frames>/<name>/*.jpg` with `<truth>/<name>/*.png`, or `<truth>/<name>/<object>/*.png`."""

    def __init__(self, frames_root: Path, truth_root: Path, name: str) -> None:
        self.name = name
        jpegs = JpegFolder(frames_root / name)
        self.frames: FrameSource = jpegs
        self._names = [path.stem for path in jpegs.paths]
        if not (truth_root / name).is_dir():
            raise FileNotFoundError(f"{truth_root / name} does not exist; it should hold the masks of {name}")
        self._folder = annotations_of(truth_root / name)

    def frame_name(self, frame_idx: int) -> str:
        return self._names[frame_idx]

    def objects(self) -> Iterator[Truth]:
        """Objects that are seen on some frame."""
        index_of = {name: i for i, name in enumerate(self._names)}
        size = (self.frames.height, self.frames.width)
        for object_id, names in annotated_frames(self._folder).items():
            annotated = sorted(index_of[name] for name in names if name in index_of)
            truth = FolderTruth(object_id, annotated, self._folder, self._names, size)
            if any(truth.mask(i).any() for i in annotated):
                yield truth


def annotations_of(folder: Path) -> AnnotationFolder:
    """The masks of a video, whichever of the two layouts they have."""
    return AnnotationFolder(folder, per_object=any(path.is_dir() for path in folder.iterdir()))


def annotated_frames(folder: AnnotationFolder) -> dict[int, list[str]]:
    """Which frames say something of each object: all files, or those in its own folder."""
    if folder.per_object:
        folders = sorted(path for path in folder.folder.iterdir() if path.is_dir())
        return {int(path.name): sorted(png.stem for png in path.glob("*.png")) for path in folders}
    names = sorted(png.stem for png in folder.folder.glob("*.png"))
    found = {object_id for name in names for object_id in folder.read(name)}
    return {object_id: names for object_id in sorted(found)}


def clips_in(frames_root: Path, truth_root: Path, names: Sequence[str] | None = None) -> Iterator[FolderClip]:
    """These videos, or every folder of `frames_root`."""
    if names is None:
        names = sorted(path.name for path in frames_root.iterdir() if path.is_dir())
    if not names:
        raise FileNotFoundError(
            f"{frames_root} holds no folders; give a folder of JPEG frames for each video"
        )
    for name in names:
        yield FolderClip(frames_root, truth_root, name)
