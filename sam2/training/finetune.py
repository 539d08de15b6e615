"""Fine-tune SAM 2 on a few annotated videos: one command from an export to a checkpoint.

    python -m sam2.training.finetune EXPORT... --base sam2.1_hiera_tiny --checkpoints checkpoints --name cells

EXPORT is a folder with `JPEGImages` and `Annotations` of each video, as Masklet's DAVIS export with frames
has it (or DAVIS, MOSE, YouTube-VOS). Prints J&F on held-out frames before and after, and writes `cells.pt`
and `cells.yaml`, which every part of Masklet can load.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from omegaconf import DictConfig, OmegaConf

from sam2.build_sam import HF_MODEL_ID_TO_FILENAMES, load_config
from sam2.training.config import load_training_config
from sam2.training.finetune_options import add_options, work_folder
from sam2.training.run_state import CHECKPOINT, write_checkpoint
from sam2.training.split import Split, split_videos
from sam2.training.train import build_trainer, root_sentence
from sam2.training.validation import Quality
from sam2.utils.checkpoint import read_state_dict

TEMPLATE = "configs/sam2.1_training/finetune.yaml"
FROZEN_ENCODER = ["image_encoder.*"]

PROMPTS = {
    "prob_to_use_pt_input_for_train": 0.5,
    "prob_to_use_box_input_for_train": 0.5,
    "prob_to_sample_from_gt_for_train": 0.1,
    "num_frames_to_correct_for_train": 2,
    "rand_frames_to_correct_for_train": True,
    "num_init_cond_frames_for_train": 2,
    "rand_init_cond_frames_for_train": True,
    "add_all_frames_to_correct_as_cond": True,
    "num_correction_pt_per_frame": 7,
    "forward_backbone_per_frame_for_eval": True,
}
"""Those of the released training settings."""


@dataclass(frozen=True)
class Plan:
    """A fine-tuning run."""

    exports: tuple[Path, ...]
    base: str  # name of weights in `checkpoints`
    checkpoints: Path
    name: str
    work: Path  # logs, splits and the run's own checkpoint: a killed run goes on from there
    held_out: float = 0.2
    resolution: int | None = None  # of the base's configuration by default
    device: str = "cuda"
    overrides: tuple[str, ...] = ()
    freeze_encoder: bool = False
    lora_rank: int | None = None


@dataclass(frozen=True)
class Outcome:
    before: Quality
    after: Quality
    checkpoint: Path


def finetune(plan: Plan) -> Outcome:
    """Split, measure, train, measure, and put the new weights beside the base's."""
    weights, model = base_model(plan)
    split = split_videos(plan.exports, plan.work / "data", plan.held_out)
    logging.info("%d frames to learn from, %d held out", split.train_frames, split.val_frames)
    first = plan.work / "base.pt"
    write_checkpoint(first, {"model": weights})
    before = _quality_before(plan, model, split, first)
    after = build_trainer(training_config(plan, model, split, first)).run()
    trained = read_state_dict(plan.work / "checkpoints" / CHECKPOINT)
    target = plan.checkpoints / f"{plan.name}.pt"
    _write_inference_config(plan, model)
    if not write_checkpoint(target, {"model": trained}):
        raise OSError(f"{target} could not be written; make room and run the command again")
    return Outcome(before, after, target)


def base_model(plan: Plan) -> tuple[dict[str, torch.Tensor], DictConfig]:
    """The weights to begin with, and their `model` configuration at the resolution wanted."""
    weights = read_state_dict(plan.checkpoints / f"{plan.base}.pt")
    own = plan.checkpoints / f"{plan.base}.yaml"
    released = {Path(file).stem: config for config, file in HF_MODEL_ID_TO_FILENAMES.values()}
    if not own.exists() and plan.base not in released:
        raise FileNotFoundError(
            f"{own} does not exist; weights of one's own need their configuration beside them"
        )
    config = load_config(own if own.exists() else released[plan.base])
    if plan.resolution is not None:
        config.model.image_size = plan.resolution
    return weights, config.model


