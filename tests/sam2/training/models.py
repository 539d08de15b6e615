"""A SAM 2 to train in tests: the tiny model at 128 pixels."""

from __future__ import annotations

from typing import Any

import torch
from hydra.utils import instantiate

from sam2.build_sam import load_config
from sam2.training.batch import VideoBatch
from sam2.training.model.sam2 import SAM2Train
from tests.sam2.moving_shapes import disc, moving_discs
from tests.sam2.sharp_weights import config_name

SIZE = 128

OFFICIAL = {
    "prob_to_use_pt_input_for_train": 0.5,
    "prob_to_use_box_input_for_train": 0.5,
    "prob_to_sample_from_gt_for_train": 0.1,
    "num_frames_to_correct_for_train": 2,
    "rand_frames_to_correct_for_train": True,
    "num_init_cond_frames_for_train": 2,
    "add_all_frames_to_correct_as_cond": True,
    "num_correction_pt_per_frame": 7,
}


def build_trained(size: str = "t", **options: Any) -> SAM2Train:
    """Weights as PyTorch initialises them, from the global generator."""
    config = load_config(config_name(size), [f"++model.image_size={SIZE}"])
    config.model["_target_"] = "sam2.training.model.sam2.SAM2Train"
    return instantiate(config.model, **options)


def discs_batch(num_frames: int, num_videos: int = 1, seed: int = 0) -> VideoBatch:
    """Each video has a red and a blue disc that cross; normalised as SAM 2 wants."""
    images, masks = [], []
    for video in range(num_videos):
        frames = moving_discs(num_frames, SIZE, seed + video)
        images.append(torch.stack([torch.from_numpy(frames.read(t)) for t in range(num_frames)]))
        for place in ((0.3, 0.015, 0.5, 0.15), (0.7, -0.015, 0.6, 0.12)):
            x, step, y, radius = (SIZE * value for value in place)
            masks.append(
                torch.stack(
                    [torch.from_numpy(disc(x + step * t, y, radius, SIZE)) for t in range(num_frames)]
                )
            )
    pictures = torch.stack(images, dim=1).permute(0, 1, 4, 2, 3).float() / 255
    mean = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
    std = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)
    videos = torch.arange(num_videos).repeat_interleave(2)
    return VideoBatch((pictures - mean) / std, torch.stack(masks, dim=1), videos)
