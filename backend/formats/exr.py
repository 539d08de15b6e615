"""Grey OpenEXR pictures, by FFmpeg's own codec for them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from backend.domain.errors import InvalidInput
from backend.domain.video import Video

PADDING = 256  # pixels that the decoder counts to each side of a picture, or fewer


def write_exr(path: Path, levels: np.ndarray) -> None:
    """float32 [height, width], in the channel Y, losslessly compressed."""
    encoder = av.CodecContext.create("exr", "w")
    encoder.height, encoder.width = levels.shape
    encoder.pix_fmt, encoder.time_base = "grayf32le", Fraction(1)
    encoder.options = {"compression": "zip16", "format": "float"}
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(levels), "grayf32le")
    packets = [*encoder.encode(frame), *encoder.encode(None)]
    path.write_bytes(b"".join(bytes(packet) for packet in packets))


def read_exr(path: Path, video: Video) -> np.ndarray:
    """The grey of an EXR, or the alpha of one with colours: float32 [height, width].

    Nothing larger than the video is decoded. Raises InvalidInput.
    """
    decoder = av.CodecContext.create("exr", "r")
    decoder.options = {"max_pixels": str((video.width + PADDING) * (video.height + PADDING))}
    try:
        frames = [*decoder.decode(av.Packet(path.read_bytes())), *decoder.decode(None)]
    except (av.FFmpegError, EOFError) as error:
        raise InvalidInput(f"{path.name} is no EXR that can be read: it is damaged or too large") from error
    if not frames or (frames[0].width, frames[0].height) != (video.width, video.height):
        raise InvalidInput(f"{path.name} is not {video.width} x {video.height} pixels, as the video is")
    if frames[0].format.name.startswith("gbra"):
        return frames[0].to_ndarray(format="gbrapf32le")[..., 3]
    return frames[0].to_ndarray(format="grayf32le")
