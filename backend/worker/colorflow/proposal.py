"""What a click may mean: candidate regions around a point, each with a score.

Candidates come from three sources: the merge tree, flood fills at several tolerances, and, where
the point moves against the background, the pixels that move with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log10

import cv2
import numpy as np

from backend.worker.colorflow.hierarchy import Leaves, MergeTree, find_leaves, grow_tree
from backend.worker.colorflow.motion import motion_at, moves_with
from backend.worker.colorflow.view import FrameView

TOLERANCES = (4, 6, 9, 12, 16, 21, 27, 35)  # Lab units from the clicked colour
LARGEST = 0.5  # of the frame
CENTRAL = 0.7  # of the greatest depth of a region counts as its middle
DISCS = (0.6, 1.0, 1.5)  # radii around a correcting click, in its distance from the edge
MIN_AREA = 12  # working pixels
MOTION_GAIN = 14.0  # Lab units that one click's worth of motion weighs in the motion tree
COLOUR_SHARE = 0.15  # of colour's own weight, in the motion tree
KERNEL3 = np.ones((3, 3), np.uint8)
KERNEL5 = np.ones((5, 5), np.uint8)


@dataclass(frozen=True)
class Features:
    """Why a region looks like an object, or not. All in 0..1 but the area."""

    edge: float  # mean strength of the image edges under its boundary
    weak: float  # share of the boundary without any edge: a leak
    contrast: float  # distance between the colours inside and around
    log_area: float  # of its share of the frame
    on_border: float  # share of the outline on the frame's border
    solidity: float  # area over that of its convex hull
    central: float  # 1 where the click lies in the middle of the region, as clicks do
    depth: float  # distance from the region's innermost pixel to its edge, working pixels
    moving: float  # 1 where the click moves against the background
    inside_moves: float  # share of the region that moves with the click
    around_moves: float  # share of its surroundings that does so too


@dataclass(frozen=True)
class Proposal:
    """A candidate region, bool [h, w] at working size, and the engine's estimate of its IoU."""

    mask: np.ndarray
    score: float


@dataclass(frozen=True)
class Scene:
    """What is known of a frame, whatever is clicked on it."""

    view: FrameView
    leaves: Leaves
    colour_tree: MergeTree
    relative: np.ndarray  # float32 [h, w, 2], motion less the camera's, working pixels

    @classmethod
    def of(cls, view: FrameView, relative: np.ndarray) -> Scene:
        leaves = find_leaves(view.smooth, view.edges)
        return cls(view, leaves, grow_tree(leaves, leaves.means(view.smooth), 1.0), relative)

    @property
    def nbytes(self) -> int:
        return self.view.nbytes + self.leaves.nbytes + self.colour_tree.nbytes + self.relative.nbytes

    def motion_tree(self, x: int, y: int) -> MergeTree:
        """Merges what moves alike, measured against the motion at (x, y); colour only breaks ties."""
        unit = MOTION_GAIN / float(np.hypot(*motion_at(self.relative, x, y)))
        features = np.column_stack(
            [
                self.leaves.means(self.relative) * unit,
                self.leaves.means(self.view.smooth[..., :1]) * COLOUR_SHARE,
            ]
        )
        return grow_tree(self.leaves, features, COLOUR_SHARE)


def candidates(scene: Scene, together: np.ndarray | None, x: int, y: int) -> list[np.ndarray]:
    """Distinct regions that hold (x, y); `together` is what moves with it."""
    masks = scene.colour_tree.nested(x, y, LARGEST) + _floods(scene.view, x, y)
    if together is not None:
        masks += scene.motion_tree(x, y).nested(x, y, LARGEST)
    limit = LARGEST * scene.leaves.labels.size
    kept: list[np.ndarray] = []
    for mask in masks:
        area = int(np.count_nonzero(mask))
        if MIN_AREA <= area <= limit and not any(_same(mask, area, other) for other in kept):
            kept.append(mask)
    return kept


