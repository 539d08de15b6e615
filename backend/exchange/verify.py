"""Proof that an export fits its source video: the file is decoded anew, from first frame to last, by FFmpeg.

Nothing that Masklet keeps about a video is used, so an error in its frame index would show here too.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import partial, reduce
from pathlib import Path

import av
import numpy as np
from PIL import Image, UnidentifiedImageError

from backend.domain.errors import InvalidInput
from backend.domain.video import Video, VideoState
from backend.exchange.manifest import NAME, Manifest, sha256
from backend.exchange.zips import unpack
from backend.formats.frames import frame_of
from backend.formats.model import FoundBox, FoundMask, Problem
from backend.formats.registry import format_named
from backend.media.pixels import Orientation, RgbReader
from backend.media.source import Source, open_source

VIDEOS = frozenset({".mp4", ".webm", ".mov"})
PICTURES = frozenset({".jpg", ".jpeg", ".png"})
MIN_PSNR_DB = 28.0  # of a JPEG against its frame; at quality 95 even noise stays above 30

Progress = Callable[[float], None]


class Wrong(Exception):
    """What does not fit, in one sentence."""


@dataclass(frozen=True)
class Proof:
    """How much was found right."""

    format: str
    source_frames: int
    frames: int
    masks: int
    boxes: int
    pictures: int
    files: int
    sessions: int = 1


def verify(export: Path, source: Path, progress: Progress = lambda done: None) -> Proof:
    """Prove every frame, mask and picture of an export; raises Wrong at the first that does not fit, and
    InvalidInput where there is nothing to prove. Of several sessions, all those on this source."""
    if not source.is_file():
        raise InvalidInput(f"There is no file {source}.")
    digest = sha256(source)
    with _opened(export) as root:
        folders = _parts_of(root, digest)
        proofs = [
            _prove(folder, source, digest, partial(_of_all, progress, number, len(folders)))
            for number, folder in enumerate(folders)
        ]
    return reduce(_together, proofs)


def _prove(folder: Path, source: Path, digest: str, progress: Progress) -> Proof:
    """One session."""
    manifest = Manifest.load(folder)
    _check_files(folder, manifest)
    if digest != manifest.source.sha256:
        raise Wrong(
            f"{source.name} is not the file that these masks belong to: its SHA-256 is {digest[:16]}..., "
            f"that of {manifest.source.title} was {manifest.source.sha256[:16]}..."
        )
    pictures = _pictures(folder, manifest)
    _check_source(source, manifest, pictures, progress)
    masks, boxes = _check_masks(folder, manifest)
    return Proof(
        manifest.format,
        manifest.source.num_frames,
        len(manifest.frames),
        masks,
        boxes,
        len(pictures),
        len(manifest.files),
    )


def _together(one: Proof, other: Proof) -> Proof:
    return Proof(
        one.format,
        one.source_frames,
        one.frames + other.frames,
        one.masks + other.masks,
        one.boxes + other.boxes,
        one.pictures + other.pictures,
        one.files + other.files,
        one.sessions + other.sessions,
    )


def _of_all(progress: Progress, number: int, count: int, done: float) -> None:
    progress((number + done) / count)


@contextmanager
def _opened(export: Path) -> Iterator[Path]:
    if export.is_dir():
        yield export
        return
    if not export.is_file():
        raise InvalidInput(f"There is no export {export}.")
    folder = Path(tempfile.mkdtemp(prefix="masklet-verify-"))
    try:
        unpack(export, folder)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _parts_of(root: Path, digest: str) -> list[Path]:
    """The folders with a manifest: of several sessions those of this source, else the first."""
    if (root / NAME).is_file():
        return [root]
    parts = sorted(path.parent for path in root.glob(f"*/{NAME}"))
    matching = [part for part in parts if Manifest.load(part).source.sha256 == digest]
    return matching or parts[:1] or [root]


def _check_files(folder: Path, manifest: Manifest) -> None:
    for name, digest in manifest.files.items():
        path = folder / name
        if ".." in Path(name).parts or Path(name).is_absolute():
            raise Wrong(f"{NAME} names a file outside the export: {name}.")
        if not path.is_file():
            raise Wrong(f"The file {name} is missing from the export.")
        if sha256(path) != digest:
            raise Wrong(f"The file {name} is not as it was exported: its SHA-256 is another.")


def _pictures(folder: Path, manifest: Manifest) -> dict[int, Path]:
    """The video's own pictures in the export, by frame. Masks are grey or have a palette; cut-outs alpha."""
    if not manifest.with_frames:
        return {}
    found: dict[int, Path] = {}
    for name in manifest.files:
        path = folder / name
        frame_idx = frame_of(name) if path.suffix in PICTURES else None
        if frame_idx is not None and _mode_of(path) == "RGB":
            found[frame_idx] = path
    if strangers := sorted(set(found) - set(manifest.frames)):
        raise Wrong(f"The export has a picture of frame {strangers[0]}, which it does not list.")
    return found


