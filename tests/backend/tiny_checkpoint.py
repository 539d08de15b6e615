"""A small SAM 2 of one's own: `NAME.pt` and `NAME.yaml`, as somebody would drop them into `checkpoints/`."""

from __future__ import annotations

from pathlib import Path

from backend.domain.engines import EngineInfo
from backend.host.catalog import EngineCatalog

NAME = "sharp_128"
IMAGE_SIZE = 128


def write_tiny_checkpoint(folder: Path) -> None:
    """Sharp random weights of the tiny model at 128 pixels (about 150 MB)."""
    import torch

    from tests.sam2.sharp_weights import build_sharp

    model = build_sharp(image_size=IMAGE_SIZE)
    torch.save({"model": model.state_dict()}, folder / f"{NAME}.pt")
    write_config(folder, "t")


def write_config(folder: Path, size: str) -> None:
    """The configuration of a released size, at 128 pixels."""
    from omegaconf import OmegaConf

    from sam2.build_sam import load_config
    from tests.sam2.sharp_weights import config_name

    config = load_config(config_name(size), [f"++model.image_size={IMAGE_SIZE}"])
    OmegaConf.save(config, folder / f"{NAME}.yaml")


class TinyFirst(EngineCatalog):
    """The catalog with the tiny checkpoint first, as somebody would choose it in the app."""

    def engines(self) -> tuple[EngineInfo, ...]:
        return tuple(sorted(super().engines(), key=lambda info: info.id != NAME))
