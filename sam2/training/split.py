"""Parts a few annotated videos into frames to learn from and frames to be tested on."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sam2.utils.annotations import AnnotationFolder

IMAGES, MASKS = "JPEGImages", "Annotations"
LEAST_HELD_OUT = 2  # the first is the prompt


@dataclass(frozen=True)
class Split:
    """Two folders laid out as DAVIS is."""

    train: Path
    val: Path
    train_frames: int
    val_frames: int
    shortest: int  # frames of the shortest video to learn from


def split_videos(folders: Sequence[Path], target: Path, held_out: float) -> Split:
    """The last `held_out` share of every video is kept for the test, from a frame on which an object is seen.

    Frames of one video look alike, so the last ones, which no snippet for training touches, are a fair test
    only of how well the model knows *these* objects. Files are linked, not copied, where the disk can.
    """
    shutil.rmtree(target, ignore_errors=True)
    counts = {"train": 0, "val": 0}
    shortest = None
    for folder in folders:
        for video in _videos(folder):
            names = _annotated(folder, video)
            border = max(1, len(names) - max(LEAST_HELD_OUT, round(held_out * len(names))))
            seen = [i for i in range(border, len(names) - 1) if _is_seen(folder, video, names[i])]
            parts = {"train": names[:border], "val": names[seen[0] :] if seen else []}
            shortest = border if shortest is None else min(shortest, border)
            for stage, chosen in parts.items():
                counts[stage] += len(chosen)
                _link(folder, video, chosen, target / stage, f"{folder.name}-{video}")
    if not counts["train"] or not counts["val"]:
        raise ValueError(
            "there are too few annotated frames to learn from some and test on others; annotate or track more"
        )
    return Split(target / "train", target / "val", counts["train"], counts["val"], shortest)


def _videos(folder: Path) -> list[str]:
    if not (folder / IMAGES).is_dir() or not (folder / MASKS).is_dir():
        raise FileNotFoundError(
            f"{folder} holds no {IMAGES} and {MASKS}; export with `--format davis --frames`, or give a "
            "folder laid out as that one"
        )
    # DAVIS keeps a resolution between: JPEGImages/480p/<video>.
    deep = [path for path in (folder / MASKS).glob("*/*") if path.is_dir()]
    flat = [path for path in (folder / MASKS).iterdir() if path.is_dir()]
    return sorted(str(path.relative_to(folder / MASKS)) for path in deep or flat)


def _annotated(folder: Path, video: str) -> list[str]:
    """Names of frames that have a picture and a mask, in order."""
    masks = {path.stem for path in (folder / MASKS / video).glob("*.png")}
    pictures = {path.stem for path in (folder / IMAGES / video).iterdir()}
    return sorted(masks & pictures, key=int)


def _is_seen(folder: Path, video: str, name: str) -> bool:
    masks = AnnotationFolder(folder / MASKS / video, per_object=False).read(name)
    return any(mask.any() for mask in masks.values())


def _link(folder: Path, video: str, names: Sequence[str], target: Path, called: str) -> None:
    called = called.replace("/", "-")
    for kind in (IMAGES, MASKS):
        wanted = set(names)
        for path in (folder / kind / video).iterdir():
            if path.stem in wanted:
                place = target / kind / called / path.name
                place.parent.mkdir(parents=True, exist_ok=True)
                try:
                    os.link(path, place)
                except OSError:  # another disk, or one without links
                    shutil.copyfile(path, place)
