"""Which frames and which objects of a video make a snippet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from sam2.training.dataset.snippet import BadSample, FrameFile, RawVideo

TRIES = 1000


@dataclass(frozen=True)
class Chosen:
    frames: tuple[FrameFile, ...]
    object_ids: tuple[int, ...]


class VOSSampler(Protocol):
    def sample(self, video: RawVideo, rng: np.random.Generator) -> Chosen: ...


class RandomUniformSampler:
    """Consecutive frames from anywhere, and objects that are seen on the first of them."""

    def __init__(self, num_frames: int, max_num_objects: int, reverse_time_prob: float = 0.0) -> None:
        self.num_frames = num_frames
        self.max_num_objects = max_num_objects
        self.reverse_time_prob = reverse_time_prob

    def sample(self, video: RawVideo, rng: np.random.Generator) -> Chosen:
        starts = len(video.frames) - self.num_frames + 1
        if starts < 1:
            raise BadSample(
                f"{video.name}: it has {len(video.frames)} annotated frames, fewer than a snippet's "
                f"{self.num_frames}"
            )
        for _ in range(min(TRIES, 4 * starts)):
            start = int(rng.integers(starts))
            frames = tuple(video.frames[start : start + self.num_frames])
            if rng.random() < self.reverse_time_prob:
                frames = frames[::-1]
            seen = [o for o, mask in video.masks.load(frames[0].frame_id).items() if mask.any()]
            if seen:
                count = min(len(seen), self.max_num_objects)
                chosen = rng.choice(seen, count, replace=False)
                return Chosen(frames, tuple(int(object_id) for object_id in chosen))
        raise BadSample(f"{video.name}: no object is seen on any frame that a snippet could begin with")


class EvalSampler:
    """All frames, and all objects of the first one."""

    def sample(self, video: RawVideo, rng: np.random.Generator) -> Chosen:
        if not video.frames:
            raise BadSample(f"{video.name}: it has no annotated frame")
        frames = tuple(sorted(video.frames, key=lambda frame: frame.frame_id))
        objects = tuple(video.masks.load(frames[0].frame_id))
        if not objects:
            raise BadSample(f"{video.name}: its first frame has no object")
        return Chosen(frames, objects)