def training_config(plan: Plan, model: DictConfig, split: Split, first: Path) -> DictConfig:
    """The template, filled in."""
    config = load_training_config(
        TEMPLATE,
        [
            f"dataset.train={split.train}",
            f"dataset.val={split.val}",
            f"launcher.experiment_log_dir={plan.work}",
            f"scratch.resolution={model.image_size}",
            f"scratch.num_frames={min(8, split.shortest)}",
            f"trainer.accelerator={plan.device}",
            *plan.overrides,
        ],
    )
    OmegaConf.set_struct(config, False)
    home = "sam2.training"
    config.trainer.model = {
        **OmegaConf.to_container(model),
        **PROMPTS,
        "_target_": f"{home}.model.sam2.SAM2Train",
    }
    config.trainer.freeze = FROZEN_ENCODER if plan.freeze_encoder else []
    if plan.lora_rank is not None:
        config.trainer.lora = {"patterns": ["image_encoder.trunk.*"], "rank": plan.lora_rank}
    config.trainer.checkpoint.model_weight_initializer = {
        "_partial_": True,
        "_target_": f"{home}.utils.checkpoint_utils.load_state_dict_into_model",
        "state_dict": {
            "_target_": f"{home}.utils.checkpoint_utils.load_checkpoint_and_apply_kernels",
            "checkpoint_path": str(first),
        },
    }
    return config


def _quality_before(plan: Plan, model: DictConfig, split: Split, first: Path) -> Quality:
    """Measured once; a run that goes on remembers it."""
    kept = plan.work / "before.json"
    if kept.exists():
        return Quality(**json.loads(kept.read_text()))
    config = training_config(plan, model, split, first)
    config.trainer.mode = "val"
    before = build_trainer(config).run()
    kept.write_text(json.dumps(vars(before)))
    return before


def _write_inference_config(plan: Plan, model: DictConfig) -> None:
    plan.checkpoints.mkdir(parents=True, exist_ok=True)
    content = "# @package _global_\n" + OmegaConf.to_yaml(OmegaConf.create({"model": model}))
    (plan.checkpoints / f"{plan.name}.yaml").write_text(content)


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("exports", nargs="+", type=Path, metavar="EXPORT")
    add_options(parser)
    return parser


def plan_of(args: argparse.Namespace) -> Plan:
    if not 0 < args.held_out < 1:
        raise ValueError(f"--held-out {args.held_out} is no share; give one between 0 and 1")
    if args.name == args.base:
        raise ValueError(f"--name {args.name} would overwrite the weights it begins with; choose another")
    return Plan(
        exports=tuple(args.exports),
        base=args.base,
        checkpoints=args.checkpoints,
        name=args.name,
        work=work_folder(args),
        held_out=args.held_out,
        resolution=args.resolution,
        device=args.device or ("cuda" if torch.cuda.is_available() else "cpu"),
        overrides=(
            f"scratch.num_epochs={args.epochs}",
            f"scratch.base_lr={args.learning_rate}",
            f"scratch.vision_lr={args.learning_rate * 0.6}",
            f"scratch.num_train_workers={args.workers}",
        ),
        freeze_encoder=args.freeze_encoder,
        lora_rank=args.lora,
    )


def main(argv: Sequence[str] | None = None) -> int:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    try:
        outcome = finetune(plan_of(build_parser().parse_args(argv)))
    except (ValueError, OSError, RuntimeError) as error:
        print(f"finetune: {root_sentence(error)}", file=sys.stderr)
        return 2
    before, after = outcome.before, outcome.after
    print(f"J&F on {after.num_objects} held-out objects: {100 * before.j_and_f:.1f} before, ", end="")
    print(f"{100 * after.j_and_f:.1f} after (J {100 * before.j:.1f} to {100 * after.j:.1f})")
    print(f"{outcome.checkpoint}: choose it in the app, or build it with its .yaml")
    return 0


if __name__ == "__main__":
    sys.exit(main())
