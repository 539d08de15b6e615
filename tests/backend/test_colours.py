"""Colours that letters must be read on."""

from __future__ import annotations

from backend.domain.colours import colour_of, light_colour_of

DARKEST = "#0b0d0f"  # of the app: the letters on people's discs


def luminance(colour: str) -> float:
    """As WCAG 2 has it, 0..1."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_dark_letters_can_be_read_on_everybodys_colour() -> None:
    for number in range(1000):
        contrast = (luminance(light_colour_of(number)) + 0.05) / (luminance(DARKEST) + 0.05)
        assert contrast >= 6, light_colour_of(number)


def test_colours_stay_apart() -> None:
    for colours in (colour_of, light_colour_of):
        assert len({colours(number) for number in range(200)}) == 200
