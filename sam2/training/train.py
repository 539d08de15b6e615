"""Train or fine-tune SAM 2 from a configuration.

    python -m sam2.training.train -c configs/sam2.1_training/sam2.1_hiera_b+_MOSE_finetune.yaml \
        dataset.img_folder=MOSE/JPEGImages dataset.gt_folder=MOSE/Annotations --num-gpus 8

Official flags. `KEY=VALUE` arguments change the configuration. Several GPUs run through `torchrun`; on a
cluster start this module with `torchrun` in your own job script.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from hydra.errors import HydraException
from hydra.utils import instantiate
from omegaconf import DictConfig

from sam2.training.config import load_training_config
from sam2.training.trainer import Trainer


def build_trainer(config: DictConfig) -> Trainer:
    """Everything but the processes. Errors of parts come as ValueError with their own sentence."""
    try:
        return instantiate(config.trainer, _recursive_=False)
    except HydraException as error:
        raise ValueError(root_sentence(error)) from error


def root_sentence(error: BaseException) -> str:
    """What went wrong first, without the layers of Hydra around it."""
    while error.__cause__ is not None:
        error = error.__cause__
    return " ".join(str(error).split()) or type(error).__name__


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "-c", "--config", required=True, help="a configuration of sam2, or the path of a YAML file"
    )
    parser.add_argument(
        "--use-cluster", type=int, default=None, help="1 is not supported: use torchrun in a job"
    )
    parser.add_argument("--partition", help="official flag for SLURM; not used")
    parser.add_argument("--account", help="official flag for SLURM; not used")
    parser.add_argument("--qos", help="official flag for SLURM; not used")
    parser.add_argument("--num-gpus", type=int, default=None, help="GPUs (or processes) of this machine")
    parser.add_argument("--num-nodes", type=int, default=None, help="more than 1 needs torchrun on each node")
    parser.add_argument("overrides", nargs="*", metavar="KEY=VALUE")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    args = build_parser().parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    try:
        if args.use_cluster or (args.num_nodes or 1) > 1:
            raise ValueError(
                "several nodes are started by torchrun in your own job script; see docs/training.md"
            )
        config = load_training_config(args.config, args.overrides)
        if config.launcher.get("experiment_log_dir") is None:
            folder = Path("sam2_logs") / Path(args.config).stem
            overrides = [*args.overrides, f"launcher.experiment_log_dir={folder}"]
            config = load_training_config(args.config, overrides)
        processes = args.num_gpus or 1
        if processes > 1 and "RANK" not in os.environ:
            command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
            command += [f"--nproc_per_node={processes}", "-m", "sam2.training.train", *(argv or sys.argv[1:])]
            os.execv(sys.executable, command)
        build_trainer(config).run()
    except (ValueError, OSError, RuntimeError, HydraException) as error:
        print(f"train: {root_sentence(error)}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
