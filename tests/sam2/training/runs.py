"""Small training runs: the shipped MOSE configuration on a rendered folder, with a small trunk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from sam2.training.config import load_training_config
from sam2.training.train import build_trainer
from sam2.training.trainer import Trainer
from sam2.utils.annotations import AnnotationFolder, default_palette
from tests.sam2.moving_shapes import disc, moving_discs

MOSE = "configs/sam2.1_training/sam2.1_hiera_b+_MOSE_finetune.yaml"
SIZE = 128
TRUNK = "trainer.model.image_encoder.trunk"

SMALL = (
    f"{TRUNK}.embed_dim=32",
    f"{TRUNK}.num_heads=1",
    f"{TRUNK}.drop_path_rate=0",
    f"+{TRUNK}.stages=[1,1,2,1]",
    f"+{TRUNK}.global_att_blocks=[2]",
    f"+{TRUNK}.window_pos_embed_bkg_spatial_size=[4,4]",
    "trainer.model.image_encoder.neck.backbone_channel_list=[256,128,64,32]",
    "trainer.checkpoint.model_weight_initializer=null",
    "scratch.num_frames=3",
    "scratch.base_lr=2e-4",
    "scratch.vision_lr=2e-4",
    "scratch.num_epochs=2",
    "dataset.multiplier=1",
    "trainer.logging.log_freq=1",
    "+trainer.logging.log_visual_frequency=0",
)


def write_davis(root: Path, num_videos: int = 2, num_frames: int = 10, suffix: str = "jpg") -> None:
    """`JPEGImages/<video>` and `Annotations/<video>` of two discs that cross."""
    for number in range(num_videos):
        name = f"discs{number}"
        frames = moving_discs(num_frames, SIZE, seed=number)
        (root / "JPEGImages" / name).mkdir(parents=True)
        masks = AnnotationFolder(root / "Annotations" / name, per_object=False)
        for t in range(num_frames):
            Image.fromarray(frames.read(t)).save(root / "JPEGImages" / name / f"{t:05d}.{suffix}", quality=95)
            masks.write(f"{t:05d}", true_discs(t), default_palette())


def true_discs(t: int) -> dict[int, np.ndarray]:
    return {
        1: disc(SIZE * (0.3 + 0.015 * t), SIZE * 0.5, SIZE * 0.15),
        2: disc(SIZE * (0.7 - 0.015 * t), SIZE * 0.6, SIZE * 0.12),
    }


def overrides(data: Path, out: Path, *more: str, small: bool = True) -> list[str]:
    """On the CPU, without worker processes."""
    return [
        f"dataset.img_folder={data / 'JPEGImages'}",
        f"dataset.gt_folder={data / 'Annotations'}",
        f"launcher.experiment_log_dir={out}",
        "trainer.accelerator=cpu",
        f"scratch.resolution={SIZE}",
        "scratch.num_train_workers=0",
        "trainer.data.train.pin_memory=false",
        *(SMALL if small else ()),
        *more,
    ]


def trainer(data: Path, out: Path, *more: str, small: bool = True) -> Trainer:
    return build_trainer(load_training_config(MOSE, overrides(data, out, *more, small=small)))
