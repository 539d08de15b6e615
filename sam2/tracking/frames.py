"""Where frames come from. No torch here, and nothing decoded before it is asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np
from PIL import Image

from sam2.tracking.errors import NoFramesError

JPEG_SUFFIXES = (".jpg", ".jpeg")


class FrameSource(Protocol):
    """Random access to a video's frames in presentation order."""

    num_frames: int
    height: int
    width: int

    def read(self, frame_idx: int) -> np.ndarray:
        """uint8 RGB [height, width, 3]; IndexError outside 0..num_frames-1. Do not write into it."""
        ...


def check_frame_idx(frame_idx: int, num_frames: int) -> None:
    """IndexError with a sentence if there is no such frame."""
    if not 0 <= frame_idx < num_frames:
        raise IndexError(f"frame_idx {frame_idx} is outside 0..{num_frames - 1}")


class InMemoryFrames:
    """Frames that are already decoded: a sequence of uint8 RGB arrays of one size."""

    def __init__(self, frames: Sequence[np.ndarray]):
        if len(frames) == 0:
            raise ValueError("there are no frames; give at least one uint8 RGB array")
        shape = np.shape(frames[0])
        for idx, frame in enumerate(frames):
            if np.shape(frame) != shape or len(shape) != 3 or shape[2] != 3 or frame.dtype != np.uint8:
                raise ValueError(
                    f"frame {idx} is {frame.dtype} {np.shape(frame)}; every frame must be uint8 of one "
                    "shape [height, width, 3]"
                )
        self._frames = frames
        self.num_frames = len(frames)
        self.height, self.width = shape[:2]

    def read(self, frame_idx: int) -> np.ndarray:
        check_frame_idx(frame_idx, self.num_frames)
        return self._frames[frame_idx]


class JpegFolder:
    """A folder of `<number>.jpg` files, in the order of their numbers. Other files are ignored."""

    def __init__(self, folder: str | os.PathLike):
        folder = Path(folder)
        paths = [path for path in sorted(folder.iterdir()) if path.suffix.lower() in JPEG_SUFFIXES]
        for path in paths:
            if not path.stem.isdecimal():
                raise ValueError(
                    f"{path.name} in {folder} is not named by a frame number; rename it to, say, 00000.jpg"
                )
        if not paths:
            # The official words.
            raise NoFramesError(f"no images found in {folder}")
        self._begin(sorted(paths, key=lambda path: int(path.stem)))

    @classmethod
    def of_paths(cls, paths: Sequence[str | os.PathLike]) -> JpegFolder:
        """Images in the order given, whatever their names."""
        self = cls.__new__(cls)
        self._begin([Path(path) for path in paths])
        return self

    def _begin(self, paths: list[Path]) -> None:
        self.paths = paths
        self.num_frames = len(paths)
        with self._open(0) as first:
            self.width, self.height = first.size
        with self._open(self.num_frames - 1):
            pass  # tells of a folder of two videos before anything is computed

    def read(self, frame_idx: int) -> np.ndarray:
        check_frame_idx(frame_idx, self.num_frames)
        with self._open(frame_idx) as image:
            try:
                return np.asarray(image.convert("RGB"))
            except OSError as error:
                raise ValueError(
                    f"{self.paths[frame_idx]} cannot be decoded ({error}); replace the file"
                ) from error

    @contextmanager
    def _open(self, frame_idx: int) -> Iterator[Image.Image]:
        """The image with its header read; its file is closed at the end."""
        path = self.paths[frame_idx]
        try:
            image = Image.open(path)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise ValueError(f"{path} is not a whole JPEG image ({error}); replace or remove it") from error
        with image:
            if frame_idx > 0 and image.size != (self.width, self.height):
                raise ValueError(
                    f"{path.name} is {image.width}x{image.height} but the video is "
                    f"{self.width}x{self.height}; all frames must have one size"
                )
            yield image


def open_frames(video: object) -> FrameSource:
    """A frame source for a JPEG folder, a video file's path or bytes, a sequence of arrays, or itself."""
    if isinstance(video, (bytes, bytearray, memoryview)):
        from sam2.tracking.video_file import VideoFile

        return VideoFile(bytes(video))
    if isinstance(video, (str, os.PathLike)):
        path = Path(video)
        if path.is_dir():
            return JpegFolder(path)
        if not path.exists():
            raise FileNotFoundError(f"{path} does not exist; give a folder of JPEG frames or a video file")
        from sam2.tracking.video_file import VideoFile

        return VideoFile(path)
    if all(hasattr(video, name) for name in ("read", "num_frames", "height", "width")):
        return video
    if isinstance(video, (list, tuple, np.ndarray)):
        return InMemoryFrames(video)
    raise NotImplementedError(
        f"a video of type {type(video).__name__} cannot be opened; give a folder of JPEG frames, a video "
        "file's path or bytes, a list of uint8 arrays, or a FrameSource"
    )