def _mode_of(path: Path) -> str:
    try:
        with Image.open(path) as image:
            return image.mode
    except (UnidentifiedImageError, OSError) as error:
        raise Wrong(f"The picture {path.name} cannot be read: {error}.") from error


def _check_source(source: Path, manifest: Manifest, pictures: dict[int, Path], progress: Progress) -> None:
    """Every frame of the file, in the order in which the decoder shows them."""
    stamps = dict(zip(manifest.frames, manifest.pts, strict=True))
    told = manifest.source
    count = 0
    with open_source(source) as opened:
        time_base = opened.stream.time_base or Fraction(0)
        reader: RgbReader | None = None
        for frame_idx, frame in enumerate(_plain_frames(opened)):
            count += 1
            progress(min(1.0, count / max(1, told.num_frames)))
            if frame_idx not in stamps:
                continue
            orientation = Orientation.of(frame)
            size = orientation.size(frame.width, frame.height)
            if size != (told.width, told.height):
                raise Wrong(
                    f"Frame {frame_idx} of the source is {size[0]} x {size[1]} pixels, the export says "
                    f"{told.width} x {told.height}."
                )
            _check_stamp(frame_idx, frame, time_base, stamps[frame_idx], manifest)
            if frame_idx in pictures:
                reader = reader or RgbReader(orientation, *size)
                _check_picture(pictures[frame_idx], reader.read(frame), frame_idx)
    if count != told.num_frames:
        raise Wrong(f"The source has {count} frames, the export says {told.num_frames}.")
    if beyond := [frame_idx for frame_idx in stamps if not 0 <= frame_idx < count]:
        raise Wrong(f"The export has frame {beyond[0]}, but the source's frames are 0..{count - 1}.")


def _plain_frames(opened: Source) -> Iterator[av.VideoFrame]:
    """FFmpeg's own loop. It ends with the file, also where that was cut off."""
    try:
        yield from opened.container.decode(opened.stream)
    except (av.FFmpegError, EOFError):
        return


def _check_stamp(
    frame_idx: int, frame: av.VideoFrame, time_base: Fraction, stamp: int, manifest: Manifest
) -> None:
    if frame.pts is None:
        return  # AVI gives times for decoding only; then the order is all that there is
    if frame.pts * time_base != stamp * manifest.time_base:
        raise Wrong(
            f"Frame {frame_idx} of the source is shown at {float(frame.pts * time_base):.6f} s (stamp "
            f"{frame.pts}), the export says {float(stamp * manifest.time_base):.6f} s (stamp {stamp})."
        )


def _check_picture(path: Path, image: np.ndarray, frame_idx: int) -> None:
    with Image.open(path) as picture:
        found = np.asarray(picture.convert("RGB"))
    if found.shape != image.shape:
        raise Wrong(
            f"The picture {path.name} is {found.shape[1]} x {found.shape[0]} pixels, its frame "
            f"{image.shape[1]} x {image.shape[0]}."
        )
    if path.suffix == ".png":
        if not np.array_equal(found, image):
            raise Wrong(f"The picture {path.name} is not frame {frame_idx} of the source.")
        return
    error = np.mean((found.astype(np.float32) - image) ** 2)
    if error > 0 and 10 * np.log10(255**2 / error) < MIN_PSNR_DB:
        raise Wrong(f"The picture {path.name} is not frame {frame_idx} of the source.")


def _check_masks(folder: Path, manifest: Manifest) -> tuple[int, int]:
    """(masks, boxes) that the format's own reader finds: each on an exported frame, of the source's size."""
    told = manifest.source
    times = tuple(float(i) for i in range(told.num_frames))
    video = Video("", told.title, told.sha256, VideoState.READY, told.width, told.height, times)
    form = format_named(manifest.format)
    if videos := [folder / name for name in manifest.files if Path(name).suffix in VIDEOS]:
        for path in videos:
            _check_video(path, manifest)
        return 0, 0
    listed, masks, boxes = set(manifest.frames), 0, 0
    for shape in form.read(folder, video).shapes():
        if isinstance(shape, Problem):
            raise Wrong(shape.sentence)
        if shape.frame_idx not in listed:
            raise Wrong(
                f"Object {shape.object_id} has a mask on frame {shape.frame_idx}, which the export does not "
                "list."
            )
        if isinstance(shape, FoundBox):
            boxes += 1
            continue
        _check_size(shape, manifest)
        masks += 1
    return masks, boxes


def _check_size(shape: FoundMask, manifest: Manifest) -> None:
    told = manifest.source
    if (shape.rle.width, shape.rle.height) != (told.width, told.height) or sum(shape.rle.runs) == 0:
        raise Wrong(
            f"The mask of object {shape.object_id} on frame {shape.frame_idx} is {shape.rle.width} x "
            f"{shape.rle.height} pixels, the source {told.width} x {told.height}."
        )


def _check_video(path: Path, manifest: Manifest) -> None:
    """A video made of the masks: as many frames as were exported."""
    with open_source(path) as opened:
        count = sum(1 for _ in _plain_frames(opened))
    if count != len(manifest.frames):
        raise Wrong(f"{path.name} has {count} frames, but {len(manifest.frames)} were exported.")
