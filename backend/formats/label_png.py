"""PNGs whose pixels are numbers of objects or classes: with the colours of VOC or DAVIS, or of 16 bits."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
from PIL import Image

from backend.domain.errors import InvalidInput
from backend.domain.video import Video

VOC_COLOURS = 22  # DAVIS has the first 22 colours of VOC, then greys


def voc_palette() -> bytes:
    """256 times R, G, B: each channel takes every third bit of the number, the lowest as its highest."""
    return bytes(level for number in range(256) for level in _voc_colour(number))


def davis_palette() -> bytes:
    return bytes(
        level
        for number in range(256)
        for level in (_voc_colour(number) if number < VOC_COLOURS else [number] * 3)
    )


def _voc_colour(number: int) -> list[int]:
    return [
        sum((number >> (3 * place + channel) & 1) << (7 - place) for place in range(3))
        for channel in range(3)
    ]


def write_palette_png(path: Path, labels: np.ndarray, palette: bytes) -> None:
    """uint8 [height, width]."""
    image = Image.fromarray(labels)
    image.putpalette(palette)
    image.save(path)


def write_wide_png(path: Path, labels: np.ndarray) -> None:
    """uint16 [height, width]."""
    Image.fromarray(labels).save(path)


def read_labels(path: Path, video: Video) -> np.ndarray:
    """The numbers in an 8-bit PNG of the video's size: uint8 [height, width]. Nothing larger is decoded.

    Raises InvalidInput.
    """
    with _png(path, video.width, video.height) as image:
        if image.mode not in ("1", "P", "L"):
            raise InvalidInput(f"{path.name} has no numbers of 8 bits: choose the palette PNGs")
        return np.asarray(image).astype(np.uint8)


def read_wide_labels(path: Path, video: Video) -> np.ndarray:
    """As `read_labels`, of 16 bits: int [height, width]."""
    with _png(path, video.width, video.height) as image:
        if image.mode not in ("I;16", "I"):
            raise InvalidInput(f"{path.name} has no numbers of 16 bits: choose the MOTS PNGs")
        return np.asarray(image)


def read_levels(path: Path, video: Video) -> np.ndarray:
    """A grey picture of the video's size, or the alpha of one with colours, as 0..1: float [height, width].

    Raises InvalidInput.
    """
    return read_alpha(path, video.width, video.height)


def read_alpha(path: Path, width: int, height: int) -> np.ndarray:
    """As `read_levels`, of another size."""
    with _png(path, width, height) as image:
        if "A" in image.getbands():
            return np.asarray(image.getchannel("A")) / 255.0
        if image.mode in ("I;16", "I"):
            return np.asarray(image) / 65535.0
        return np.asarray(image.convert("L")) / 255.0


@contextmanager
def _png(path: Path, width: int, height: int) -> Iterator[Image.Image]:
    """A picture of that size, decoded."""
    with ExitStack() as opened:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", Image.DecompressionBombWarning)
                image = opened.enter_context(Image.open(path, formats=["PNG"]))
            if image.size == (width, height):
                image.load()
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Warning) as error:
            raise InvalidInput(
                f"{path.name} is no PNG that can be read: it is damaged or too large"
            ) from error
        if image.size != (width, height):
            there = f"{image.size[0]} x {image.size[1]}"
            raise InvalidInput(f"{path.name} is {there} pixels, not {width} x {height}")
        yield image


def ids_in(labels: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """(number, bool mask) of every number but 0, ascending."""
    for number in np.unique(labels).tolist():
        if number:
            yield number, labels == number
