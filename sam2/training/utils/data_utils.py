"""From snippets to a batch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from sam2.training.batch import VideoBatch
from sam2.training.dataset.snippet import Snippet


def collate_fn(snippets: Sequence[Snippet], dict_key: str) -> VideoBatch:
    """Snippets of equal length and size, after `ToTensorAPI`. `dict_key` names the loss."""
    lengths = {len(snippet.images) for snippet in snippets}
    shapes = {tuple(image.shape) for snippet in snippets for image in snippet.images}
    if len(lengths) > 1 or len(shapes) > 1:
        raise ValueError(
            f"snippets of {sorted(lengths)} frames and shapes {sorted(shapes)} make no batch; "
            "resize to one size, and give data sets of other lengths a batch size of their own"
        )
    images = torch.stack([torch.stack(snippet.images) for snippet in snippets], dim=1)
    masks = [np.stack([np.stack(of_frame) for of_frame in snippet.masks]) for snippet in snippets]
    counts = torch.tensor([of_video.shape[1] for of_video in masks])
    return VideoBatch(
        images_TVCHW=images,
        masks_TOHW=torch.from_numpy(np.concatenate(masks, axis=1)),
        video_O=torch.arange(len(snippets)).repeat_interleave(counts),
        names=tuple(snippet.name for snippet in snippets),
        key=dict_key,
        problems=tuple(problem for snippet in snippets for problem in snippet.problems),
    )
