"""What an object and its surroundings look like: colour histograms, and colours at places.

Colours are counted in Lab bins of the smoothed frame. A `ColourModel` holds two histograms and
answers with a log-likelihood ratio; a `PlaceModel` also knows where in the window a colour was,
so an object may share colours with what stands beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

L_BINS, AB_BINS = 14, 20
L_STEP, AB_STEP = 100.0 / L_BINS, 8.0
BINS = L_BINS * AB_BINS * AB_BINS
PLACES = 7  # cells along each side of the window
COARSE = 2  # colour bins that a place cell joins, along each axis
CLIP = 3.0  # nats: one pixel's colour is never more sure than this


def colour_codes(smooth_lab: np.ndarray) -> np.ndarray:
    """The bin of every pixel, int32 [h, w]."""
    half = AB_BINS / 2 * AB_STEP
    lightness = np.minimum(smooth_lab[..., 0] * (1 / L_STEP), L_BINS - 1).astype(np.int32)
    ab = np.clip((smooth_lab[..., 1:] + half) * (1 / AB_STEP), 0, AB_BINS - 1).astype(np.int32)
    return (lightness * AB_BINS + ab[..., 0]) * AB_BINS + ab[..., 1]


@dataclass(frozen=True)
class ColourModel:
    """Two smoothed distributions over the bins, float32 [BINS], each with sum 1."""

    inside: np.ndarray
    outside: np.ndarray

    @classmethod
    def of(cls, codes: np.ndarray, inside: np.ndarray, outside: np.ndarray) -> ColourModel:
        """Counted over two masks, bool [h, w]."""
        return cls(histogram(codes[inside]), histogram(codes[outside]))

    @classmethod
    def blend(cls, models: list[ColourModel], weights: list[float]) -> ColourModel:
        share = np.asarray(weights, np.float32) / sum(weights)
        return cls(
            sum(w * m.inside for w, m in zip(share, models, strict=True)),
            sum(w * m.outside for w, m in zip(share, models, strict=True)),
        )

    @property
    def nbytes(self) -> int:
        return self.inside.nbytes + self.outside.nbytes

    def ratios(self) -> np.ndarray:
        """Log-likelihood ratio of each bin, float32 [BINS], within +-CLIP; 0 where nothing is known."""
        floor = 2e-4
        return np.clip(np.log((self.inside + floor) / (self.outside + floor)), -CLIP, CLIP).astype(np.float32)


def histogram(codes: np.ndarray) -> np.ndarray:
    """A distribution over the bins, each count spread over its neighbours, float32 [BINS]."""
    counts = np.bincount(codes, minlength=BINS).astype(np.float32)
    spread = _blur(counts.reshape(L_BINS, AB_BINS, AB_BINS))
    return spread / max(float(spread.sum()), 1.0)


def _blur(counts: np.ndarray) -> np.ndarray:
    """Each count spread by (1, 3, 1) / 5 along every axis, flat."""
    for axis in range(counts.ndim):
        moved = np.moveaxis(counts, axis, 0)
        blurred = 0.6 * moved
        blurred[1:] += 0.2 * moved[:-1]
        blurred[:-1] += 0.2 * moved[1:]
        counts = np.moveaxis(blurred, 0, axis)
    return np.ascontiguousarray(counts).ravel()


@dataclass(frozen=True)
class PlaceModel:
    """Counts of (place, coarse colour) inside and outside, float32 [cells]."""

    inside: np.ndarray
    outside: np.ndarray

    @classmethod
    def of(cls, cells: np.ndarray, inside: np.ndarray) -> PlaceModel:
        """`cells` from `place_cells`, int32 [n]; `inside` bool [n]."""
        return cls(_spread(cells[inside]), _spread(cells[~inside]))

    def chance(self, cells: np.ndarray, otherwise: np.ndarray, trust: float) -> np.ndarray:
        """Share of the votes for inside, 0..1; `otherwise` counts as `trust` votes."""
        yes, no = self.inside[cells], self.outside[cells]
        return (yes + trust * otherwise) / (yes + no + trust)


_COARSE_L, _COARSE_AB = -(-L_BINS // COARSE), -(-AB_BINS // COARSE)


def place_cells(codes: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Cell of each pixel: its colour, and its place (u, v) in 0..1 of the window; int32 [h, w]."""
    b = codes % AB_BINS // COARSE
    a = codes // AB_BINS % AB_BINS // COARSE
    lightness = codes // (AB_BINS * AB_BINS) // COARSE
    row = np.clip(v * PLACES, 0, PLACES - 1).astype(np.int32)
    col = np.clip(u * PLACES, 0, PLACES - 1).astype(np.int32)
    return ((row * PLACES + col) * _COARSE_L + lightness) * (_COARSE_AB * _COARSE_AB) + a * _COARSE_AB + b


def _spread(cells: np.ndarray) -> np.ndarray:
    shape = (PLACES, PLACES, _COARSE_L, _COARSE_AB, _COARSE_AB)
    counts = np.bincount(cells, minlength=int(np.prod(shape))).astype(np.float32).reshape(shape)
    return _blur(counts)
