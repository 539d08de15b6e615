"""Draws the frames and masks of a scene by chance, with NumPy and OpenCV."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from sam2.procedural.blobs.skins import REACH, paint
from sam2.procedural.blobs.things import CORNERS, BlobScene, Part, Thing, after
from sam2.procedural.scene import Rendered

BLUR_STEPS = 5  # moments that a blurred frame averages; the middle one is the frame's own
SKIN_SIDE = 96  # pixels
LEAST_LIGHT, MOST_LIGHT = 0.4, 1.6  # of a thing's shade


def moments(t: float, shutter: float) -> list[float]:
    """The times that a frame averages; the middle one is `t`."""
    if shutter == 0:
        return [t]
    return [t + shutter * (k / (BLUR_STEPS - 1) - 0.5) for k in range(BLUR_STEPS)]


def names(scene: BlobScene) -> list[str]:
    """What the things are called in `Rendered.masks`, far ones first."""
    return [f"thing {number}" for number in range(1, len(scene.things) + 1)]


@dataclass(frozen=True)
class Placed:
    """A part on the frame at one moment, in a box whose upper left pixel is (x, y)."""

    x: int
    y: int
    inside: np.ndarray  # float32 [h, w]: pixels from the outline, negative outside of it

    @property
    def box(self) -> tuple[slice, slice]:
        height, width = self.inside.shape
        return slice(self.y, self.y + height), slice(self.x, self.x + width)


def placed(part: Part, matrix: np.ndarray, t: float, width: int, height: int) -> Placed | None:
    """`matrix` is the thing's, to the frame. None where the frame shows nothing of the part.

    The outline is the polygon of its corners, seen whole from its centre, so the edge that matters to a pixel
    is the one in the pixel's direction.
    """
    corners = part.outline(t) @ matrix[:, :2].T + matrix[:, 2]
    x0, y0 = (np.floor(corners.min(0)).astype(int) - 1).clip(0)
    x1, y1 = np.ceil(corners.max(0)).astype(int) + 2
    x1, y1 = min(x1, width), min(y1, height)
    if x0 >= x1 or y0 >= y1:
        return None
    centre = matrix[:, :2] @ part.centre.at(t) + matrix[:, 2]
    corners = corners - centre
    edge = np.roll(corners, -1, axis=0) - corners
    inward = np.stack([-edge[:, 1], edge[:, 0]], axis=1) / np.hypot(*edge.T)[:, None]
    across, down, offset = np.column_stack([inward, -(inward * corners).sum(1)]).astype(np.float32).T
    x = (np.arange(x0, x1) - centre[0]).astype(np.float32)
    y = (np.arange(y0, y1) - centre[1]).astype(np.float32)[:, None]
    first = np.float32(np.arctan2(corners[0, 1], corners[0, 0]))
    which = (
        np.floor((np.arctan2(y, x) - first) * np.float32(CORNERS / (2 * np.pi))).astype(np.int32) % CORNERS
    )
    inside = across[which] * x
    inside += down[which] * y
    inside += offset[which]
    return Placed(x0, y0, inside)


def owners(scene: BlobScene, t: float) -> np.ndarray:
    """uint8 [H, W]: the number (from 1) of the thing that is foremost at each pixel's centre, 0: none."""
    owner = np.zeros((scene.height, scene.width), np.uint8)
    size = scene.width, scene.height
    camera = scene.camera(t, *size)
    for number, thing in enumerate(scene.things, 1):
        matrix = after(camera, thing.matrix(t, *size))
        for part in thing.parts:
            place = placed(part, matrix, t, *size)
            if place is not None:
                owner[place.box][place.inside >= 0] = number
    return owner


class BlobFrames:
    """Paints the skins once; `frame(t)` may be asked in any order."""

    def __init__(self, scene: BlobScene) -> None:
        self.scene = scene

    @cached_property
    def _backdrop(self) -> np.ndarray:
        width, height = self.scene.backdrop_size
        return paint(self.scene.backdrop, height, width)

    @cached_property
    def _skins(self) -> list[list[np.ndarray]]:
        return [
            [paint(part.skin, SKIN_SIDE, SKIN_SIDE) for part in thing.parts] for thing in self.scene.things
        ]

    def frame(self, t: int) -> Rendered:
        """The same `t` always gives the same pixels."""
        scene, look = self.scene, self.scene.look
        exposed = [self._colours(moment) for moment in moments(t, look.shutter)]
        pixels = np.mean(exposed, axis=0, dtype=np.float32) * np.float32(look.light.at(t)[0])
        if look.noise:
            rng = np.random.default_rng((scene.seed, t))
            pixels += np.float32(look.noise) * rng.standard_normal(pixels.shape, np.float32)
        owner = owners(scene, t)
        masks = {name: owner == number for number, name in enumerate(names(scene), 1)}
        return Rendered(self._compressed(np.clip(np.rint(pixels), 0, 255).astype(np.uint8)), masks)

    def _colours(self, t: float) -> np.ndarray:
        """float32 [H, W, 3] at one moment."""
        scene, backdrop = self.scene, self._backdrop
        size = scene.width, scene.height
        camera = scene.camera(t, backdrop.shape[1], backdrop.shape[0])
        canvas = cv2.warpAffine(backdrop, camera, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        camera = scene.camera(t, *size)
        for thing, skins in zip(scene.things, self._skins, strict=True):
            matrix = after(camera, thing.matrix(t, *size))
            for part, skin in zip(thing.parts, skins, strict=True):
                place = placed(part, matrix, t, *size)
                if place is not None:
                    _lay(place, _lit(thing, part, skin, matrix, t, place), canvas)
        return canvas

    def _compressed(self, image: np.ndarray) -> np.ndarray:
        quality = self.scene.look.jpeg_quality
        if quality is None:
            return image
        _, code = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
        return np.ascontiguousarray(cv2.imdecode(code, cv2.IMREAD_COLOR)[..., ::-1])


def _lit(
    thing: Thing, part: Part, skin: np.ndarray, matrix: np.ndarray, t: float, place: Placed
) -> np.ndarray:
    """The part's colours in its box, with the light on it: float32 [h, w, 3]."""
    step = 2 * REACH / len(skin)  # of the thing's units, from one pixel of the skin to the next
    onto = np.array([[step, 0, -REACH], [0, step, -REACH]])
    onto[:, 2] += part.centre.at(t)
    to_box = after(matrix, onto)
    to_box[:, 2] -= place.x, place.y
    height, width = place.inside.shape
    colours = cv2.warpAffine(
        skin, to_box, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )
    slope = thing.shade / np.hypot(*matrix[:, 0])
    across = slope[0] * (np.arange(place.x, place.x + width) - matrix[0, 2])
    down = slope[1] * (np.arange(place.y, place.y + height) - matrix[1, 2])
    light = (1 + across + down[:, None]).clip(LEAST_LIGHT, MOST_LIGHT)
    colours *= light[..., None].astype(np.float32)
    return colours


def _lay(place: Placed, colours: np.ndarray, canvas: np.ndarray) -> None:
    """Over what is there; the edge is a pixel wide."""
    here = canvas[place.box]
    colours -= here
    colours *= (place.inside + np.float32(0.5)).clip(0, 1)[..., None]
    here += colours
