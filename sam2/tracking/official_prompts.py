"""The arrays that the official predictor takes, turned into prompts in video pixels."""

from __future__ import annotations

from operator import index
from typing import Any

import numpy as np
import torch

from sam2.tracking.prompts import BoxPrompt, FramePrompts, MaskPrompt, ObjectId, PointPrompt


def parse_object_id(obj_id: Any) -> ObjectId:
    """The id as it is kept: whole numbers of any kind, 0-dimensional tensors too, are ints."""
    try:
        return index(obj_id)
    except TypeError:
        pass
    try:
        hash(obj_id)
    except TypeError as error:
        raise ValueError(f"object id {obj_id!r} cannot be one; use an int or a str") from error
    return obj_id


def merge_clicks(
    earlier: FramePrompts | None,
    points: Any,
    labels: Any,
    box: Any,
    *,
    clear_old_points: bool,
    scale: tuple[float, float],
) -> FramePrompts:
    """The frame's prompts after `add_new_points_or_box`. `scale` turns the caller's x and y into video
    pixels. A mask prompt that was there gives way. ValueError if anything is amiss."""
    if (points is None) != (labels is None):
        raise ValueError("points and labels must be provided together")
    if points is None and box is None:
        raise ValueError("at least one of points or box must be provided as input")
    if box is not None and not clear_old_points:
        raise ValueError(
            "cannot add box without clearing old points, since box prompt must be provided before any point "
            "prompt (please use clear_old_points=True instead)"
        )
    clicks = () if points is None else parse_points(points, labels, scale)
    if box is not None:
        return FramePrompts(clicks, parse_box(box, scale))
    if clear_old_points or earlier is None or earlier.mask is not None:
        return FramePrompts(clicks)
    return FramePrompts(earlier.points + clicks, earlier.box)


def parse_points(points: Any, labels: Any, scale: tuple[float, float]) -> tuple[PointPrompt, ...]:
    """Points [N, 2] or [1, N, 2] with labels [N] or [1, N], 1 include and 0 exclude."""
    coords = _to_numpy(points, "points").astype(np.float64)
    signs = _to_numpy(labels, "labels")
    given = f"points have shape {coords.shape} and labels {signs.shape}; give [N, 2] and [N]"
    if coords.ndim == 3 and coords.shape[0] == 1:
        coords = coords[0]
    if signs.ndim == 2 and signs.shape[0] == 1:
        signs = signs[0]
    if coords.ndim != 2 or coords.shape[1] != 2 or signs.shape != coords.shape[:1]:
        raise ValueError(given)
    if not np.isin(signs, (0, 1)).all():
        raise ValueError(f"labels are {signs.tolist()}; use 1 to include a point and 0 to exclude it")
    return tuple(
        PointPrompt(float(x * scale[0]), float(y * scale[1]), bool(sign))
        for (x, y), sign in zip(coords, signs, strict=True)
    )


def parse_box(box: Any, scale: tuple[float, float]) -> BoxPrompt:
    """Four numbers x0, y0, x1, y1 in any nesting."""
    corners = _to_numpy(box, "box").astype(np.float64).reshape(-1)
    if corners.shape != (4,):
        raise ValueError(f"a box has {corners.size} numbers; give x0, y0, x1, y1")
    x0, y0, x1, y1 = corners.tolist()
    return BoxPrompt(x0 * scale[0], y0 * scale[1], x1 * scale[0], y1 * scale[1])


def parse_mask(mask: Any) -> MaskPrompt:
    """A mask [H, W]. Arrays count as inside where they are not 0; float tensors are taken as they are."""
    array = _to_numpy(mask, "mask")
    prompt = MaskPrompt(array)  # checks shape and NaN
    soft = isinstance(mask, torch.Tensor) and array.dtype.kind == "f"
    return prompt if soft else MaskPrompt(array != 0)


def _to_numpy(value: Any, name: str) -> np.ndarray:
    try:
        if isinstance(value, torch.Tensor):
            value = value.detach().cpu()
            return (value.float() if value.is_floating_point() else value).numpy()
        array = np.asarray(value)
        if array.dtype.kind not in "fiub":
            raise ValueError(f"dtype {array.dtype}")
        return array
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"{name} is no array of numbers ({error}); give a numpy array or a tensor"
        ) from error