def _same(mask: np.ndarray, area: int, other: np.ndarray) -> bool:
    shared = int(np.count_nonzero(mask & other))
    return shared > 0.95 * (area + int(np.count_nonzero(other)) - shared)


def _floods(view: FrameView, x: int, y: int) -> list[np.ndarray]:
    image = np.clip(cv2.GaussianBlur(view.smooth, (0, 0), 1.2) + (0, 128, 128), 0, 255).astype(np.uint8)
    flags = 4 | cv2.FLOODFILL_FIXED_RANGE | cv2.FLOODFILL_MASK_ONLY | (1 << 8)
    masks = []
    for tolerance in TOLERANCES:
        sheet = np.zeros((image.shape[0] + 2, image.shape[1] + 2), np.uint8)
        cv2.floodFill(image, sheet, (x, y), 0, (tolerance,) * 3, (tolerance,) * 3, flags)
        masks.append(cv2.morphologyEx(sheet[1:-1, 1:-1], cv2.MORPH_CLOSE, KERNEL5).astype(bool))
    return masks


def describe(view: FrameView, mask: np.ndarray, together: np.ndarray | None, x: int, y: int) -> Features:
    """Measure a region that holds (x, y)."""
    h, w = mask.shape
    left, top, mw, mh = cv2.boundingRect(mask.astype(np.uint8))
    margin = max(6, int(0.15 * max(mw, mh)))
    x0, y0 = max(left - margin, 0), max(top - margin, 0)
    box = np.s_[y0 : top + mh + margin, x0 : left + mw + margin]
    inner = mask[box].astype(np.uint8)
    area = int(inner.sum())
    outline = inner - cv2.erode(inner, KERNEL3, borderType=cv2.BORDER_CONSTANT, borderValue=1)
    strength = cv2.dilate(view.edges[box], KERNEL3)[outline > 0]
    border = int(mask[0].sum() + mask[-1].sum() + mask[:, 0].sum() + mask[:, -1].sum())
    length = max(len(strength), 1)
    reach = max(3, int(0.08 * np.sqrt(area)))
    ring = cv2.dilate(inner, np.ones((2 * reach + 3, 2 * reach + 3), np.uint8)) - cv2.dilate(inner, KERNEL3)
    depth = cv2.distanceTransform(cv2.copyMakeBorder(inner, 1, 1, 1, 1, cv2.BORDER_CONSTANT), cv2.DIST_L2, 3)
    hull = cv2.convexHull(cv2.findNonZero(inner))
    hull_area = max(cv2.contourArea(hull), area)
    return Features(
        edge=float(np.mean(strength / (strength + 4.0))) if len(strength) else 0.0,
        weak=float(np.mean(strength < 1.5)) if len(strength) else 1.0,
        contrast=_contrast(view.smooth[box], inner > 0, ring > 0),
        log_area=float(np.log10(area / (h * w))),
        on_border=border / (border + length),
        solidity=area / hull_area,
        central=min(1.0, float(depth[y - y0 + 1, x - x0 + 1]) / (CENTRAL * max(float(depth.max()), 1.0))),
        depth=float(depth.max()),
        moving=float(together is not None),
        inside_moves=float(together[box][inner > 0].mean()) if together is not None else 0.0,
        around_moves=float(together[box][ring > 0].mean()) if together is not None and ring.any() else 0.0,
    )


