"""Colours for what has none yet."""

from __future__ import annotations

import colorsys


def colour_of(number: int) -> str:
    """Colours that stay apart however many there are: steps of the golden angle around the hue circle."""
    return _of_hue(number, 0.62)


def light_colour_of(number: int) -> str:
    """The same hues, each light enough for dark letters on it: contrast 6 and more with the app's darkest."""
    return _of_hue(number, 0.74)


def _of_hue(number: int, lightness: float) -> str:
    red, green, blue = colorsys.hls_to_rgb((0.58 + (number - 1) * 0.618034) % 1, lightness, 0.85)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"
