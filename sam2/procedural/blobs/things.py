"""Videos that nobody filmed: things of one or several parts, which deform, turn, hide each other, leave and
come back, before a moving camera. Masks are exact; the same seed gives the same video.

A data set of its own: name `ProceduralDataset` where a configuration names a `VOSDataset`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from sam2.training.dataset.snippet import Snippet

CORNERS = 40  # of an outline
SUBPIXEL_BITS = 4  # OpenCV's fixed point for outlines
BLUR_STEPS = 4  # moments that a blurred frame averages
Random = np.random.Generator


@dataclass(frozen=True)
class Wobble:
    """A value that swings: `mean + swing * sin(rate * t + phase)`, t in frames, entry by entry."""

    mean: np.ndarray
    swing: np.ndarray
    rate: np.ndarray
    phase: np.ndarray

    def at(self, t: float) -> np.ndarray:
        return self.mean + self.swing * np.sin(self.rate * t + self.phase)

    @classmethod
    def draw(cls, rng: Random, mean: Sequence[float] | np.ndarray, swing: float, rate: float) -> Wobble:
        mean = np.asarray(mean, float)
        return cls(
            mean,
            rng.uniform(-swing, swing, mean.shape),
            rng.uniform(0.3 * rate, rate, mean.shape),
            rng.uniform(0, 2 * np.pi, mean.shape),
        )


@dataclass(frozen=True)
class Part:
    """A blob with a skin. Lengths are in the thing's own units: its radius is about 1."""

    centre: Wobble  # [2]
    radii: Wobble  # [CORNERS], the distance of each corner of the outline from the centre
    skin: np.ndarray  # float32 [S, S, 3], 0..255

    def outline(self, t: float) -> np.ndarray:
        """[CORNERS, 2] x, y."""
        angle = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
        return self.centre.at(t) + self.radii.at(t)[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)


@dataclass(frozen=True)
class Thing:
    """What is tracked. Parts are drawn in their order, and move with it."""

    parts: tuple[Part, ...]
    place: Wobble  # [2] share of the frame; may swing out of it
    drift: np.ndarray  # [2] share of the frame a frame
    size: Wobble  # [1] radius, share of the frame's shorter side
    angle: Wobble  # [1] radians
    spin: float  # radians a frame

    def matrix(self, t: float, width: int, height: int) -> np.ndarray:
        """2 x 3, from the thing's units to pixels."""
        scale = self.size.at(t)[0] * min(width, height)
        angle = self.angle.at(t)[0] + self.spin * t
        turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        centre = (self.place.at(t) + self.drift * t) * (width, height)
        return np.hstack([turn, centre[:, None]])


@dataclass(frozen=True)
class Look:
    """What the camera adds."""

    pan: Wobble  # [2] share of the frame
    zoom: Wobble  # [1]
    light: Wobble  # [1] factor
    shutter: float  # frames; 0: nothing is blurred
    noise: float  # grey levels
    jpeg_quality: int | None


