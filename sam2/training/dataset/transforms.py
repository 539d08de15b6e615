"""Augmentations under their official names and arguments, on arrays, with a generator for every draw.

`consistent_transform` draws once for all frames of a snippet, else for each frame.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import cv2
import numpy as np
import torch

from sam2.training.dataset.snippet import Snippet

FILL = (123, 116, 103)
"""ImageNet's mean colour, where nothing is."""
LUMA = np.array([0.299, 0.587, 0.114], np.float32)


class ComposeAPI:
    def __init__(self, transforms: Sequence[Callable]) -> None:
        self.transforms = transforms

    def __call__(self, snippet: Snippet, rng: np.random.Generator) -> Snippet:
        for transform in self.transforms:
            snippet = transform(snippet, rng)
        return snippet


class RandomHorizontalFlip:
    def __init__(self, consistent_transform: bool, p: float = 0.5) -> None:
        self.p, self.consistent_transform = p, consistent_transform

    def __call__(self, snippet: Snippet, rng: np.random.Generator) -> Snippet:
        for i, flip in enumerate(_decisions(rng, self.p, len(snippet.images), self.consistent_transform)):
            if flip:
                snippet.images[i] = np.ascontiguousarray(snippet.images[i][:, ::-1])
                snippet.masks[i] = [np.ascontiguousarray(mask[:, ::-1]) for mask in snippet.masks[i]]
        return snippet


class RandomResizeAPI:
    """To one of `sizes`: a square, or the shorter side, the longer one at most `max_size`."""

    def __init__(
        self,
        sizes: int | Iterable[int],
        consistent_transform: bool,
        max_size: int | None = None,
        square: bool = False,
        v2: bool = False,
    ) -> None:
        self.sizes = [sizes] if isinstance(sizes, int) else list(sizes)
        self.max_size, self.square = max_size, square
        self.consistent_transform = consistent_transform

    def __call__(self, snippet: Snippet, rng: np.random.Generator) -> Snippet:
        count = 1 if self.consistent_transform else len(snippet.images)
        sizes = rng.choice(self.sizes, count)
        for i, image in enumerate(snippet.images):
            width, height = self._size(image, int(sizes[i % count]))
            snippet.images[i] = _resized(image, width, height)
            snippet.masks[i] = [_resized_mask(mask, width, height) for mask in snippet.masks[i]]
        return snippet

    def _size(self, image: np.ndarray, size: int) -> tuple[int, int]:
        if self.square:
            return size, size
        height, width = image.shape[:2]
        scale = size / min(width, height)
        if self.max_size is not None:
            scale = min(scale, self.max_size / max(width, height))
        return round(width * scale), round(height * scale)


class RandomGrayscale:
    def __init__(self, consistent_transform: bool, p: float = 0.5) -> None:
        self.p, self.consistent_transform = p, consistent_transform

    def __call__(self, snippet: Snippet, rng: np.random.Generator) -> Snippet:
        for i, grey in enumerate(_decisions(rng, self.p, len(snippet.images), self.consistent_transform)):
            if grey:
                snippet.images[i] = _to_bytes(_luma(snippet.images[i]).repeat(3, axis=2))
        return snippet


class ColorJitter:
    """Brightness, contrast, saturation and hue, in an order that is drawn too."""

    def __init__(
        self,
        consistent_transform: bool,
        brightness: float | Sequence[float],
        contrast: float | Sequence[float],
        saturation: float | Sequence[float],
        hue: float | Sequence[float] | None,
    ) -> None:
        self.consistent_transform = consistent_transform
        self._ranges = [_around_one(value) for value in (brightness, contrast, saturation)]
        self._hue = None if hue is None else _interval(hue)

    def __call__(self, snippet: Snippet, rng: np.random.Generator) -> Snippet:
        steps = self._draw(rng)
        for i, image in enumerate(snippet.images):
            if i and not self.consistent_transform:
                steps = self._draw(rng)
            pixels = image.astype(np.float32)
            for adjust, amount in steps:
                pixels = adjust(pixels, amount).clip(0, 255)
            snippet.images[i] = _to_bytes(pixels)
        return snippet

    def _draw(self, rng: np.random.Generator) -> list[tuple[Callable, float]]:
        adjusts = [_brightness, _contrast, _saturation]
        steps = [(f, rng.uniform(*span)) for f, span in zip(adjusts, self._ranges, strict=True)]
        if self._hue is not None:
            steps.append((_hue, rng.uniform(*self._hue)))
        return [steps[i] for i in rng.permutation(len(steps))]


