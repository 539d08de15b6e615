"""Sharpening a mask: GrabCut around it at reduced size, and the edge at full size."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from backend.worker.colorflow.view import FrameView, Grid

CUT_SIDE = 150  # longer side of the crop that GrabCut sees, pixels
CUT_ROUNDS = 2
EDGE_SIDE = 420  # crops with a longer side are sharpened at this size


@dataclass(frozen=True)
class Crop:
    """A window of a frame, half open, in pixels of that frame."""

    x0: int
    y0: int
    x1: int
    y1: int

    @classmethod
    def around(cls, mask: np.ndarray, margin: float, least: int) -> Crop | None:
        """The mask's bounding box and a margin (share of its longer side, at least `least` pixels)."""
        x, y, w, h = cv2.boundingRect(mask.astype(np.uint8))
        if w == 0:
            return None
        grow = max(least, int(margin * max(w, h)))
        height, width = mask.shape
        return cls(max(x - grow, 0), max(y - grow, 0), min(x + w + grow, width), min(y + h + grow, height))

    @property
    def window(self) -> tuple[slice, slice]:
        return slice(self.y0, self.y1), slice(self.x0, self.x1)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height), as OpenCV counts."""
        return self.x1 - self.x0, self.y1 - self.y0


def disc(radius: int) -> np.ndarray:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))


def cut(
    view: FrameView,
    mask: np.ndarray,
    sure_in: np.ndarray,
    sure_out: np.ndarray,
    free: np.ndarray | None = None,
) -> np.ndarray:
    """GrabCut from a mask, bool [h, w] in and out, at working size.

    Pixels deep inside and far outside keep their side; `free`, where given, limits what may change.
    """
    crop = Crop.around(mask | sure_in, 0.35, 10)
    if crop is None or not mask.any():
        return mask
    inner = mask[crop.window].astype(np.uint8)
    reach = max(2, int(0.10 * np.sqrt(inner.sum())))
    far = cv2.dilate(inner, disc(reach)) == 0
    deep = cv2.erode(inner, disc(2 * reach), borderType=cv2.BORDER_CONSTANT, borderValue=1) > 0
    trimap = np.where(inner > 0, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    trimap[far] = cv2.GC_BGD
    trimap[deep] = cv2.GC_FGD
    trimap[sure_in[crop.window]] = cv2.GC_FGD
    trimap[sure_out[crop.window]] = cv2.GC_BGD
    if free is not None:
        held = ~free[crop.window]
        trimap[held] = np.where(inner[held] > 0, cv2.GC_FGD, cv2.GC_BGD)
    scale = min(1.0, CUT_SIDE / max(crop.size))
    size = (max(8, round(crop.size[0] * scale)), max(8, round(crop.size[1] * scale)))
    image = cv2.resize(view.rgb[crop.window], size, interpolation=cv2.INTER_AREA)
    small = cv2.resize(trimap, size, interpolation=cv2.INTER_NEAREST)
    inside, outside = small & 1 == 1, small & 1 == 0
    if inside.sum() < 6 or outside.sum() < 6:
        return mask
    cv2.setRNGSeed(0)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(image, small, None, *models, CUT_ROUNDS, cv2.GC_INIT_WITH_MASK)
    share = cv2.resize((small & 1).astype(np.float32), crop.size, interpolation=cv2.INTER_LINEAR)
    result = np.zeros_like(mask)
    result[crop.window] = np.where(trimap == cv2.GC_FGD, True, (share >= 0.5) & (trimap != cv2.GC_BGD))
    return result


def tidy(mask: np.ndarray, anchors: np.ndarray, smallest: float = 0.04) -> np.ndarray:
    """Drop specks and fill pinholes; parts that hold an anchor always stay."""
    sheet = mask.astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(sheet, connectivity=8)
    if count > 2:
        areas = stats[:, cv2.CC_STAT_AREA].copy()
        areas[0] = 0
        keep = areas >= smallest * areas.max()
        keep[0] = False
        held = np.unique(labels[anchors & mask])
        keep[held[held > 0]] = True
        mask = keep[labels]
    holes, labels, stats, _ = cv2.connectedComponentsWithStats((~mask).astype(np.uint8), connectivity=4)
    limit = max(4, int(0.01 * mask.sum()))
    small = stats[:, cv2.CC_STAT_AREA] <= limit
    small[0] = False
    return mask | small[labels]


def to_source(frame: np.ndarray, share: np.ndarray, grid: Grid) -> np.ndarray:
    """A working-size mask or coverage (0..1) at source size, its edge drawn along the image's, bool."""
    result = np.zeros((grid.source_height, grid.source_width), bool)
    crop = Crop.around(share > 0.02, 0.0, 4)
    if crop is None:
        return result
    unit = 1 / grid.scale
    x0, y0 = int(crop.x0 * unit), int(crop.y0 * unit)
    x1 = min(int(np.ceil(crop.x1 * unit)), grid.source_width)
    y1 = min(int(np.ceil(crop.y1 * unit)), grid.source_height)
    scale = min(1.0, EDGE_SIDE / max(x1 - x0, y1 - y0))
    size = (max(1, round((x1 - x0) * scale)), max(1, round((y1 - y0) * scale)))
    # One mapping for both, so that the crop's fractions of a pixel do not shift the mask.
    step_x, step_y = (x1 - x0) / size[0] / unit, (y1 - y0) / size[1] / unit
    affine = np.array([[step_x, 0, x0 / unit + step_x / 2 - 0.5], [0, step_y, y0 / unit + step_y / 2 - 0.5]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    soft = cv2.warpAffine(
        share.astype(np.float32), affine, size, flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    gray = cv2.cvtColor(frame[y0:y1, x0:x1], cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    if scale < 1.0:
        gray = cv2.resize(gray, size, interpolation=cv2.INTER_AREA)
    radius = max(1, round(1.5 * unit * scale))
    soft = guided(gray, soft, radius, 4e-4)
    if scale < 1.0:
        soft = cv2.resize(soft, (x1 - x0, y1 - y0), interpolation=cv2.INTER_LINEAR)
    result[y0:y1, x0:x1] = soft >= 0.5
    return result


def guided(guide: np.ndarray, image: np.ndarray, radius: int, epsilon: float) -> np.ndarray:
    """He's guided filter: `image` smoothed, but not across the edges of `guide` (float32, 0..1)."""
    size = (2 * radius + 1, 2 * radius + 1)

    def mean(values: np.ndarray) -> np.ndarray:
        return cv2.blur(values, size, borderType=cv2.BORDER_REFLECT)

    guide_mean, image_mean = mean(guide), mean(image)
    variance = mean(guide * guide) - guide_mean * guide_mean
    slope = (mean(guide * image) - guide_mean * image_mean) / (variance + epsilon)
    offset = image_mean - slope * guide_mean
    return mean(slope) * guide + mean(offset)