@dataclass(frozen=True)
class Scene:
    """A whole video. `frame(t)` may be asked in any order."""

    things: tuple[Thing, ...]  # far ones first
    backdrop: np.ndarray  # float32 [1.5 H, 1.5 W, 3]
    look: Look
    width: int
    height: int
    seed: int

    def frame(self, t: int) -> tuple[np.ndarray, list[np.ndarray]]:
        """uint8 RGB [H, W, 3], and a bool [H, W] for each thing: what is seen of it."""
        shutter = self.look.shutter
        moments = (
            [t] if shutter == 0 else [t + shutter * (k / (BLUR_STEPS - 1) - 0.5) for k in range(BLUR_STEPS)]
        )
        pixels = np.mean([self._drawn(moment)[0] for moment in moments], axis=0)
        _, seen = self._drawn(t)
        noise = np.random.default_rng((self.seed, t)).normal(0, self.look.noise, pixels.shape)
        image = np.clip(pixels * self.look.light.at(t)[0] + noise, 0, 255).astype(np.uint8)
        return self._compressed(image), [seen == number for number in range(1, len(self.things) + 1)]

    def _drawn(self, t: float) -> tuple[np.ndarray, np.ndarray]:
        """Colours, and which thing is foremost on each pixel (0: none)."""
        camera = self._camera(t)
        canvas = cv2.warpAffine(
            self.backdrop,
            camera,
            (self.width, self.height),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        )
        owner = np.zeros((self.height, self.width), np.uint8)
        moved = camera.copy()
        # The camera moves things as much as the middle of the backdrop.
        middle = np.array([self.backdrop.shape[1], self.backdrop.shape[0]]) / 2
        moved[:, 2] += camera[:, :2] @ (middle - np.array([self.width, self.height]) / 2)
        for number, thing in enumerate(self.things, 1):
            matrix = _after(moved, thing.matrix(t, self.width, self.height))
            for part in thing.parts:
                self._paint(part, matrix, t, number, canvas, owner)
        return canvas, owner

    def _paint(
        self, part: Part, matrix: np.ndarray, t: float, number: int, canvas: np.ndarray, owner: np.ndarray
    ) -> None:
        outline = part.outline(t) @ matrix[:, :2].T + matrix[:, 2]
        x0, y0 = np.floor(outline.min(0)).astype(int).clip(0)
        x1, y1 = np.ceil(outline.max(0)).astype(int) + 1
        x1, y1 = min(x1, self.width), min(y1, self.height)
        if x0 >= x1 or y0 >= y1:
            return
        cover = np.zeros((y1 - y0, x1 - x0), np.uint8)
        corners = np.round((outline - (x0, y0)) * 2**SUBPIXEL_BITS).astype(np.int32)
        cv2.fillPoly(cover, [corners], 255, cv2.LINE_AA, SUBPIXEL_BITS)
        side = part.skin.shape[0]
        # The skin covers -1.5..1.5 of the thing's units around the part.
        onto = np.array([[3 / side, 0, -1.5], [0, 3 / side, -1.5]])
        onto[:, 2] += part.centre.at(t)
        place = _after(matrix, onto)
        place[:, 2] -= (x0, y0)
        skin = cv2.warpAffine(
            part.skin, place, (x1 - x0, y1 - y0), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
        )
        here = slice(y0, y1), slice(x0, x1)
        alpha = (cover / np.float32(255))[..., None]
        canvas[here] += alpha * (skin - canvas[here])
        owner[here][cover >= 128] = number

    def _camera(self, t: float) -> np.ndarray:
        zoom = self.look.zoom.at(t)[0]
        middle = np.array([self.backdrop.shape[1], self.backdrop.shape[0]]) / 2
        shift = self.look.pan.at(t) * (self.width, self.height)
        centre = np.array([self.width, self.height]) / 2
        return np.hstack([zoom * np.eye(2), (centre + shift - zoom * middle)[:, None]])

    def _compressed(self, image: np.ndarray) -> np.ndarray:
        if self.look.jpeg_quality is None:
            return image
        _, code = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, self.look.jpeg_quality])
        return cv2.imdecode(code, cv2.IMREAD_COLOR)


def _after(second: np.ndarray, first: np.ndarray) -> np.ndarray:
    """The 2 x 3 matrix of one affine map after another."""
    return np.hstack([second[:, :2] @ first[:, :2], (second[:, :2] @ first[:, 2] + second[:, 2])[:, None]])


def draw_scene(rng: Random, width: int, height: int, max_things: int = 5) -> Scene:
    """A scene with 1 to `max_things` things; often some are look-alikes of another one."""
    things: list[Thing] = []
    for _ in range(int(rng.integers(1, max_things + 1))):
        parts = _draw_parts(rng)
        if things and rng.random() < 0.35:
            parts = things[int(rng.integers(len(things)))].parts
        things.append(_draw_thing(rng, parts))
    look = Look(
        pan=Wobble.draw(rng, [0, 0], 0.12, 0.12),
        zoom=Wobble.draw(rng, [1.0], 0.08, 0.1),
        light=Wobble.draw(rng, [1.0], 0.15, 0.1),
        shutter=float(rng.choice([0, 0, 0.5, 1.0])),
        noise=float(rng.choice([0, 2, 6])),
        jpeg_quality=int(rng.integers(35, 95)) if rng.random() < 0.5 else None,
    )
    size = int(1.5 * height), int(1.5 * width)
    return Scene(tuple(things), _skin(rng, *size), look, width, height, int(rng.integers(2**31)))


def _draw_thing(rng: Random, parts: tuple[Part, ...]) -> Thing:
    leaves = rng.random() < 0.25  # and comes back
    return Thing(
        parts=parts,
        place=Wobble.draw(rng, rng.uniform(0.2, 0.8, 2), 0.9 if leaves else 0.25, 0.15),
        drift=rng.uniform(-0.004, 0.004, 2),
        size=Wobble.draw(rng, [rng.uniform(0.07, 0.28)], 0.03, 0.15),
        angle=Wobble.draw(rng, [rng.uniform(0, 2 * np.pi)], 0.5, 0.2),
        spin=float(rng.choice([0, 0, rng.uniform(-0.12, 0.12)])),
    )


