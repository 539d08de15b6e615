"""Opening a file that a stranger gave us, and decoding its frames in presentation order.

The file may be anything. Only containers that hold all their data are opened: no playlist, no address,
nothing that makes FFmpeg open another file. Only codecs that people's videos have are decoded: most holes
in decoders were in codecs that nobody uses any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from backend.domain.errors import InvalidInput

MAX_SIDE = 8192  # pixels; a frame of 8192 x 8192 takes 200 MB as RGB
TS_MARGIN_S = 3  # more than pictures wait between decoding and showing
NO_STAMP = -(2**63)  # a frame for which the file gives no presentation time
# Always the same: how a decoder patches up damaged frames depends on it, and a frame must stay itself.
DECODER_THREADS = 2
FALLBACK_RATE = Fraction(25)  # where a file tells neither times nor a rate
CODECS = frozenset(  # by FFmpeg's names
    "h264 hevc vp8 vp9 av1 mpeg4 mpeg2video mpeg1video h263 mjpeg prores dnxhd ffv1 huffyuv ffvhuff utvideo"
    " png apng gif qtrle rawvideo v210 cfhd jpeg2000".split()
)
OPEN_OPTIONS = {
    "protocol_whitelist": "file",
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,gif,apng",
    "enable_drefs": "0",  # a MOV may name other files as the place of its frames
    "use_absolute_path": "0",
    "codec_whitelist": ",".join(sorted(CODECS | {"libdav1d", "libvpx", "libvpx-vp9"})),
}
NO_VIDEO = "This file is no video that Masklet can read: use MP4, MOV, WebM, MKV, AVI, MPEG-TS or GIF."
UNKNOWN_CODEC = "This video's codec cannot be decoded here: convert it to H.264, HEVC, VP9 or AV1."


@dataclass
class Source:
    """An open video file, and what was met in it so far."""

    container: InputContainer
    stream: VideoStream
    packets: int = 0
    damaged_packets: int = 0
    end_s: float = 0.0  # of the last packet, on the file's own clock

    def frames(self) -> Iterator[av.VideoFrame]:
        """Frames from the current position on, in presentation order, passing over what is damaged."""
        packets = self.container.demux(self.stream)
        while True:
            try:
                packet = next(packets)
            except (StopIteration, EOFError):
                return
            except av.FFmpegError:
                self.damaged_packets += 1
                packet = None
            if packet is not None and packet.size:
                self.count(packet)
            try:
                # A cut file ends without the packet that flushes the decoder.
                yield from self.stream.codec_context.decode(packet)
            except EOFError:
                return
            except av.FFmpegError:
                self.damaged_packets += 1
            if packet is None:
                return

    def count(self, packet: av.Packet) -> None:
        """Note a packet that was read, for `missing_packets`."""
        self.packets += 1
        stamp = packet.dts if packet.pts is None else packet.pts
        if stamp is not None and packet.time_base:
            self.end_s = max(self.end_s, float((stamp + (packet.duration or 0)) * packet.time_base))

    def seek(self, stamp: int) -> None:
        """Decoding goes on at a keyframe at or before this stamp, if the file's own tables are right."""
        if "mpegts" in self.container.format.name and self.stream.time_base:
            stamp -= round(
                TS_MARGIN_S / self.stream.time_base
            )  # it has no table, and looks for decoding times
        self.container.seek(int(stamp), stream=self.stream, backward=True)

    def missing_packets(self) -> int:
        """After reading to the end: how many frames the file lists, or has time for, beyond the ones read."""
        name = self.container.format.name
        if "mov" in name:  # the list that is left after the edit list was applied
            return max(0, len(self.stream.index_entries) - self.packets)
        if "avi" in name:
            return max(0, self.stream.frames - self.packets)
        rate = self.stream.average_rate
        if not self.container.duration or not rate or self.container.streams.audio:
            return 0
        missing_s = self.container.duration / av.time_base - self.end_s
        return round(missing_s * rate) if missing_s > 0.5 else 0

    def expected_frames(self) -> int:
        """How many frames the file says that it has, or would have by its length; 0 where it does not say."""
        if self.stream.frames:
            return self.stream.frames
        rate = self.stream.average_rate
        if self.stream.duration and self.stream.time_base and rate:
            return round(self.stream.duration * self.stream.time_base * rate)
        if self.container.duration and rate:
            return round(self.container.duration / av.time_base * rate)
        return 0


@contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """The file's video track; raises InvalidInput with a sentence where there is none that can be decoded."""
    if path.stat().st_size == 0:
        raise InvalidInput("This file is empty: choose another one.")
    try:
        container = av.open(f"file:{path.absolute()}", options=OPEN_OPTIONS, metadata_errors="replace")
    except (av.FFmpegError, ValueError) as error:
        raise InvalidInput(_why_not_opened(path)) from error
    with container:
        yield Source(container, _video_stream(container))


def _video_stream(container: InputContainer) -> VideoStream:
    tracks = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not tracks:
        if container.streams.audio:
            raise InvalidInput("This file holds sound but no video: choose a video.")
        raise InvalidInput("This file holds no video: choose another one.")
    stream = tracks[0]
    codec = stream.codec_context
    if codec is None or codec.codec.canonical_name not in CODECS:
        raise InvalidInput(UNKNOWN_CODEC)
    check_size(codec.width, codec.height)
    codec.options = {"max_pixels": str(MAX_SIDE * MAX_SIDE)}
    codec.thread_type, codec.thread_count = "AUTO", DECODER_THREADS
    return stream


def check_size(width: int, height: int) -> None:
    if max(width, height) > MAX_SIDE:
        raise InvalidInput(
            f"This video is {width} x {height} pixels: scale it down to {MAX_SIDE} a side or less."
        )


def _why_not_opened(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(12)
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free") or head[:4] == b"\x1a\x45\xdf\xa3":
        return "This video is cut off or damaged, so that it cannot be opened: copy or upload it again."
    return NO_VIDEO
