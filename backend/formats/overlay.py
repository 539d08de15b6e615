"""An overlay: the video with its masks drawn in the objects' colours, as MP4 with the source's sound.

To be watched: nothing is read back from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from backend.domain.errors import InvalidInput
from backend.domain.video import Video
from backend.formats.model import Annotated, AnnotatedFrame, Found
from backend.formats.pixels import bounding_box, decode, rle_of
from backend.formats.video_files import Encoding, video_file

H264 = Encoding(".mp4", "libx264", "yuv420p", {"preset": "veryfast", "crf": "18"}, even=True)
FILL = 0.45  # of the object's colour over the picture
OUTLINE = 2  # pixels, inside the mask
Colours = dict[int, tuple[int, int, int]]
"""Object id -> R, G, B."""


@dataclass(frozen=True)
class OverlayFormat:
    """`overlay.mp4`. A range begins at the file's beginning, so that players do not wait."""

    name: str = "overlay"
    title: str = "Overlay MP4, to watch"
    needs_frames: bool = True
    takes_frames: bool = False

    def walks(self, annotated: Annotated) -> int:
        return 1

    def write(self, annotated: Annotated, folder: Path) -> None:
        colours = {tracked.object_id: rgb(tracked.colour) for tracked in annotated.objects}
        times, first = annotated.times, annotated.frames[0]
        shift = times.pts[first] - times.pts[0]
        path = folder / "overlay.mp4"
        with video_file(path, H264, annotated.video, times, shift, annotated.source) as file:
            for frame in annotated.by_frame():
                picture = annotated.picture(frame.frame_idx)
                file.write(frame.frame_idx, drawn(picture, frame, colours), "rgb24")

    def read(self, path: Path, video: Video) -> Found:
        raise InvalidInput("An overlay is to be watched: import the masks from another format.")


def drawn(picture: np.ndarray, frame: AnnotatedFrame, colours: Colours) -> np.ndarray:
    """uint8 RGB [height, width, 3] with each mask filled thinly, and its border fully."""
    picture = picture.copy()
    for mask in frame.seen():
        rle = rle_of(mask)
        x, y, width, height = bounding_box(rle)
        part = np.s_[y : y + height, x : x + width]
        inside = decode(rle)[part].astype(np.uint8)
        kernel = np.ones((2 * OUTLINE + 1, 2 * OUTLINE + 1), np.uint8)
        core = cv2.erode(inside, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0)
        share = np.where(core, FILL, 1.0)[..., None] * inside[..., None]
        mixed = picture[part] * (1 - share) + np.asarray(colours[mask.object_id]) * share
        picture[part] = np.rint(mixed).astype(np.uint8)
    return picture


def rgb(colour: str) -> tuple[int, int, int]:
    """ "#rrggbb" -> R, G, B."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


OVERLAY = OverlayFormat()
