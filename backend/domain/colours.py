"""Colours for what has none yet."""

from __future__ import annotations

import colorsys


def colour_of(number: int) -> str:
    """Colours that stay apart however many there are: steps of the golden angle around the hue circle."""
    red, green, blue = colorsys.hls_to_rgb((0.58 + (number - 1) * 0.618034) % 1, 0.62, 0.85)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"