def _draw_parts(rng: Random) -> tuple[Part, ...]:
    """One blob, or several of other colours that overlap."""
    count = int(rng.choice([1, 1, 2, 3, 4]))
    parts = []
    for number in range(count):
        centre = np.zeros(2) if number == 0 else rng.uniform(-0.8, 0.8, 2)
        radius = rng.uniform(0.7, 1.1) if number == 0 else rng.uniform(0.3, 0.6)
        angle = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
        shape = np.ones(CORNERS)
        for harmonic in range(2, 7):
            amount = rng.normal(0, 0.22 / harmonic)
            shape += amount * np.cos(harmonic * angle + rng.uniform(0, 2 * np.pi))
        still = Wobble.draw(rng, radius * shape.clip(0.3), 0, 0.2)
        bend = 0.08 * radius * np.cos(int(rng.integers(2, 5)) * angle + rng.uniform(0, 2 * np.pi))
        rate = np.full(CORNERS, rng.uniform(0, 0.4))
        radii = Wobble(still.mean, bend, rate, np.zeros(CORNERS))
        parts.append(Part(Wobble.draw(rng, centre, 0.08, 0.3), radii, _skin(rng, 96, 96)))
    return tuple(parts)


def _skin(rng: Random, height: int, width: int) -> np.ndarray:
    """A texture in two or three colours, with a light that falls from one side: float32 [H, W, 3]."""
    weight = _choose(rng, (_plain, _stripes, _dots, _clouds))(rng, height, width)[..., None]
    first, second = rng.uniform(20, 235, (2, 3))
    pixels = first + weight * (second - first)
    grain = _clouds(rng, height, width)[..., None] - 0.5
    slope = rng.uniform(-0.35, 0.35, 2)
    y, x = np.mgrid[:height, :width]
    light = 1 + slope[0] * (x / width - 0.5) + slope[1] * (y / height - 0.5)
    return np.clip((pixels + 30 * rng.random() * grain) * light[..., None], 0, 255).astype(np.float32)


def _choose(rng: Random, among: Sequence[Callable]) -> Callable:
    return among[int(rng.integers(len(among)))]


def _plain(rng: Random, height: int, width: int) -> np.ndarray:
    return np.zeros((height, width))


def _stripes(rng: Random, height: int, width: int) -> np.ndarray:
    y, x = np.mgrid[:height, :width]
    angle, pitch = rng.uniform(0, np.pi), rng.uniform(6, 24)
    return (
        np.sin((x * np.cos(angle) + y * np.sin(angle)) * 2 * np.pi / pitch) > rng.uniform(-0.5, 0.5)
    ).astype(float)


def _dots(rng: Random, height: int, width: int) -> np.ndarray:
    y, x = np.mgrid[:height, :width]
    pitch = rng.uniform(8, 20)
    distance = np.hypot(x % pitch - pitch / 2, y % pitch - pitch / 2)
    return (distance < pitch * rng.uniform(0.2, 0.4)).astype(float)


def _clouds(rng: Random, height: int, width: int) -> np.ndarray:
    """Noise of several sizes, 0..1."""
    total = np.zeros((height, width))
    for octave in range(1, 5):
        cells = rng.random((3 * 2**octave, 3 * 2**octave))
        total += cv2.resize(cells, (width, height), interpolation=cv2.INTER_CUBIC) / 2**octave
    return np.clip((total - total.min()) / max(1e-6, np.ptp(total)), 0, 1)


class ProceduralDataset:
    """`length` videos, each another one; `draw` renders a snippet of it, the same for the same index."""

    def __init__(
        self,
        transforms: Sequence[Callable],
        length: int,
        num_frames: int,
        max_num_objects: int,
        width: int = 256,
        height: int = 256,
        max_things: int = 5,
        seed: int = 0,
        multiplier: float = 1,
    ) -> None:
        self._transforms = transforms
        self.num_frames, self.max_num_objects = num_frames, max_num_objects
        self.width, self.height, self.max_things = width, height, max_things
        self.seed = seed
        self.repeat_factors = np.full(length, float(multiplier))

    def __len__(self) -> int:
        return len(self.repeat_factors)

    def scene(self, index: int) -> Scene:
        rng = np.random.default_rng((self.seed, index))
        while True:
            scene = draw_scene(rng, self.width, self.height, self.max_things)
            if any(mask.any() for mask in scene.frame(0)[1]):
                return scene

    def draw(self, index: int, rng: Random) -> Snippet:
        """The first `num_frames` frames, and things that are seen on the first of them."""
        scene = self.scene(index)
        frames = [scene.frame(t) for t in range(self.num_frames)]
        seen = [number for number, mask in enumerate(frames[0][1]) if mask.any()]
        chosen = rng.choice(seen, min(len(seen), self.max_num_objects), replace=False)
        masks = [[of_frame[number] for number in chosen] for _, of_frame in frames]
        snippet = Snippet(f"procedural {self.seed}/{index}", [image for image, _ in frames], masks)
        for transform in self._transforms:
            snippet = transform(snippet, rng)
        return snippet
