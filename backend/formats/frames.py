"""Files that stand for frames: the source's own frame number is in their names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from backend.domain.errors import InvalidInput
from backend.domain.video import Video
from backend.formats.model import Annotated

JPEG_QUALITY = 95
LAST_NUMBER = re.compile(r"(\d{1,9})\D*$", re.ASCII)


def frame_name(video: Video, frame_idx: int, digits: int) -> str:
    """Zero-padded to `digits`, or to as many as the last frame needs: names sort as frames do."""
    return str(frame_idx).zfill(max(digits, len(str(video.num_frames - 1))))


def frame_of(name: str) -> int | None:
    """The last number in a file's name without its ending: "clip_2/frame_00012.png" -> 12."""
    match = LAST_NUMBER.search(name.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0])
    return int(match[1]) if match else None


def frame_files(folder: Path, suffix: str) -> Iterator[tuple[int | None, Path]]:
    """(frame_idx, file) of a folder by name; None where the name holds no number."""
    for path in sorted(folder.glob(f"*{suffix}")):
        if path.is_file():
            yield frame_of(path.name), path


def write_picture(annotated: Annotated, frame_idx: int, path: Path) -> None:
    """The very frame, if pictures are asked for. PNG holds it as it was decoded; JPEG is smaller."""
    if annotated.read_frame is not None:
        write_image(path, annotated.read_frame(frame_idx)[:, :, ::-1])


def write_image(path: Path, pixels: np.ndarray) -> None:
    """[height, width] grey, or with 3 or 4 channels in OpenCV's order (blue first). By the name's ending."""
    options = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY] if path.suffix == ".jpg" else []
    done, data = cv2.imencode(path.suffix, pixels, options)
    if not done:
        raise InvalidInput(f"A picture of {pixels.shape[1]} x {pixels.shape[0]} pixels cannot be written.")
    path.write_bytes(data)
