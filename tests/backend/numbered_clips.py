"""Small videos whose frames carry their number as a pattern that survives compression and scaling."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from backend.media.index import RENDITION_NAME, SOURCE_NAME

COLUMNS, ROWS = 4, 3  # cells: nine bits of the number, then a mark that shows which way is up
MARK = (1, 0, 1)


def numbered(number: int, width: int = 96, height: int = 72) -> np.ndarray:
    """uint8 RGB [height, width, 3]: bright cells are ones, the lowest bit first."""
    bits = [number >> bit & 1 for bit in range(9)] + list(MARK)
    image = np.zeros((height, width, 3), np.uint8)
    for cell, bit in enumerate(bits):
        row, column = divmod(cell, COLUMNS)
        top, bottom = (height * edge // ROWS for edge in (row, row + 1))
        left, right = (width * edge // COLUMNS for edge in (column, column + 1))
        image[top:bottom, left:right] = (230, 215, 225) if bit else (25, 40, 30)
    return image


def number_of(image: np.ndarray) -> int:
    """Reads `numbered` back, at any size; -1 where the picture is turned or spoilt."""
    height, width = image.shape[:2]
    bits = []
    for cell in range(COLUMNS * ROWS):
        row, column = divmod(cell, COLUMNS)
        y, x = round(height * (row + 0.5) / ROWS), round(width * (column + 0.5) / COLUMNS)
        level = image[y - 2 : y + 3, x - 2 : x + 3].mean()
        if 90 < level < 160:
            return -1
        bits.append(int(level > 125))
    if tuple(bits[9:]) != MARK:
        return -1
    return sum(bit << place for place, bit in enumerate(bits[:9]))


@contextmanager
def ordinary_priority() -> Iterator[None]:
    """Takes back what SVT-AV1 does to a process of root's: SCHED_FIFO at 99, which every later test, server
    and browser would inherit. Two busy threads of that kind starve a machine of two cores."""
    if not hasattr(os, "sched_setscheduler"):  # not Linux: it does no such thing
        yield
        return
    policy, parameters = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        yield
    finally:
        os.sched_setscheduler(0, policy, parameters)


@dataclass(frozen=True)
class Clip:
    """How to write a test video."""

    suffix: str = ".mp4"
    codec: str = "libx264"
    options: Mapping[str, str] = field(default_factory=dict)
    num_frames: int = 40
    size: tuple[int, int] = (96, 72)  # as shown
    pix_fmt: str = "yuv420p"
    time_base: Fraction = Fraction(1, 25)
    stamp: Callable[[int], int] = lambda i: i  # presentation time of frame i, in time_base units
    rotation: int = 0  # degrees against the clock, as the file asks for it
    mirrored: bool = False  # sideways, after the rotation
    pixel_aspect: Fraction | None = None  # width / height of a stored pixel
    interlaced: bool = False
    sound_s: float = 0.0  # of silence beside it
    container_options: Mapping[str, str] = field(default_factory=dict)

    def write(self, folder: Path, name: str = "clip") -> Path:
        path = folder / (name + self.suffix)
        options = dict(self.container_options)
        with ordinary_priority(), av.open(str(path), "w", options=options) as container:
            stream = container.add_stream(self.codec, rate=25, options=dict(self.options))
            stream.height, stream.width = self.stored(0).shape[:2]
            stream.pix_fmt = self.pix_fmt
            stream.codec_context.time_base = self.time_base
            if self.rotation or self.mirrored:
                stream.set_display_rotation(self.rotation, hflip=self.mirrored)
            if self.pixel_aspect:
                stream.codec_context.sample_aspect_ratio = self.pixel_aspect
            if self.interlaced:
                stream.codec_context.flags |= av.codec.context.Flags.interlaced_dct
                stream.codec_context.flags |= av.codec.context.Flags.interlaced_me
            if self.sound_s:
                _add_silence(container, self.sound_s)
            for i in range(self.num_frames):
                frame = av.VideoFrame.from_ndarray(self.stored(i), "rgb24").reformat(format=self.pix_fmt)
                frame.pts, frame.time_base = self.stamp(i), self.time_base
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
        return path

    def stored(self, number: int) -> np.ndarray:
        """The numbered picture as it has to lie in the file, so that it stands upright when shown."""
        image = numbered(number, *self.size)
        image = image[:, ::-1] if self.mirrored else image
        return np.ascontiguousarray(np.rot90(image, -self.rotation // 90))

    def shown(self, stored: np.ndarray) -> np.ndarray:
        """The other way round; our own arithmetic, not the importer's."""
        turned = np.rot90(stored, self.rotation // 90)
        return turned[:, ::-1] if self.mirrored else turned

    def times_s(self) -> list[float]:
        """What the frame times must be: the first at 0."""
        return [float((self.stamp(i) - self.stamp(0)) * self.time_base) for i in range(self.num_frames)]


def numbers_in(path: Path) -> list[int]:
    """The number on each frame, by plain decoding."""
    with av.open(str(path)) as container:
        return [number_of(frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]


def played(folder: Path) -> Path:
    """The file that a browser gets of an imported video."""
    rendition = folder / RENDITION_NAME
    return rendition if rendition.exists() else folder / SOURCE_NAME


def write_sound(path: Path) -> Path:
    """A file with sound only."""
    with av.open(str(path), "w") as container:
        _add_silence(container, 1.0)
    return path


def _add_silence(container: av.container.OutputContainer, seconds: float) -> None:
    stream = container.add_stream("libopus" if container.format.name == "webm" else "aac", rate=48000)
    silence = np.zeros((1, int(48000 * seconds)), np.float32)
    frame = av.AudioFrame.from_ndarray(silence, "fltp", "mono")
    frame.sample_rate = 48000
    container.mux(stream.encode(frame))
    container.mux(stream.encode())


def packet_places(path: Path) -> list[tuple[int, int]]:
    """Where each picture lies in the file: (first byte, number of bytes)."""
    with av.open(str(path)) as container:
        return [(packet.pos, packet.size) for packet in container.demux(video=0) if packet.size]


def cut(path: Path, share: float) -> Path:
    """The first part of the file, beside it."""
    data = path.read_bytes()
    shorter = path.with_name("cut-" + path.name)
    shorter.write_bytes(data[: int(len(data) * share)])
    return shorter


def orders(num_frames: int) -> Sequence[Sequence[int]]:
    """Forward, backward, and to and fro."""
    scattered = np.random.default_rng(7).permutation(num_frames).tolist()
    return range(num_frames), range(num_frames - 1, -1, -1), scattered
