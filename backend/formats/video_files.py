"""Writing videos at the source's own times: its stamps, its time base, its size, and its sound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, VideoReformatter
from av.video.stream import VideoStream

from backend.domain.video import FrameTimes, Video

# What MP4 holds as it is. Other sound is left out: it would have to be encoded anew.
COPIED_SOUND = frozenset({"aac", "mp3", "ac3", "eac3", "opus", "flac", "alac"})
# The source came from a stranger: no playlist, no address, nothing that opens another file.
OPEN_OPTIONS = {
    "protocol_whitelist": "file",
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi",
}
ENCODER_THREADS = 2


@dataclass(frozen=True)
class Encoding:
    """How to make a file of pictures."""

    ending: str
    codec: str
    pix_fmt: str
    options: Mapping[str, str]
    even: bool = False  # both sides must be even: a row or column is doubled where they are not


@dataclass
class VideoFile:
    """A video being written. Pictures come in order."""

    container: OutputContainer
    stream: VideoStream
    encoding: Encoding
    times: FrameTimes
    shift: int = 0  # ticks that every stamp is moved back
    sound: Sound | None = None
    _scaler: VideoReformatter = field(default_factory=VideoReformatter)

    def write(self, frame_idx: int, picture: np.ndarray, form: str) -> None:
        """The picture of a source frame: uint8 or uint16 [height, width, channels], in FFmpeg's `form`."""
        if self.encoding.even:
            height, width = picture.shape[:2]
            picture = np.pad(picture, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
        stamp = self.times.pts[frame_idx] - self.shift
        if self.sound is not None:
            self.sound.copy_until(self.times.pts[frame_idx] * self.times.time_base)
        frame = self._scaler.reformat(
            av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), form),
            format=self.encoding.pix_fmt,
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
        )
        frame.pts, frame.time_base = stamp, self.times.time_base
        self.container.mux(self.stream.encode(frame))


@contextmanager
def video_file(
    path: Path,
    encoding: Encoding,
    video: Video,
    times: FrameTimes,
    shift: int = 0,
    sound_of: Path | None = None,
) -> Iterator[VideoFile]:
    """An MP4, MOV or WebM by the path's ending. `sound_of`: a file whose sound is copied if it can be."""
    muxing = {"movflags": "+faststart"} if encoding.ending == ".mp4" else {}
    with ExitStack() as opened:
        container = opened.enter_context(av.open(f"file:{path.absolute()}", "w", options=muxing))
        rate = Fraction(video.fps or 25).limit_denominator(1001)
        stream = container.add_stream(encoding.codec, rate=rate, options=dict(encoding.options))
        even = int(encoding.even)
        stream.width, stream.height = video.width + (video.width & even), video.height + (video.height & even)
        stream.pix_fmt = encoding.pix_fmt
        codec = stream.codec_context
        codec.time_base, codec.thread_count = times.time_base, ENCODER_THREADS
        codec.sample_aspect_ratio = Fraction(video.pixel_aspect).limit_denominator(1000)
        codec.colorspace, codec.color_range = Colorspace.ITU709, ColorRange.MPEG
        codec.color_primaries, codec.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
        sound = None
        if sound_of is not None:
            shift_s, start_s = shift * times.time_base, times.pts[0] * times.time_base
            sound = _sound(opened, container, sound_of, shift_s, start_s)
        file = VideoFile(container, stream, encoding, times, shift, sound)
        yield file
        container.mux(stream.encode())
        if sound is not None:
            sound.copy_until(sound.end_s + 1 / rate)  # for as long as the last picture is shown


@dataclass
class Sound:
    """The source's sound, copied packet by packet beside the pictures, so that neither waits in memory."""

    source: InputContainer
    of: AudioStream
    to: AudioStream
    container: OutputContainer
    shift_s: Fraction  # how much sooner it is than in the source
    start_s: Fraction  # of the pictures, on the source's clock
    end_s: Fraction = Fraction(0)  # of what was asked for so far
    _waiting: av.Packet | None = None
    _packets: Iterator[av.Packet] | None = None

    def copy_until(self, time_s: Fraction) -> None:
        """Everything that begins before then, on the source's clock."""
        self.end_s = max(self.end_s, time_s)
        if self._packets is None:
            self._packets = self.source.demux(self.of)
            self._waiting = next(self._packets, None)
        while (packet := self._waiting) is not None:
            if packet.pts is not None and packet.dts is not None:
                if packet.pts * packet.time_base > time_s:
                    return
                # Sound begins before the pictures where a codec needs a run-up: that belongs to frame 0.
                if not self.shift_s or packet.pts * packet.time_base >= self.start_s + self.shift_s:
                    self._copy(packet)
            self._waiting = next(self._packets, None)

    def _copy(self, packet: av.Packet) -> None:
        ticks = int(self.shift_s / packet.time_base)
        packet.pts, packet.dts = packet.pts - ticks, packet.dts - ticks
        packet.stream = self.to
        self.container.mux(packet)


def _sound(
    opened: ExitStack, container: OutputContainer, source: Path, shift_s: Fraction, start_s: Fraction
) -> Sound | None:
    """The source's first sound, if there is one that can be copied."""
    try:
        file = opened.enter_context(av.open(f"file:{source.absolute()}", options=OPEN_OPTIONS))
    except (av.FFmpegError, ValueError):
        return None
    if not file.streams.audio or file.streams.audio[0].codec_context is None:
        return None
    stream = file.streams.audio[0]
    if stream.codec_context.name not in COPIED_SOUND:
        return None
    return Sound(file, stream, container.add_stream_from_template(stream), container, shift_s, start_s)
