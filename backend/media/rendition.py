"""The rendition: what the browser plays. The same frames one for one, at the same relative times.

H.264 in MP4, 4:2:0, no B-frames, and a keyframe at least every `GOP` frames, so that stepping and
scrubbing are quick in every browser.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.frame import PictureType
from av.video.reformatter import ColorRange, Interpolation, VideoReformatter

from backend.domain.errors import InvalidInput
from backend.media.pixels import Orientation, RgbReader, colour_matrix

CANNOT_CONVERT = "This video cannot be converted for playing, so its frames come one by one, as pictures."
MAX_LONG_SIDE = 1920
GOP = 12
CRF = 20  # x264's quality: 18 and less look like the source, 23 is its default
ENCODER = {"preset": "superfast", "bf": "0", "sc_threshold": "0", "flags": "+cgop"}


class CannotConvert(InvalidInput):
    """The encoder, or MP4, does not take this video."""


class RenditionWriter:
    """Takes the video's frames in order and encodes them."""

    def __init__(
        self,
        path: Path,
        first: av.VideoFrame,
        orientation: Orientation,
        time_base: Fraction,
        rate: Fraction,
        crf: int = CRF,
    ) -> None:
        self._orientation = orientation
        self._time_base = time_base
        self._matrix = colour_matrix(first)
        shown = orientation.size(first.width, first.height)
        self._rgb = RgbReader(orientation, *shown)
        self._scaler = VideoReformatter()
        self._container = av.open(
            f"file:{path.absolute()}", "w", format="mp4", options={"movflags": "faststart"}
        )
        stream = self._container.add_stream(
            "libx264", rate=rate, options={**ENCODER, "g": str(GOP), "crf": str(crf)}
        )
        stream.width, stream.height = even_size(*shown)
        stream.pix_fmt = "yuv420p"
        codec = stream.codec_context
        codec.time_base = time_base
        codec.colorspace, codec.color_range = self._matrix, ColorRange.MPEG
        codec.color_primaries, codec.color_trc = first.color_primaries, first.color_trc
        self._stream = stream

    def write(self, frame: av.VideoFrame, ticks: int) -> None:
        """`ticks`: when it is shown, in `time_base` units, increasing. Changes the frame's own stamp."""
        if not self._orientation.is_upright:
            frame = av.VideoFrame.from_ndarray(self._rgb.read(frame), "rgb24")
        picture = self._scaler.reformat(
            frame,
            self._stream.width,
            self._stream.height,
            "yuv420p",
            src_colorspace=colour_matrix(frame),
            dst_colorspace=self._matrix,
            dst_color_range=ColorRange.MPEG,
            interpolation=Interpolation.BICUBIC,
            threads=1,
        )
        picture.pts, picture.time_base = ticks, self._time_base
        picture.pict_type = PictureType.NONE  # the encoder chooses, not the source
        self._container.mux(self._stream.encode(picture))

    def finish(self) -> None:
        self._container.mux(self._stream.encode())
        self._container.close()

    def abandon(self) -> None:
        """Close whatever state the file is in."""
        try:
            self._container.close()
        except (av.FFmpegError, ValueError):
            pass  # an unfinished file has no proper end; it is thrown away


def even_size(width: int, height: int) -> tuple[int, int]:
    """Shown size scaled to fit MAX_LONG_SIDE; both even, as 4:2:0 needs."""
    scale = min(1.0, MAX_LONG_SIDE / max(width, height))
    return tuple(max(2, 2 * int(side * scale / 2 + 0.5)) for side in (width, height))


def check_rendition(path: Path, pts_s: np.ndarray) -> None:
    """Raises CannotConvert unless the file has exactly these frames at these times, within a tick.

    Frames that are days apart do not fit MP4's 32-bit steps, and its writer does not say so.
    """
    with av.open(f"file:{path.absolute()}") as container:
        stream = container.streams.video[0]
        tick = float(stream.time_base)
        shown = sorted(p.pts * tick for p in container.demux(stream) if p.pts is not None)
    if len(shown) != len(pts_s) or np.abs(np.asarray(shown) - pts_s).max() > tick + 1e-6:
        raise CannotConvert(CANNOT_CONVERT)
