"""What a model learns from: frames of a scene by chance or of a theme. The same number gives the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from sam2.procedural.blobs.dice import draw_scene
from sam2.procedural.blobs.frames import BlobFrames, names, owners
from sam2.procedural.blobs.things import BlobScene, Random
from sam2.procedural.clips import RenderedClip, rendered_clips
from sam2.procedural.scene import Rendered

LEAST_SEEN = 0.0005
"""Share of the frame that must be seen of a thing to be asked for: on 256 x 256 pixels, 33 of them."""
FIRST_SEED = 1000
"""Of the themes that are learnt from, and up; the gallery's is 0, those of benchmarks and tests are small."""
SEEDS = 3
"""So many paintings of each theme. Painting one takes half a second or one, so they are kept."""
EXCHANGES = ((0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))
"""Which channel of a clip is red, green and blue: never as in the gallery."""
LEAST_WINDOW = 0.6  # of the clip's height, that a sample shows


@dataclass(frozen=True)
class BlobSample:
    """Frames of a scene by chance. `targets` are things (from 0) that are seen on the first of them."""

    name: str
    scene: BlobScene
    times: tuple[int, ...]
    targets: tuple[int, ...]

    def render(self) -> list[Rendered]:
        """Only the targets' masks."""
        frames, called = BlobFrames(self.scene), names(self.scene)
        drawn = [frames.frame(t) for t in self.times]
        return [Rendered(d.image, {called[k]: d.masks[called[k]] for k in self.targets}) for d in drawn]


@dataclass(frozen=True)
class Window:
    """The part of a clip that a sample shows: its upper left corner and size in the clip's pixels."""

    x: int
    y: int
    width: int
    height: int

    def cut(self, picture: np.ndarray) -> np.ndarray:
        return picture[self.y : self.y + self.height, self.x : self.x + self.width]


@dataclass(frozen=True)
class ThemeSample:
    """Frames of a theme: a window of the clip at another size, its colours exchanged, perhaps mirrored."""

    name: str
    clip: RenderedClip
    times: tuple[int, ...]
    window: Window
    width: int
    height: int
    channels: tuple[int, ...]  # one of `EXCHANGES`
    mirrored: bool
    targets: tuple[str, ...]

    def render(self) -> list[Rendered]:
        """Only the targets' masks: where at least half of a pixel is theirs."""
        return [Rendered(self._image(t), self.masks(t)) for t in self.times]

    def masks(self, t: int) -> dict[str, np.ndarray]:
        masks = self.clip.masks(t)
        return {k: self._resized(masks[k].astype(np.float32)) >= 0.5 for k in self.targets}

    def _image(self, t: int) -> np.ndarray:
        return self._resized(self.clip.frame(t)[..., self.channels])

    def _resized(self, picture: np.ndarray) -> np.ndarray:
        cut = self.window.cut(picture)
        if self.mirrored:
            cut = cut[:, ::-1]
        shrinks = self.width < self.window.width
        method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        return cv2.resize(np.ascontiguousarray(cut), (self.width, self.height), interpolation=method)


Sample = BlobSample | ThemeSample


@dataclass(frozen=True)
class Samples:
    """Sample `index` of a `seed` is always the same. Its frames are 1 to `max_stride` frames apart."""

    seed: int
    num_frames: int
    width: int
    height: int
    max_things: int = 5
    max_targets: int = 3
    max_stride: int = 6
    themed_share: float = 0.2

    def sample(self, index: int) -> Sample:
        """Which frames and things; `render` draws them."""
        rng = self._rng(index)
        clip = self._theme(rng)
        return self._by_chance(index, rng) if clip is None else self._of_a_theme(index, clip, rng)

    def theme(self, index: int) -> RenderedClip | None:
        """The clip that a sample is of, not painted yet; None for a scene by chance."""
        return self._theme(self._rng(index))

    def paint_themes(self, length: int) -> None:
        """At once, what samples 0 to `length` show of the themes: before worker processes are forked, say,
        which need not paint it again then."""
        for clip in map(self.theme, range(length)):
            if clip is not None:
                clip.paint()

    def by_chance(self, index: int) -> BlobSample:
        """A scene by chance under every number, also where `sample` has one of a theme."""
        rng = self._rng(index)
        self._theme(rng)
        return self._by_chance(index, rng)

    def _rng(self, index: int) -> Random:
        return np.random.default_rng((self.seed, index))

    def _theme(self, rng: Random) -> RenderedClip | None:
        is_themed, seed = rng.random() < self.themed_share, FIRST_SEED + int(rng.integers(SEEDS))
        clips = rendered_clips(seed)
        clip = clips[int(rng.integers(len(clips)))]
        return clip if is_themed else None

    def _by_chance(self, index: int, rng: Random) -> BlobSample:
        times = self._times(rng)
        while True:
            scene = draw_scene(rng, self.width, self.height, self.max_things)
            areas = np.bincount(owners(scene, times[0]).ravel(), minlength=len(scene.things) + 1)[1:]
            seen = np.flatnonzero(areas >= self._least_area)
            if len(seen):
                targets = tuple(int(k) for k in self._chosen(rng, seen))
                return BlobSample(f"procedural {self.seed}/{index}", scene, times, targets)

    def _of_a_theme(self, index: int, clip: RenderedClip, rng: Random) -> ThemeSample:
        while True:
            whole = ThemeSample(
                name=f"{clip.name} {self.seed}/{index}",
                clip=clip,
                times=self._times(rng, clip.num_frames),
                window=self._window(rng, *clip.size),
                width=self.width,
                height=self.height,
                channels=EXCHANGES[int(rng.integers(len(EXCHANGES)))],
                mirrored=bool(rng.random() < 0.5),
                targets=tuple(clip.masks(0)),
            )
            first = whole.masks(whole.times[0])
            seen = [name for name, mask in first.items() if mask.sum() >= self._least_area]
            if seen:
                return replace(whole, targets=tuple(str(name) for name in self._chosen(rng, seen)))

    @property
    def _least_area(self) -> float:
        return LEAST_SEEN * self.width * self.height

    def _times(self, rng: Random, length: int | None = None) -> tuple[int, ...]:
        """The first frames of a scene by chance, which never ends; anywhere in a clip of this length."""
        stride = int(rng.integers(1, self.max_stride + 1))
        if length is None:
            return tuple(range(0, self.num_frames * stride, stride))
        steps = self.num_frames - 1
        stride = min(stride, (length - 1) // max(1, steps))
        if stride == 0:
            raise ValueError(f"num_frames is {self.num_frames}; clips have {length}: use themed_share: 0")
        start = int(rng.integers(length - steps * stride))
        return tuple(start + k * stride for k in range(self.num_frames))

    def _window(self, rng: Random, width: int, height: int) -> Window:
        """In the proportions of a sample, anywhere in the clip."""
        tall = min(height, width * self.height / self.width) * rng.uniform(LEAST_WINDOW, 1)
        w, h = max(1, int(tall * self.width / self.height)), max(1, int(tall))
        return Window(int(rng.integers(width - w + 1)), int(rng.integers(height - h + 1)), w, h)

    def _chosen(self, rng: Random, seen: Sequence) -> np.ndarray:
        return rng.choice(seen, min(len(seen), self.max_targets), replace=False)
