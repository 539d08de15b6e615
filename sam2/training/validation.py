"""How good the model is while it learns: J and F on held-out snippets, and a sheet of pictures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import numpy as np
import torch
from torch import Tensor

from sam2.evaluation.report import WorstFrame, draw_worst
from sam2.evaluation.scores import FrameScore, score_mask
from sam2.training.batch import VideoBatch
from sam2.training.model.sam2 import FrameOutput, SAM2Train

IMAGE_MEAN, IMAGE_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
MAX_FRAMES_SHOWN = 8


@dataclass(frozen=True)
class Quality:
    """Means over objects and frames, without each snippet's first frame, which was the prompt's (unless it is
    the only one). At the model's resolution."""

    j: float
    f: float
    num_objects: int

    @property
    def j_and_f(self) -> float:
        return (self.j + self.f) / 2


def final_masks(model: SAM2Train, outputs: Sequence[FrameOutput]) -> np.ndarray:
    """bool [T, O, S, S]."""
    logits = [model.resize_to_model(output.final.low_res_logits_B1HW)[:, 0] for output in outputs]
    return (torch.stack(logits) > 0).cpu().numpy()


def scores_of(found_TOHW: np.ndarray, batch: VideoBatch) -> list[FrameScore]:
    truth = batch.masks_TOHW.cpu().numpy()
    first = 1 if len(truth) > 1 else 0
    return [
        score_mask(f"{t}", found_TOHW[t, o], truth[t, o])
        for o in range(truth.shape[1])
        for t in range(first, len(truth))
    ]


def quality(scores: Iterable[FrameScore], num_objects: int) -> Quality:
    every = list(scores)
    return Quality(fmean(s.j for s in every), fmean(s.f for s in every), num_objects)


def draw_sheet(path: Path, batch: VideoBatch, found_TOHW: np.ndarray) -> None:
    """The first object's frames, truth in green and mask in red."""
    truth = batch.masks_TOHW.cpu().numpy()
    frames = [
        WorstFrame(
            f"frame {t} of {batch.names[int(batch.video_O[0])] if batch.names else 'a snippet'}",
            _picture(batch.images_TVCHW[t, int(batch.video_O[0])]),
            found_TOHW[t, 0],
            truth[t, 0],
        )
        for t in range(min(len(truth), MAX_FRAMES_SHOWN))
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    draw_worst(path, frames, columns=4)


def _picture(image_CHW: Tensor) -> np.ndarray:
    mean, std = (torch.tensor(values).view(3, 1, 1) for values in (IMAGE_MEAN, IMAGE_STD))
    pixels = (image_CHW.cpu().float() * std + mean).clamp(0, 1) * 255
    return pixels.byte().permute(1, 2, 0).numpy()
