"""The frame corpus: each kind of video that has cost people their frame numbers, written anew by the tests.

Every frame carries its number in its pixels, so nobody has to trust a time stamp to know which frame it is.
`docs/frames.md` has a table of these cases, which a test compares with this list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from tests.backend.numbered_clips import Clip, cut, number_of, numbered

X265 = "log-level=error:keyint=10:min-keyint=10:scenecut=0"
B_FRAMES = {"bf": "3", "g": "12"}
FASTSTART = {"movflags": "faststart"}
UNEVEN = (0, 1, 2, 5, 6, 9, 14, 15, 16, 40)


@dataclass(frozen=True)
class Case:
    """One kind of file. `clip` says how its frames look; `change` alters the file that it writes."""

    what: str  # for the table in the documents
    clip: Clip
    change: Callable[[Path], Path] | None = None
    ends_early: bool = False  # people are told so

    def write(self, folder: Path) -> Path:
        path = self.clip.write(folder)
        return self.change(path) if self.change else path

    def numbers(self, path: Path) -> list[int]:
        """The number on each frame of the file: a plain decode of the whole, by PyAV alone."""
        with av.open(str(path)) as container:
            pictures = (frame.to_ndarray(format="rgb24") for frame in container.decode(video=0))
            return [number_of(self.clip.shown(picture)) for picture in _until_damage(pictures)]


def _until_damage(pictures: Callable) -> list[np.ndarray]:
    found = []
    try:
        for picture in pictures:
            found.append(picture)
    except av.FFmpegError:
        pass  # the end of a file that was cut
    return found


def uneven(i: int) -> int:
    return 45 * (i // len(UNEVEN)) + UNEVEN[i % len(UNEVEN)]


def begins_with_the_seventh(path: Path) -> Path:
    """The file holds 40 frames; its edit list says that the video begins with number 6."""
    data = bytearray(path.read_bytes())
    media_time = data.index(b"elst") + 16
    assert data[media_time : media_time + 4] == bytes(4)
    data[media_time : media_time + 4] = (6 * 512).to_bytes(4, "big")  # 512 ticks a frame
    path.write_bytes(data)
    return path


def without_its_head(path: Path) -> Path:
    """A recording of a broadcast that begins in the middle of a group of pictures."""
    data = path.read_bytes()
    packets = [data[at : at + 188] for at in range(0, len(data), 188)]
    shorter = path.with_name("joined-late.ts")
    shorter.write_bytes(b"".join(packets[:3] + packets[len(packets) // 3 :]))  # the tables stay
    return shorter


def of_one_instant(path: Path) -> Path:
    """Every packet gets the same time: all that tells the frames apart is their order."""
    still = path.with_name("still.mkv")
    with av.open(str(path)) as whole, av.open(str(still), "w") as container:
        stream = container.add_stream_from_template(whole.streams.video[0])
        for packet in whole.demux(video=0):
            if packet.size:
                packet.pts = packet.dts = packet.duration = 0
                packet.stream = stream
                container.mux(packet)
    return still


def with_a_second_track(path: Path) -> Path:
    """Two video tracks, as of a screen and a camera: the first one counts."""
    both = path.with_name("two-tracks.mp4")
    with av.open(str(path)) as first, av.open(str(path)) as again, av.open(str(both), "w") as container:
        inputs = (first, again)
        streams = [container.add_stream_from_template(one.streams.video[0]) for one in inputs]
        for one, stream in zip(inputs, streams, strict=True):
            for packet in one.demux(video=0):
                if packet.size:
                    packet.stream = stream
                    container.mux(packet)
    return both


def in_two_sizes(path: Path) -> Path:
    """The camera changes its size on the way, as some recorders do."""
    changed = path.with_name("two-sizes.avi")
    with av.open(str(changed), "w") as container:
        stream = container.add_stream("mjpeg", rate=25)
        stream.width, stream.height, stream.pix_fmt = 96, 72, "yuvj420p"
        for i in range(40):
            encoder = av.CodecContext.create("mjpeg", "w")
            encoder.width, encoder.height = (96, 72) if i < 20 else (192, 144)
            encoder.pix_fmt, encoder.time_base = "yuvj420p", Fraction(1, 25)
            picture = numbered(i, encoder.width, encoder.height)
            frame = av.VideoFrame.from_ndarray(picture, "rgb24").reformat(format="yuvj420p")
            frame.pts, frame.time_base = i, Fraction(1, 25)
            for packet in [*encoder.encode(frame), *encoder.encode(None)]:
                packet.stream = stream
                container.mux(packet)
    return changed


TIMES = {
    "vfr-mp4": Case(
        "variable frame rate, MP4", Clip(options=B_FRAMES, stamp=uneven, time_base=Fraction(1, 90))
    ),
    "vfr-mkv": Case(
        "variable frame rate, MKV", Clip(".mkv", options=B_FRAMES, stamp=uneven, time_base=Fraction(1, 50))
    ),
    "vfr-gif": Case(
        "GIF with uneven delays",
        Clip(".gif", "gif", pix_fmt="rgb8", stamp=lambda i: 4 * i + 2 * (i // 3), time_base=Fraction(1, 100)),
    ),
    "ntsc": Case(
        "29.97 frames a second (1001 / 30000)",
        Clip(options=B_FRAMES, stamp=lambda i: 1001 * i, time_base=Fraction(1, 30000)),
    ),
    "very-slow": Case("one frame in two minutes", Clip(stamp=lambda i: 3000 * i, num_frames=5)),
    "fps-240": Case("240 frames a second", Clip(options=B_FRAMES, time_base=Fraction(1, 240))),
    "fps-1000": Case("1000 frames a second", Clip(".mkv", options=B_FRAMES, time_base=Fraction(1, 1000))),
    "starts-late-mp4": Case(
        "first frame at 10 s, MP4 (an empty edit)", Clip(options=B_FRAMES, stamp=lambda i: i + 250)
    ),
    "starts-late-mkv": Case(
        "first frame at 10 s, MKV", Clip(".mkv", options=B_FRAMES, stamp=lambda i: i + 250)
    ),
    "starts-late-ts": Case(
        "first frame at 10 s, MPEG-TS", Clip(".ts", options=B_FRAMES, stamp=lambda i: i + 250)
    ),
    "before-zero": Case(
        "frames before time zero, which the edit list leaves out",
        Clip(options={"g": "12"}, stamp=lambda i: i - 7),
    ),
    "edit-list": Case(
        "an edit list that begins with the seventh frame",
        Clip(options={"g": "12", "bf": "0"}),
        begins_with_the_seventh,
    ),
    "four-at-once": Case(
        "four frames share each time stamp (4000 a second, counted in ms)",
        Clip(".mkv", options=B_FRAMES, time_base=Fraction(1, 4000)),
    ),
    "one-instant": Case("all frames at one instant", Clip(".mkv", options={"bf": "0"}), of_one_instant),
    "avi-no-times": Case("H.264 with B-frames in AVI, which has no times", Clip(".avi", options=B_FRAMES)),
    "negative-dts": Case(
        "MP4 with negative decoding times",
        Clip(options=B_FRAMES, container_options={"movflags": "negative_cts_offsets"}),
    ),
}

ORDER = {
    "b-frames": Case("B-frames", Clip(options=B_FRAMES)),
    "b-pyramid": Case(
        "B-frames that lean on B-frames",
        Clip(options={"bf": "8", "g": "30", "x264-params": "b-pyramid=normal"}),
    ),
    "one-key": Case("one keyframe in the whole video", Clip(options={"g": "1000"})),
    "all-intra": Case("keyframes only", Clip(options={"g": "1"})),
    "open-gop": Case(
        "open groups of pictures, H.264",
        Clip(options={"x264-params": "open-gop=1:keyint=10:min-keyint=10:bframes=3:scenecut=0"}),
    ),
    "open-gop-hevc": Case(
        "open groups and leading pictures, HEVC in MP4",
        Clip(".mp4", "libx265", {"x265-params": X265 + ":open-gop=1:bframes=3"}),
    ),
    "open-gop-hevc-mkv": Case(
        "open groups and leading pictures, HEVC in MKV",
        Clip(".mkv", "libx265", {"x265-params": X265 + ":open-gop=1:bframes=3"}),
    ),
    "intra-refresh": Case(
        "no keyframe but the first (periodic intra refresh)",
        Clip(options={"x264-params": "intra-refresh=1:keyint=10:bframes=0"}),
    ),
    "hidden-vp9": Case(
        "hidden frames, VP9 in WebM",
        Clip(".webm", "libvpx-vp9", {"g": "12", "auto-alt-ref": "1", "lag-in-frames": "16"}),
    ),
    "hidden-vp8": Case(
        "hidden frames, VP8 in WebM",
        Clip(".webm", "libvpx", {"g": "12", "auto-alt-ref": "1", "lag-in-frames": "16"}),
    ),
    "joined-late": Case(
        "MPEG-TS that begins in the middle of a group", Clip(".ts", options=B_FRAMES), without_its_head
    ),
    "joined-late-hevc": Case(
        "the same in HEVC with leading pictures",
        Clip(".ts", "libx265", {"x265-params": X265 + ":open-gop=1:bframes=3"}),
        without_its_head,
    ),
}

PIXELS = {
    f"turned-{degrees}{'-mirrored' * mirrored}": Case(
        f"turned by {degrees}°{', mirrored' * mirrored}",
        Clip(".mov" if degrees == 90 else ".mp4", options=B_FRAMES, rotation=degrees, mirrored=mirrored),
    )
    for degrees in (0, 90, 180, 270)
    for mirrored in (False, True)
    if degrees or mirrored
} | {
    "turned-mkv": Case("turned by 90°, MKV", Clip(".mkv", options=B_FRAMES, rotation=90)),
    "odd-size": Case("101 x 75 pixels, 4:4:4", Clip(options=B_FRAMES, size=(101, 75), pix_fmt="yuv444p")),
    "odd-size-420": Case("101 x 75 pixels, 4:2:0", Clip(".webm", "libvpx-vp9", {"g": "12"}, size=(101, 75))),
    "ten-bit": Case("10 bits, H.264", Clip(".mkv", options=B_FRAMES, pix_fmt="yuv420p10le")),
    "ten-bit-hevc": Case(
        "10 bits, HEVC", Clip(".mp4", "libx265", {"x265-params": X265}, pix_fmt="yuv420p10le")
    ),
    "grey": Case("grey only", Clip(options=B_FRAMES, pix_fmt="gray")),
    "wide-pixels": Case("pixels of 4:3 (anamorphic)", Clip(options=B_FRAMES, pixel_aspect=Fraction(4, 3))),
    "wide-pixels-turned": Case(
        "pixels of 4:3, turned by 90°",
        Clip(".mov", options=B_FRAMES, pixel_aspect=Fraction(4, 3), rotation=90),
    ),
    "interlaced": Case(
        "interlaced, H.264",
        Clip(options=B_FRAMES | {"x264-params": "tff=1"}, interlaced=True, size=(96, 96)),
    ),
    "interlaced-mpeg2": Case(
        "interlaced, MPEG-2 in MPEG-TS", Clip(".ts", "mpeg2video", {"g": "12", "bf": "2"}, interlaced=True)
    ),
    "two-sizes": Case(
        "another size from the middle on", Clip(".avi", "mjpeg", pix_fmt="yuvj420p"), in_two_sizes
    ),
    "huge": Case(
        "4096 x 2304 pixels",
        Clip(options={"preset": "ultrafast"}, size=(4096, 2304), num_frames=4),
    ),
    "one-frame": Case("a single frame", Clip(num_frames=1)),
}

FILES = {
    "plain": Case("H.264 in MP4, as most videos are", Clip(options={"g": "12"})),
    "faststart": Case(
        "the same, with its index first", Clip(options={"g": "12"}, container_options=FASTSTART)
    ),
    "fragmented": Case(
        "fragmented MP4",
        Clip(options=B_FRAMES, container_options={"movflags": "frag_keyframe+empty_moov+default_base_moof"}),
    ),
    "mov": Case("QuickTime", Clip(".mov", options=B_FRAMES)),
    "mkv": Case("MKV", Clip(".mkv", options=B_FRAMES)),
    "ts": Case("MPEG-TS", Clip(".ts", options=B_FRAMES)),
    "hevc": Case("HEVC", Clip(".mp4", "libx265", {"x265-params": X265})),
    "vp9": Case("VP9 in WebM", Clip(".webm", "libvpx-vp9", {"g": "12"})),
    "vp8": Case("VP8 in WebM", Clip(".webm", "libvpx", {"g": "12"})),
    "av1": Case(
        "AV1 in MP4",
        Clip(".mp4", "libsvtav1", {"g": "12", "preset": "10", "crf": "20", "svtav1-params": "lp=1"}),
    ),
    "mjpeg": Case("Motion JPEG in AVI", Clip(".avi", "mjpeg", pix_fmt="yuvj420p")),
    "mpeg4-avi": Case("MPEG-4 with B-frames in AVI", Clip(".avi", "mpeg4", {"bf": "2", "g": "10"})),
    "mpeg4": Case("MPEG-4 in MP4", Clip(".mp4", "mpeg4", {"g": "10"})),
    "prores": Case("ProRes, 10 bits 4:2:2", Clip(".mov", "prores_ks", pix_fmt="yuv422p10le")),
    "ffv1": Case("FFV1, lossless", Clip(".mkv", "ffv1")),
    "gif": Case("GIF", Clip(".gif", "gif", pix_fmt="rgb8", time_base=Fraction(1, 25))),
    "apng": Case("animated PNG", Clip(".apng", "apng", pix_fmt="rgb24")),
    "longer-sound": Case("sound longer than the video", Clip(options={"g": "12"}, sound_s=4.0)),
    "longer-sound-webm": Case(
        "sound longer than the video, WebM", Clip(".webm", "libvpx-vp9", {"g": "12"}, sound_s=4.0)
    ),
    "two-tracks": Case("two video tracks: the first counts", Clip(options={"g": "12"}), with_a_second_track),
}


def _cut(path: Path) -> Path:
    return cut(path, 0.7)


CUT = {
    "cut-mp4": Case(
        "MP4 that ends early",
        Clip(options={"bf": "0", "g": "12"}, container_options=FASTSTART),
        _cut,
        ends_early=True,
    ),
    "cut-mkv": Case(
        "MKV that ends early",
        Clip(".mkv", options={"bf": "0", "g": "12"}, container_options={"cluster_time_limit": "100"}),
        _cut,
        ends_early=True,
    ),
    "cut-ts": Case("MPEG-TS that ends early", Clip(".ts", options={"bf": "0", "g": "12"}), _cut),
    "cut-avi": Case("AVI that ends early", Clip(".avi", "mjpeg", pix_fmt="yuvj420p"), _cut, ends_early=True),
}

CASES: Mapping[str, Case] = TIMES | ORDER | PIXELS | FILES | CUT
