"""From a decoded frame to the pixels that a person sees: colours, and the turn that the file asks for."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

import av
import cv2
import numpy as np
from av.sidedata.sidedata import Type as SideData
from av.video.reformatter import Colorspace, Interpolation, VideoReformatter

HD_HEIGHT = 720  # browsers take untagged video of this height or more for BT.709, less for BT.601


@dataclass(frozen=True)
class Orientation:
    """How stored pixels become shown ones: transpose first, then mirror."""

    transpose: bool = False
    mirror_x: bool = False
    mirror_y: bool = False

    @classmethod
    def of(cls, frame: av.VideoFrame) -> Orientation:
        """From the display matrix: x' = a x + c y, y' = b x + d y, in quarter turns only."""
        data = frame.side_data.get(SideData.DISPLAYMATRIX)
        if data is None:
            return cls()
        a, b, _u, c, d = struct.unpack_from("=5i", bytes(data))
        if abs(b) > abs(a):
            return cls(True, c < 0, b < 0)
        return cls(False, a < 0, d < 0)

    @property
    def is_upright(self) -> bool:
        return self == Orientation()

    def size(self, width: int, height: int) -> tuple[int, int]:
        """(width, height) as shown."""
        return (height, width) if self.transpose else (width, height)

    def apply(self, image: np.ndarray) -> np.ndarray:
        """[height, width, 3] as stored -> as shown; contiguous."""
        if self.transpose:
            image = cv2.transpose(image)
        if self.mirror_x or self.mirror_y:
            image = cv2.flip(image, -1 if self.mirror_x and self.mirror_y else int(self.mirror_x))
        return image


# FFmpeg's frame tag (AVColorSpace) -> the name that its scaler has for the same matrix.
MATRICES = {
    1: Colorspace.ITU709,
    4: Colorspace.FCC,
    5: Colorspace.ITU601,
    6: Colorspace.ITU601,
    7: Colorspace.SMPTE240M,
    9: Colorspace.BT2020,
    10: Colorspace.BT2020,
}


def colour_matrix(frame: av.VideoFrame) -> Colorspace:
    """The YUV matrix: as tagged, else what browsers take it for."""
    untagged = Colorspace.ITU709 if frame.height >= HD_HEIGHT else Colorspace.ITU601
    return MATRICES.get(frame.colorspace, untagged)


class RgbReader:
    """Makes RGB images of a video's frames. Not for several threads at once."""

    def __init__(self, orientation: Orientation, width: int, height: int) -> None:
        self._orientation = orientation
        self._stored_size = orientation.size(width, height)
        self._scaler = VideoReformatter()

    def read(self, frame: av.VideoFrame) -> np.ndarray:
        """uint8 RGB [height, width, 3] as shown. A frame of another size than the video's is scaled to it."""
        image = self._scaler.reformat(
            frame,
            *self._stored_size,
            "rgb24",
            src_colorspace=colour_matrix(frame),
            interpolation=Interpolation.BILINEAR,  # its quick path: 0.3 ms at 1280 x 720, within a level
            threads=1,
        )
        return self._orientation.apply(image.to_ndarray())


def fingerprint(frame: av.VideoFrame) -> int:
    """A checksum of all stored pixels: is this the very same frame again? 0.4 ms at 1280 x 720."""
    checksum = 0
    for number, plane in enumerate(frame.planes):
        stored = np.frombuffer(plane, np.uint8)
        if plane.line_size:  # else a palette, which has no rows
            rows = stored.reshape(-1, plane.line_size)[: plane.height]
            stored = rows[:, : plane.width * _pixel_bytes(frame.format, number)]  # without the padding
        checksum = zlib.crc32(np.ascontiguousarray(stored), checksum)
    return checksum


def _pixel_bytes(format_: av.VideoFormat, plane: int) -> int:
    """Bytes that a plane holds for one of its pixels."""
    parts = [part for part in format_.components if part.plane == plane]
    if len(parts) == len(format_.components):  # everything packed in one plane
        return max(1, format_.padded_bits_per_pixel // 8)
    return sum((part.bits + 7) // 8 for part in parts)


def shrunk(image: np.ndarray, height: int) -> np.ndarray:
    """The image at so many rows, or at its own where it has fewer."""
    rows, columns = image.shape[:2]
    if rows <= height:
        return image
    return cv2.resize(image, (max(1, round(columns * height / rows)), height), interpolation=cv2.INTER_AREA)


def jpeg_of(image: np.ndarray, quality: int = 92) -> bytes:
    """RGB image -> JPEG file."""
    done, data = cv2.imencode(".jpg", image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise RuntimeError("OpenCV could not write a JPEG.")
    return data.tobytes()
