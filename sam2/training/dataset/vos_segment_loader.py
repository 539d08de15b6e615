"""Masks from files: palette PNGs, a PNG for each object, SA-V and SA-1B JSON, COCO."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pycocotools import mask as coco_mask

from sam2.training.dataset.snippet import BadSample
from sam2.utils.annotations import AnnotationFolder


def decode_rle(segmentation: Mapping[str, Any] | Sequence, height: int, width: int) -> np.ndarray:
    """COCO RLE, compressed or not, or polygons: bool [H, W]."""
    if isinstance(segmentation, Mapping):
        counts, size = segmentation["counts"], segmentation["size"]
        rle = coco_mask.frPyObjects(segmentation, *size) if isinstance(counts, list) else segmentation
    else:
        rle = coco_mask.merge(coco_mask.frPyObjects(segmentation, height, width))
    return coco_mask.decode(rle).astype(bool)


class PngMasks:
    """A folder of palette PNGs, or of folders of PNGs, one an object. File names are frame numbers."""

    def __init__(self, folder: Path, per_object: bool) -> None:
        if not folder.is_dir():
            raise BadSample(f"{folder}: there is no folder of masks")
        self._folder = AnnotationFolder(folder, per_object)
        files = folder.glob("*/*.png") if per_object else folder.glob("*.png")
        self._names = {int(path.stem): path.stem for path in files if path.stem.isdecimal()}
        if not self._names:
            raise BadSample(f"{folder}: it holds no PNG that is named by a frame number")

    def load(self, frame_id: int) -> dict[int, np.ndarray]:
        name = self._names.get(frame_id)
        if name is None:
            if self._folder.per_object:
                return {}
            raise BadSample(f"{self._folder.folder}: frame {frame_id} has no PNG")
        try:
            return self._folder.read(name, allow_missing=True)
        except OSError as error:
            raise BadSample(f"{self._folder.folder / name}.png: it cannot be read ({error})") from error


class SavMasks:
    """SA-V's JSON: for each annotated frame, one RLE or null an object."""

    def __init__(self, path: Path, ann_every: int = 1, frames_fps: int = 24) -> None:
        about = _read_json(path)
        self._path = path
        self.ann_every = ann_every
        self.frames: list[list] = about
        if isinstance(about, dict):
            self.frames = about["masklet"] if "masklet" in about else about.get("masks", [])
            if "fps" in about:
                fps = about["fps"][0] if isinstance(about["fps"], list) else about["fps"]
                if int(fps) <= 0 or frames_fps % int(fps):
                    raise BadSample(
                        f"{path}: annotated at {fps} frames a second, which do not divide {frames_fps}"
                    )
                self.ann_every = frames_fps // int(fps)
        if not self.frames:
            raise BadSample(f"{path}: it has no masklet")

    @property
    def annotated(self) -> list[int]:
        """Frames on which every object has a mask."""
        return [i * self.ann_every for i, rles in enumerate(self.frames) if rles and None not in rles]

    def load(self, frame_id: int) -> dict[int, np.ndarray]:
        index, rest = divmod(frame_id, self.ann_every)
        if rest or index >= len(self.frames):
            raise BadSample(f"{self._path}: frame {frame_id} is not annotated")
        rles = enumerate(self.frames[index] or ())
        return {object_id: decode_rle(rle, 0, 0) for object_id, rle in rles if rle is not None}


class Sa1bMasks:
    """SA-1B's JSON of one image. Decoded when asked for: an image has a hundred masks."""

    def __init__(self, path: Path, max_area_share: float, min_stability: float, image_pixels: int) -> None:
        about = _read_json(path)
        self._rles = [
            entry["segmentation"]
            for entry in about.get("annotations", ())
            if entry["area"] > 0
            and entry.get("uncertain_iou", min_stability) >= min_stability
            and (max_area_share > 1 or entry["area"] / image_pixels < max_area_share)
        ]
        if not self._rles:
            raise BadSample(f"{path}: it has no annotation that could be used")

    def load(self, frame_id: int) -> dict[int, np.ndarray]:
        return {index: decode_rle(rle, 0, 0) for index, rle in enumerate(self._rles)}


class CocoMasks:
    """The annotations of one image of a COCO file."""

    def __init__(self, entries: Sequence[Mapping[str, Any]], height: int, width: int) -> None:
        self._entries = entries
        self._size = height, width

    def load(self, frame_id: int) -> dict[int, np.ndarray]:
        return {i: decode_rle(entry["segmentation"], *self._size) for i, entry in enumerate(self._entries)}


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise BadSample(f"{path}: it cannot be read ({error})") from error
