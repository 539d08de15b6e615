"""Numbered clips as the formats see them: their stamps, and a reader of single frames."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from backend.domain.session import TrackedObject
from backend.domain.video import FrameTimes, Video, VideoState
from backend.formats.model import Annotated
from tests.backend.numbered_clips import Clip
from tests.formats.sessions import Masks, annotated_of

UNEVEN = Clip(
    num_frames=24,
    options={"preset": "ultrafast", "crf": "12"},
    time_base=Fraction(1, 600),
    stamp=lambda i: 25 * i + 25 * (i // 3),  # every third frame lasts twice as long
)
ONE = (TrackedObject(3, "cell", "#e03060"),)


@dataclass(frozen=True)
class Source:
    """A clip in a file, and what an import would know of it."""

    path: Path
    video: Video
    times: FrameTimes

    @classmethod
    def of(cls, clip: Clip, path: Path) -> Source:
        stamps = stamps_in(path)
        seconds = tuple(float((stamp - stamps.pts[0]) * stamps.time_base) for stamp in stamps.pts)
        video = Video("e" * 32, path.name, "cd" * 32, VideoState.READY, *clip.size, pts_s=seconds)
        return cls(path, video, stamps)

    def reader(self) -> Callable[[int], np.ndarray]:
        """Frames in ascending order, from the beginning again for a lower one: one is in memory."""
        at = -1
        frames = iter(())

        def read(frame_idx: int) -> np.ndarray:
            nonlocal at, frames
            if frame_idx <= at:
                at, frames = -1, iter(())
            if at < 0:
                frames = self._decoded()
            for picture in frames:
                at += 1
                if at == frame_idx:
                    return picture
            raise IndexError(frame_idx)

        return read

    def _decoded(self):  # type: ignore[no-untyped-def]  # a generator of arrays
        with av.open(str(self.path)) as container:
            for frame in container.decode(video=0):
                yield frame.to_ndarray(format="rgb24")

    def annotated(self, masks: Masks, frames: range | None = None, with_frames: bool = True) -> Annotated:
        read_frame = self.reader() if with_frames else None
        made = annotated_of(masks, ONE, frames, self.video, read_frame, self.path)
        return replace(made, times=self.times)


def stamps_in(path: Path) -> FrameTimes:
    """Every picture's stamp, by plain decoding."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return FrameTimes(tuple(frame.pts for frame in container.decode(stream)), stream.time_base)


def seconds_of(times: FrameTimes) -> list[Fraction]:
    return [stamp * times.time_base for stamp in times.pts]


def add_sound(path: Path, seconds: float) -> Path:
    """The same pictures with a tone beside them, in a new file."""
    target = path.with_name("sound-" + path.name)
    with av.open(str(path)) as source, av.open(str(target), "w") as container:
        pictures = container.add_stream_from_template(source.streams.video[0])
        tone = container.add_stream("aac", rate=8000)
        tone.layout = "mono"
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = pictures
                container.mux(packet)
        samples = np.sin(np.arange(int(8000 * seconds)) / 5).astype(np.float32)[None]
        frame = av.AudioFrame.from_ndarray(samples, "fltp", "mono")
        frame.sample_rate, frame.pts = 8000, 0
        container.mux(tone.encode(frame))
        container.mux(tone.encode())
    return target
