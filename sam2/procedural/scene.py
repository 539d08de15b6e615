"""Composing a frame: a panning backdrop, actors from back to front, motion blur, exact masks.

World pixels are clip pixels where the camera stands at (0, 0). An actor's mask is where its own
coverage, less what stands in front of it, is at least one half.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil, cos, floor, hypot, radians, sin

import cv2
import numpy as np

from sam2.procedural.paint import Sprite

SHUTTER = 0.5  # of the time between two frames, as a film camera's
MAX_EXPOSURES = 6


@dataclass(frozen=True)
class Pose:
    """Where a sprite's centre is (world pixels), its size and its turn (degrees, clockwise)."""

    x: float
    y: float
    scale: float = 1.0
    angle: float = 0.0
    stretch: float = 1.0  # width against height; 0.1 is nearly edge on


@dataclass(frozen=True)
class Camera:
    """The camera's place: how far the world has moved left and up."""

    x: float = 0.0
    y: float = 0.0


Path = Callable[[float], Pose]  # by frame index, fractions allowed
Bend = Callable[[Sprite, float], Sprite]


@dataclass(frozen=True)
class Actor:
    """A sprite on a path. Without a name it is scenery; scenery that does not occlude is light or shadow."""

    sprite: Sprite
    path: Path
    name: str | None = None
    parallax: float = 1.0  # 0 sticks to the screen, 1 moves with the world, more is nearer
    occludes: bool = True
    bend: Bend | None = None  # shape at a time, for what swims


@dataclass(frozen=True)
class Glints:
    """Light that drifts over the picture: a tileable uint8 [h, w] texture, added."""

    texture: np.ndarray
    speed: tuple[float, float]


@dataclass(frozen=True)
class Scene:
    """`backdrop` is uint8 RGB, larger than the frame; world (0, 0) is at `origin` in it."""

    width: int
    height: int
    backdrop: np.ndarray
    origin: tuple[float, float]
    actors: tuple[Actor, ...]
    camera: Callable[[float], Camera] = field(default=lambda t: Camera())
    backdrop_parallax: float = 1.0
    glints: Glints | None = None
    grain: float = 2.0  # standard deviation, in grey levels


@dataclass(frozen=True)
class Rendered:
    """One frame: uint8 RGB and the visible part of every named actor, bool [height, width]."""

    image: np.ndarray
    masks: dict[str, np.ndarray]


@dataclass(frozen=True)
class Stamp:
    """A sprite on the frame: premultiplied RGBA float32 in 0..255, its top-left corner (x, y)."""

    rgba: np.ndarray
    x: int
    y: int


def render(scene: Scene, frame_idx: int) -> Rendered:
    """The same index always gives the same pixels."""
    camera = scene.camera(frame_idx)
    canvas = _backdrop(scene, camera, frame_idx).astype(np.float32)
    coverage: dict[str, np.ndarray] = {}
    for actor in scene.actors:
        if actor.name is not None:
            coverage.setdefault(actor.name, np.zeros((scene.height, scene.width), np.float32))
        stamp = _expose(scene, actor, frame_idx)
        if stamp is None:
            continue
        h, w = stamp.rgba.shape[:2]
        window = np.s_[stamp.y : stamp.y + h, stamp.x : stamp.x + w]
        alpha = stamp.rgba[..., 3] / 255
        canvas[window] = canvas[window] * (1 - alpha[..., None]) + stamp.rgba[..., :3]
        if not actor.occludes:
            continue
        for name, covered in coverage.items():
            if name != actor.name:
                covered[window] *= 1 - alpha
        if actor.name is not None:
            mine = coverage[actor.name][window]
            coverage[actor.name][window] = alpha + mine * (1 - alpha)
    noise = np.random.default_rng(frame_idx).standard_normal((90, 160), dtype=np.float32) * scene.grain
    canvas += np.tile(noise, (scene.height // 90 + 1, scene.width // 160 + 1))[
        : scene.height, : scene.width, None
    ]
    image = np.clip(canvas, 0, 255).astype(np.uint8)
    return Rendered(image, {name: covered >= 0.5 for name, covered in coverage.items()})


def _backdrop(scene: Scene, camera: Camera, frame_idx: int) -> np.ndarray:
    x = scene.origin[0] + camera.x * scene.backdrop_parallax
    y = scene.origin[1] + camera.y * scene.backdrop_parallax
    shift = np.array([[1, 0, -x], [0, 1, -y]], np.float64)
    view = cv2.warpAffine(
        scene.backdrop,
        shift,
        (scene.width, scene.height),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT,
    )
    if scene.glints is None:
        return view
    dx, dy = (int(speed * frame_idx) for speed in scene.glints.speed)
    light = np.roll(scene.glints.texture, (dy, dx), axis=(0, 1))[: scene.height, : scene.width]
    return cv2.add(view, cv2.merge([light, light, light]))


def _expose(scene: Scene, actor: Actor, frame_idx: int) -> Stamp | None:
    """The actor over the time the shutter is open: one stamp, or None outside the frame."""
    start, end = (_corners(scene, actor, frame_idx + t) for t in (0.0, SHUTTER))
    travel = max(hypot(*(end[k] - start[k])) for k in range(4))
    exposures = int(np.clip(ceil(travel / 1.5), 1, MAX_EXPOSURES)) if actor.occludes else 1
    times = [frame_idx + SHUTTER * k / max(exposures - 1, 1) for k in range(exposures)]
    both = np.concatenate([start, end])
    x0, y0 = (max(floor(v) - 2, 0) for v in both.min(axis=0))
    x1 = min(ceil(both[:, 0].max()) + 2, scene.width)
    y1 = min(ceil(both[:, 1].max()) + 2, scene.height)
    if x0 >= x1 or y0 >= y1:
        return None
    total = np.zeros((y1 - y0, x1 - x0, 4), np.float32)
    for t in times:
        sprite = actor.sprite if actor.bend is None else actor.bend(actor.sprite, t)
        affine = _affine(scene, actor, t)
        affine[:, 2] -= (x0, y0)
        total += cv2.warpAffine(sprite.rgba, affine, (x1 - x0, y1 - y0), flags=cv2.INTER_LINEAR)
    return Stamp(total / len(times), x0, y0)


def _affine(scene: Scene, actor: Actor, t: float) -> np.ndarray:
    """Sprite pixels to frame pixels, float64 [2, 3]."""
    pose, camera = actor.path(t), scene.camera(t)
    c, s = cos(radians(pose.angle)) * pose.scale, sin(radians(pose.angle)) * pose.scale
    linear = np.array([[c * pose.stretch, -s], [s * pose.stretch, c]])
    h, w = actor.sprite.rgba.shape[:2]
    place = np.array([pose.x - camera.x * actor.parallax, pose.y - camera.y * actor.parallax])
    offset = place - linear @ np.array([(w - 1) / 2, (h - 1) / 2])
    return np.column_stack([linear, offset])


def _corners(scene: Scene, actor: Actor, t: float) -> np.ndarray:
    h, w = actor.sprite.rgba.shape[:2]
    square = np.array([[0, 0, 1], [w, 0, 1], [w, h, 1], [0, h, 1]], np.float64)
    return square @ _affine(scene, actor, t).T