def _contrast(lab: np.ndarray, inside: np.ndarray, around: np.ndarray) -> float:
    """Hellinger distance between two coarse colour histograms."""
    if not inside.any() or not around.any():
        return 0.0
    bins = (np.clip(lab + (0, 64, 64), 0, 127) // (13, 10, 10)).astype(np.int32)
    code = (bins[..., 0] * 13 + bins[..., 1]) * 13 + bins[..., 2]
    p = np.bincount(code[inside], minlength=13**3) / inside.sum()
    q = np.bincount(code[around], minlength=13**3) / around.sum()
    return float(np.sqrt(max(0.0, 1.0 - np.sqrt(p * q).sum())))


def propose(scene: Scene, x: int, y: int) -> list[Proposal]:
    """What a first click at (x, y) may mean, best first."""
    together = moves_with(scene.relative, x, y)
    masks = candidates(scene, together, x, y)
    scored = [Proposal(mask, rate(describe(scene.view, mask, together, x, y))) for mask in masks]
    return sorted(scored, key=lambda proposal: -proposal.score)


def propose_part(scene: Scene, x: int, y: int, allowed: np.ndarray) -> list[Proposal]:
    """What a correcting click may mean: parts of `allowed`, bool [h, w], that hold (x, y), best first.

    A click in the middle of an error is as far from the allowed region's edge as the error is
    deep, so discs of about that radius are candidates too, and the only ones that always exist.
    """
    together = moves_with(scene.relative, x, y)
    reach = _depth_at(allowed, x, y)
    masks = [_part_at(mask & allowed, x, y) for mask in candidates(scene, together, x, y)]
    masks += [_disc_at(allowed, x, y, share * reach) for share in DISCS]
    found = []
    for mask in masks:
        if mask is not None:
            features = describe(scene.view, mask, together, x, y)
            found.append(Proposal(mask, rate_part(features, reach, mask.size)))
    return sorted(found, key=lambda proposal: -proposal.score)


def is_middle(change: np.ndarray, x: int, y: int) -> bool:
    """Does (x, y) lie in the middle of its part of `change`, bool [h, w], as a correcting click does?"""
    part = _part_at(change, x, y)
    if part is None:
        return False
    padded = cv2.copyMakeBorder(part.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    depth = cv2.distanceTransform(padded, cv2.DIST_L2, 3)
    return float(depth[y + 1, x + 1]) >= CENTRAL * float(depth.max())


def _depth_at(allowed: np.ndarray, x: int, y: int) -> float:
    """Distance from (x, y) to what is not allowed, at least 1; the frame's border does not count."""
    padded = cv2.copyMakeBorder(allowed.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    if padded.all():
        return float(max(allowed.shape))
    return max(1.0, float(cv2.distanceTransform(padded, cv2.DIST_L2, 5)[y + 1, x + 1]))


def _part_at(mask: np.ndarray, x: int, y: int) -> np.ndarray | None:
    labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)[1]
    return labels == labels[y, x] if labels[y, x] else None


def _disc_at(allowed: np.ndarray, x: int, y: int, radius: float) -> np.ndarray:
    sheet = np.zeros(allowed.shape, np.uint8)
    cv2.circle(sheet, (x, y), max(1, round(radius)), 1, -1)
    return (sheet > 0) & allowed


def rate(features: Features) -> float:
    """How much a region looks like an object, 0..1.

    A weighted sum of what makes one: edges all around, colours (and, where the click moves,
    motion) unlike the surroundings, a size that people click, the click in its middle. The
    weights were fitted on rendered clips of four seeds, the gallery's among them, and are rounded.
    """
    overlap = log10(1.01 - features.contrast**2)
    size = features.log_area
    total = (
        11.3 * features.edge
        - 2.5 * overlap * (1.0 + 0.4 * features.moving)
        + 4.4 * size
        - 2.3 * (size + 2.0) ** 2
        + 4.8 * features.solidity
        + 7.5 * features.central
        - 1.7 * features.around_moves
    )
    return 1.0 / (1.0 + exp(-(total - 10.6) / 4.0))


def rate_part(features: Features, reach: float, pixels: int) -> float:
    """How much a region looks like the part that a correcting click means; only the order counts.

    `reach` is the click's distance from the edge of what may change, `pixels` the frame's size.
    """
    overlap = log10(1.01 - features.contrast**2)
    grown = features.log_area + log10(pixels / (3.14 * reach * reach))  # against the disc of that radius
    return (
        6.0 * features.edge
        - 2.9 * features.weak
        - 1.2 * overlap * (1.0 + 0.5 * features.moving)
        + 3.5 * features.solidity
        + 4.5 * features.central
        - 2.1 * min(features.depth / reach, 1.0)
        - 0.6 * features.log_area
        - 0.6 * grown
        - 0.27 * grown**2
    )