class RandomAffine:
    """Rotation, shift, scale and shear. Where an object would leave the first frame another one is drawn,
    `num_tentatives` times, and then none."""

    def __init__(
        self,
        degrees: float | Sequence[float],
        consistent_transform: bool,
        scale: Sequence[float] | None = None,
        translate: Sequence[float] | None = None,
        shear: float | Sequence[float] | None = None,
        image_mean: Sequence[int] = FILL,
        log_warning: bool = True,
        num_tentatives: int = 1,
        image_interpolation: str = "bicubic",
    ) -> None:
        modes = {"bicubic": cv2.INTER_CUBIC, "bilinear": cv2.INTER_LINEAR}
        if image_interpolation not in modes:
            raise ValueError(f"image_interpolation is {image_interpolation!r}; use {' or '.join(modes)}")
        self._mode = modes[image_interpolation]
        self.degrees = _interval(degrees)
        self.shear = None if shear is None else _interval(shear)
        self.scale, self.translate = scale, translate
        self.image_mean = tuple(image_mean)
        self.consistent_transform = consistent_transform
        self.num_tentatives = num_tentatives

    def __call__(self, snippet: Snippet, rng: np.random.Generator) -> Snippet:
        height, width = snippet.images[0].shape[:2]
        for _ in range(self.num_tentatives):
            count = 1 if self.consistent_transform else len(snippet.images)
            matrices = [self._matrix(rng, width, height) for _ in range(count)]
            masks = [
                [self._warped_mask(mask, matrices[i % count]) for mask in of_frame]
                for i, of_frame in enumerate(snippet.masks)
            ]
            if all(mask.any() for mask in masks[0]):
                images = [
                    cv2.warpAffine(
                        image,
                        matrices[i % count],
                        (width, height),
                        flags=self._mode,
                        borderValue=self.image_mean,
                    )
                    for i, image in enumerate(snippet.images)
                ]
                snippet.images, snippet.masks = images, masks
                break
        return snippet

    def _matrix(self, rng: np.random.Generator, width: int, height: int) -> np.ndarray:
        """2 x 3, from old pixels to new, about the centre."""
        angle = np.deg2rad(rng.uniform(*self.degrees))
        scale = 1.0 if self.scale is None else rng.uniform(*self.scale)
        shear = [0.0, 0.0]
        if self.shear is not None:
            shear[0] = np.deg2rad(rng.uniform(*self.shear[:2]))
            if len(self.shear) == 4:
                shear[1] = np.deg2rad(rng.uniform(*self.shear[2:]))
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        linear = scale * turn @ np.array([[1, np.tan(shear[0])], [np.tan(shear[1]), 1]])
        centre = np.array([(width - 1) / 2, (height - 1) / 2])
        shift = np.zeros(2)
        if self.translate is not None:
            shift = np.array([rng.uniform(-t, t) for t in self.translate]) * (width, height)
        return np.hstack([linear, (centre + shift - linear @ centre)[:, None]])

    @staticmethod
    def _warped_mask(mask: np.ndarray, matrix: np.ndarray) -> np.ndarray:
        size = mask.shape[::-1]
        return cv2.warpAffine(mask.astype(np.uint8), matrix, size, flags=cv2.INTER_NEAREST) > 0


