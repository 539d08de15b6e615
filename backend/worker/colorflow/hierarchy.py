"""A merge tree of image regions: which pixels belong together, at every level of coarseness.

Superpixels come from a watershed of the smoothed Lab image. Neighbours are merged, most alike
first. The regions that hold a point are then a nested family, from a patch to the whole frame:
the candidates for what a click may mean.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from math import dist, sqrt

import cv2
import numpy as np

MIN_GROWTH = 1.08  # nested regions nearer in size than this are one candidate
SMALL = 60.0  # pixels: regions well under this merge early


@dataclass(frozen=True)
class MergeTree:
    """`labels` int32 [h, w] gives each pixel's leaf, 0..leaves-1; a merge makes node leaves, leaves+1, ..."""

    labels: np.ndarray
    parents: np.ndarray  # int32 [nodes], -1 at the root
    areas: np.ndarray  # int64 [nodes], pixels
    children: np.ndarray  # int32 [nodes, 2], -1 for leaves

    @property
    def nbytes(self) -> int:
        """Without the labels, which are those of its `Leaves`."""
        return self.parents.nbytes + self.areas.nbytes + self.children.nbytes

    def nested(self, x: int, y: int, largest: float) -> list[np.ndarray]:
        """Regions that hold the pixel, bool [h, w], smallest first, up to `largest` of the frame."""
        limit = largest * self.labels.size
        node, kept, masks = int(self.labels[y, x]), 0.0, []
        while node >= 0 and self.areas[node] <= limit:
            if self.areas[node] >= kept * MIN_GROWTH:
                masks.append(self._pixels(node))
                kept = float(self.areas[node])
            node = int(self.parents[node])
        return masks

    def _pixels(self, node: int) -> np.ndarray:
        chosen = np.zeros(int(self.labels.max()) + 1, bool)
        stack = [node]
        while stack:
            k = stack.pop()
            if self.children[k, 0] < 0:
                chosen[k] = True
            else:
                stack += [int(self.children[k, 0]), int(self.children[k, 1])]
        return chosen[self.labels]


@dataclass(frozen=True)
class Leaves:
    """The superpixels of a frame and their borders, of which several trees can be grown."""

    labels: np.ndarray  # int32 [h, w], 0..count-1
    sizes: np.ndarray  # float64 [count], pixels
    pairs: np.ndarray  # int32 [borders, 2], neighbours
    lengths: np.ndarray  # float64 [borders], pixels
    strengths: np.ndarray  # float64 [borders], mean edge strength

    @property
    def nbytes(self) -> int:
        per_border = self.pairs.nbytes + self.lengths.nbytes + self.strengths.nbytes
        return self.labels.nbytes + self.sizes.nbytes + per_border

    def means(self, image: np.ndarray) -> np.ndarray:
        """Mean of an image [h, w, c] over each leaf, float64 [count, c]."""
        flat, count = self.labels.ravel(), len(self.sizes)
        sums = [np.bincount(flat, image[..., k].ravel(), count) for k in range(image.shape[2])]
        return np.stack(sums, axis=1) / self.sizes[:, None]


def find_leaves(lab: np.ndarray, edges: np.ndarray) -> Leaves:
    """`lab` float32 [h, w, 3], smoothed; `edges` float32 [h, w], edge strength in the same units."""
    labels = _superpixels(lab, edges)
    count = int(labels.max()) + 1
    sizes = np.bincount(labels.ravel(), minlength=count).astype(np.float64)
    keys, strengths = [], []
    for one, other, strength in (
        (labels[:, :-1], labels[:, 1:], np.maximum(edges[:, :-1], edges[:, 1:])),
        (labels[:-1], labels[1:], np.maximum(edges[:-1], edges[1:])),
    ):
        apart = one != other
        a, b = one[apart].astype(np.int64), other[apart].astype(np.int64)
        keys.append(np.minimum(a, b) * count + np.maximum(a, b))
        strengths.append(strength[apart])
    key, inverse = np.unique(np.concatenate(keys), return_inverse=True)
    lengths = np.bincount(inverse).astype(np.float64)
    totals = np.bincount(inverse, np.concatenate(strengths))
    pairs = np.stack([key // count, key % count], axis=1).astype(np.int32)
    return Leaves(labels, sizes, pairs, lengths, totals / lengths)


def _superpixels(lab: np.ndarray, edges: np.ndarray) -> np.ndarray:
    smooth = cv2.GaussianBlur(edges, (0, 0), 1.2)
    low = smooth <= cv2.erode(smooth, np.ones((7, 7), np.uint8)) + 1e-3
    _, markers = cv2.connectedComponents(low.astype(np.uint8), connectivity=8)
    cv2.watershed(np.clip(lab + (0, 128, 128), 0, 255).astype(np.uint8), markers)
    # The watershed leaves -1 on its lines and on the frame's edge: give those to a neighbour.
    seeds = np.where(markers > 0, markers, 0).astype(np.float32)
    for _ in range(3):
        seeds = np.where(seeds > 0, seeds, cv2.dilate(seeds, np.ones((3, 3), np.uint8)))
    _, labels = np.unique(seeds.astype(np.int32), return_inverse=True)
    return labels.reshape(markers.shape).astype(np.int32)


def grow_tree(leaves: Leaves, features: np.ndarray, edge_weight: float) -> MergeTree:
    """Merge the two most alike neighbours until one region is left.

    `features` float [count, c] are the leaves' means in Lab-like units; unlike features and a
    strong edge (times `edge_weight`) keep regions apart, and tiny regions give way first.
    """
    count = len(leaves.sizes)
    size, mean = leaves.sizes.tolist(), [tuple(row) for row in features.tolist()]
    around: list[dict[int, tuple[float, float]]] = [{} for _ in range(count)]
    for (a, b), length, strength in zip(leaves.pairs.tolist(), leaves.lengths, leaves.strengths, strict=True):
        around[a][b] = around[b][a] = (float(length), float(length * strength * edge_weight))
    parents, children, alive = [-1] * count, [(-1, -1)] * count, [True] * count

    def cost(a: int, b: int, border: tuple[float, float]) -> float:
        small = min(size[a], size[b])
        return (0.5 * dist(mean[a], mean[b]) + border[1] / border[0]) * sqrt(small / (small + SMALL))

    heap = [(cost(a, b, around[a][b]), a, b) for a, b in leaves.pairs.tolist()]
    heapq.heapify(heap)
    while heap:
        _, a, b = heapq.heappop(heap)
        if not (alive[a] and alive[b]):
            continue
        new, total = len(size), size[a] + size[b]
        mean.append(tuple((p * size[a] + q * size[b]) / total for p, q in zip(mean[a], mean[b], strict=True)))
        size.append(total)
        parents[a] = parents[b] = new
        parents.append(-1)
        children.append((a, b))
        alive[a] = alive[b] = False
        alive.append(True)
        joined = around[a]
        del joined[b]
        for other, border in around[b].items():
            if other != a:
                had = joined.get(other)
                joined[other] = border if had is None else (had[0] + border[0], had[1] + border[1])
        around.append(joined)
        around[a] = around[b] = {}
        for other, border in joined.items():
            links = around[other]
            links.pop(a, None)
            links.pop(b, None)
            links[new] = border
            heapq.heappush(heap, (cost(new, other, border), new, other))
    return MergeTree(
        leaves.labels, np.array(parents, np.int32), np.array(size, np.int64), np.array(children, np.int32)
    )
