"""Motion between two frames: dense flow, and what is left of it when the camera's part is taken out."""

from __future__ import annotations

from collections import OrderedDict

import cv2
import numpy as np

from backend.worker.colorflow.view import ViewCache

FLOW_SIDE = 320  # longer side of the frames that the tracker's flow is computed on

CAMERA_STEP = 12  # working pixels between the vectors that the camera's motion is fitted to
MOVING = 0.8  # working pixels: less than this is noise of the flow


def dense_flow(
    source: np.ndarray, target: np.ndarray, preset: int = cv2.DISOPTICAL_FLOW_PRESET_MEDIUM
) -> np.ndarray:
    """float32 [h, w, 2]: where each pixel of gray `source` lies in `target`, minus where it was."""
    return cv2.DISOpticalFlow_create(preset).calc(source, target, None)


class FlowCache:
    """Flow between neighbouring frames, computed once for all objects."""

    def __init__(self, views: ViewCache, capacity: int = 3) -> None:
        self.views, self.capacity = views, capacity
        self._flows: OrderedDict[tuple[int, int], np.ndarray] = OrderedDict()

    def between(self, source_idx: int, target_idx: int) -> np.ndarray:
        """float32 [h, w, 2], working pixels: from `source_idx` to where it lies in `target_idx`."""
        key = (source_idx, target_idx)
        if key not in self._flows:
            source, target = self.views[source_idx].gray, self.views[target_idx].gray
            h, w = source.shape
            scale = min(1.0, FLOW_SIDE / max(h, w))
            size = (max(16, round(w * scale)), max(16, round(h * scale)))
            small = [cv2.resize(image, size, interpolation=cv2.INTER_AREA) for image in (source, target)]
            flow = dense_flow(*small)
            flow = cv2.resize(flow, (w, h), interpolation=cv2.INTER_LINEAR)
            self._flows[key] = flow * np.array([w / size[0], h / size[1]], np.float32)
        while len(self._flows) > self.capacity:
            self._flows.popitem(last=False)
        return self._flows[key]

    def clear(self) -> None:
        self._flows.clear()

    @property
    def nbytes(self) -> int:
        return sum(flow.nbytes for flow in self._flows.values())


def camera_motion(flow: np.ndarray) -> np.ndarray:
    """The dominant motion as a flow field: a similarity fitted to most of the frame."""
    h, w = flow.shape[:2]
    if min(h, w) < 3 * CAMERA_STEP:
        return np.zeros_like(flow)
    half = CAMERA_STEP // 2
    ys, xs = np.mgrid[half : h - half : CAMERA_STEP, half : w - half : CAMERA_STEP]
    start = np.stack([xs.ravel(), ys.ravel()], axis=1).astype(np.float32)
    moved = start + flow[ys.ravel(), xs.ravel()]
    cv2.setRNGSeed(0)
    affine, _ = cv2.estimateAffinePartial2D(start, moved, method=cv2.RANSAC, ransacReprojThreshold=0.7)
    if affine is None:
        return np.zeros_like(flow)
    cols, rows = np.meshgrid(np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32))
    fx = affine[0, 0] * cols + affine[0, 1] * rows + affine[0, 2] - cols
    fy = affine[1, 0] * cols + affine[1, 1] * rows + affine[1, 2] - rows
    return np.dstack([fx, fy]).astype(np.float32)


def relative_motion(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Flow less the camera's motion, float32 [h, w, 2]."""
    flow = dense_flow(source, target)
    return flow - camera_motion(flow)


def motion_at(relative: np.ndarray, x: int, y: int) -> np.ndarray:
    """The motion around a pixel, float32 [2]: a median, so that one bad vector does not matter."""
    return np.median(relative[max(y - 2, 0) : y + 3, max(x - 2, 0) : x + 3].reshape(-1, 2), axis=0)


def moves_with(relative: np.ndarray, x: int, y: int) -> np.ndarray | None:
    """How far each pixel moves as (x, y) does, float32 [h, w] in 0..1; None if that pixel stands still."""
    own = motion_at(relative, x, y)
    speed = float(np.hypot(*own))
    if speed < MOVING:
        return None
    apart = np.linalg.norm(relative - own, axis=2) / speed
    return np.clip(1.25 - apart, 0, 1).astype(np.float32)