class RandomMosaicVideoAPI:
    """Now and then the video as one tile among copies of itself: look-alikes on every frame."""

    def __init__(
        self, prob: float = 0.15, grid_h: int = 2, grid_w: int = 2, use_random_hflip: bool = False
    ) -> None:
        self.prob, self.grid_h, self.grid_w = prob, grid_h, grid_w
        self.use_random_hflip = use_random_hflip

    def __call__(self, snippet: Snippet, rng: np.random.Generator) -> Snippet:
        if rng.random() >= self.prob:
            return snippet
        target = int(rng.integers(self.grid_h)), int(rng.integers(self.grid_w))
        flips = np.zeros((self.grid_h, self.grid_w), bool)
        if self.use_random_hflip:
            flips = rng.random(flips.shape) < 0.5
        for i, image in enumerate(snippet.images):
            tiles = np.zeros_like(image)
            masks = [np.zeros_like(mask) for mask in snippet.masks[i]]
            for row, column in np.ndindex(*flips.shape):
                place = self._tile(image.shape[:2], row, column)
                height, width = tiles[place].shape[:2]
                turn = slice(None, None, -1 if flips[row, column] else 1)
                tiles[place] = _resized(image, width, height)[:, turn]
                if (row, column) == target:
                    for new, old in zip(masks, snippet.masks[i], strict=True):
                        new[place] = _resized_mask(old, width, height)[:, turn]
            snippet.images[i], snippet.masks[i] = tiles, masks
        return snippet

    def _tile(self, size: tuple[int, int], row: int, column: int) -> tuple[slice, slice]:
        height, width = size
        rows = slice(row * height // self.grid_h, (row + 1) * height // self.grid_h)
        return rows, slice(column * width // self.grid_w, (column + 1) * width // self.grid_w)


class ToTensorAPI:
    """uint8 [H, W, 3] to float [3, H, W] in 0..1."""

    def __init__(self, v2: bool = False) -> None:
        pass

    def __call__(self, snippet: Snippet, rng: np.random.Generator) -> Snippet:
        snippet.images = [torch.from_numpy(image).permute(2, 0, 1).float() / 255 for image in snippet.images]
        return snippet


class NormalizeAPI:
    def __init__(self, mean: Sequence[float], std: Sequence[float], v2: bool = False) -> None:
        self._mean, self._std = (torch.tensor(list(values)).view(3, 1, 1) for values in (mean, std))

    def __call__(self, snippet: Snippet, rng: np.random.Generator) -> Snippet:
        snippet.images = [(image - self._mean) / self._std for image in snippet.images]
        return snippet


def _decisions(rng: np.random.Generator, p: float, count: int, consistent: bool) -> np.ndarray:
    return np.resize(rng.random(1 if consistent else count) < p, count)


def _interval(value: Any) -> tuple[float, ...]:
    return (-value, value) if isinstance(value, (int, float)) else tuple(value)


def _around_one(value: Any) -> tuple[float, float]:
    return (max(0, 1 - value), 1 + value) if isinstance(value, (int, float)) else tuple(value)


def _resized(image: np.ndarray, width: int, height: int) -> np.ndarray:
    """Averaging where it shrinks."""
    shrinks = width < image.shape[1]
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)


def _resized_mask(mask: np.ndarray, width: int, height: int) -> np.ndarray:
    return _resized(mask.astype(np.float32), width, height) >= 0.5


def _luma(pixels: np.ndarray) -> np.ndarray:
    return (pixels @ LUMA)[..., None]


def _brightness(pixels: np.ndarray, factor: float) -> np.ndarray:
    return pixels * factor


def _contrast(pixels: np.ndarray, factor: float) -> np.ndarray:
    mean = _luma(pixels).mean()
    return mean + (pixels - mean) * factor


def _saturation(pixels: np.ndarray, factor: float) -> np.ndarray:
    grey = _luma(pixels)
    return grey + (pixels - grey) * factor


def _hue(pixels: np.ndarray, turn: float) -> np.ndarray:
    """`turn` of the colour circle, -0.5..0.5."""
    hsv = cv2.cvtColor(pixels / 255, cv2.COLOR_RGB2HSV)
    hsv[..., 0] = (hsv[..., 0] + 360 * turn) % 360
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB) * 255


def _to_bytes(pixels: np.ndarray) -> np.ndarray:
    return pixels.round().clip(0, 255).astype(np.uint8)
