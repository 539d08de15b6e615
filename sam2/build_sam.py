"""Builds models and predictors from a configuration and a checkpoint."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import torch
from hydra import compose, initialize_config_dir, initialize_config_module
from hydra.core.global_hydra import GlobalHydra
from hydra.errors import InstantiationException
from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf
from torch import nn

from sam2.utils.checkpoint import load_weights, read_state_dict

_HYDRA_VERSION = "1.2"
_hydra_lock = threading.Lock()  # Hydra keeps the search path in one global object


def _released(folder: str) -> dict[str, tuple[str, str]]:
    sizes = {"tiny": "t", "small": "s", "base-plus": "b+", "large": "l"}
    return {
        f"facebook/{folder}-hiera-{size}": (
            f"configs/{folder}/{folder}_hiera_{letter}.yaml",
            f"{folder}_hiera_{size.replace('-', '_')}.pt",
        )
        for size, letter in sizes.items()
    }


HF_MODEL_ID_TO_FILENAMES = {**_released("sam2"), **_released("sam2.1")}
"""Hugging Face model id: (configuration, checkpoint file)."""

_STABLE_SINGLE_MASK = (
    # Falls back to the best of three masks where the single mask is unstable.
    "++model.sam_mask_decoder_extra_args.dynamic_multimask_via_stability=true",
    "++model.sam_mask_decoder_extra_args.dynamic_multimask_stability_delta=0.05",
    "++model.sam_mask_decoder_extra_args.dynamic_multimask_stability_thresh=0.98",
)
_VIDEO_POSTPROCESSING = (
    *_STABLE_SINGLE_MASK,
    # Memories of clicked frames hold the mask as the user saw it, not its probabilities.
    "++model.binarize_mask_from_pts_for_mem_enc=true",
    # Fills small holes in low-res masks (area in low-res pixels).
    "++model.fill_hole_area=8",
)


def build_sam2(
    config_file: str | Path,
    ckpt_path: str | Path | None = None,
    device: str | torch.device = "cuda",
    mode: str = "eval",
    hydra_overrides_extra: Sequence[str] = (),
    apply_postprocessing: bool = True,
    **kwargs: Any,
) -> nn.Module:
    """A `SAM2Base`, for the image predictor and the automatic mask generator.

    `config_file` is a name that Hydra finds (`configs/sam2.1/sam2.1_hiera_t.yaml`), or the path of a
    YAML file of your own. `hydra_overrides_extra` come last and win. Without `ckpt_path` the weights
    are random. Other keyword arguments are ignored, as in the official function.
    """
    overrides = list(_STABLE_SINGLE_MASK) if apply_postprocessing else []
    return _build(config_file, ckpt_path, device, mode, [*overrides, *hydra_overrides_extra])


def build_sam2_video_predictor(
    config_file: str | Path,
    ckpt_path: str | Path | None = None,
    device: str | torch.device = "cuda",
    mode: str = "eval",
    hydra_overrides_extra: Sequence[str] = (),
    apply_postprocessing: bool = True,
    vos_optimized: bool = False,
    **kwargs: Any,
) -> nn.Module:
    """A `SAM2VideoPredictor`; with `vos_optimized` one whose parts are compiled. Else as `build_sam2`."""
    module = "sam2.sam2_video_predictor"
    overrides = [f"++model._target_={module}.SAM2VideoPredictor"]
    if vos_optimized:
        overrides = [f"++model._target_={module}.SAM2VideoPredictorVOS", "++model.compile_image_encoder=True"]
    if apply_postprocessing:
        overrides += _VIDEO_POSTPROCESSING
    return _build(config_file, ckpt_path, device, mode, [*overrides, *hydra_overrides_extra])


def build_sam2_hf(model_id: str, **kwargs: Any) -> nn.Module:
    """`build_sam2` for a released model by its Hugging Face id, such as "facebook/sam2.1-hiera-tiny"."""
    config_file, ckpt_path = _hf_download(model_id)
    return build_sam2(config_file=config_file, ckpt_path=ckpt_path, **kwargs)


def build_sam2_video_predictor_hf(model_id: str, **kwargs: Any) -> nn.Module:
    """`build_sam2_video_predictor` for a released model by its Hugging Face id."""
    config_file, ckpt_path = _hf_download(model_id)
    return build_sam2_video_predictor(config_file=config_file, ckpt_path=ckpt_path, **kwargs)


def load_config(config_file: str | Path, overrides: Sequence[str] = ()) -> DictConfig:
    """The resolved configuration. Names inside this package go first, then paths of YAML files. Where
    Hydra is already initialised by the caller, its own search path is used, as officially."""
    name = str(config_file)
    with _hydra_lock:
        with _search_path(name) as (config_name, extra):
            config = compose(config_name=config_name, overrides=[*extra, *overrides])
    OmegaConf.resolve(config)
    return config


@contextmanager
def _search_path(name: str) -> Iterator[tuple[str, list[str]]]:
    """Makes Hydra find `name`; gives the name to compose and overrides that this needs."""
    path = Path(name)
    in_package = any((files("sam2") / candidate).is_file() for candidate in (name, f"{name}.yaml"))
    if path.is_file() and not (in_package and not path.is_absolute()):
        # A YAML file of the user's. Its defaults list may name the official ones.
        previous = GlobalHydra.instance().hydra
        GlobalHydra.instance().clear()
        try:
            with initialize_config_dir(str(path.resolve().parent), version_base=_HYDRA_VERSION):
                yield path.name, ["hydra.searchpath=[pkg://sam2]"]
        finally:
            GlobalHydra.instance().hydra = previous
    elif GlobalHydra.instance().is_initialized():
        yield name, []
    elif in_package:
        with initialize_config_module("sam2", version_base=_HYDRA_VERSION):
            yield name, []
    else:
        known = sorted(config for config, _ in HF_MODEL_ID_TO_FILENAMES.values())
        raise FileNotFoundError(
            f"there is no configuration {name}; give the path of a YAML file, or one of {', '.join(known)}"
        )


def _build(
    config_file: str | Path,
    ckpt_path: str | Path | None,
    device: str | torch.device,
    mode: str,
    overrides: Sequence[str],
) -> nn.Module:
    device = _usable_device(device)
    # Read first: a bad file should not cost the time that building a large model takes.
    weights = None if ckpt_path is None else read_state_dict(ckpt_path)
    config = load_config(config_file, overrides)
    if "_target_" not in config.get("model", {}):
        raise ValueError(f"{config_file} has no 'model' with a _target_; it is no SAM 2 configuration")
    try:
        model = instantiate(config.model, _recursive_=True)
    except InstantiationException as error:
        # Its own message is of several lines, around the sentence of the part that refused.
        why = error.__cause__ or error
        raise ValueError(f"{config_file}: {str(why).splitlines()[0]}") from error
    if weights is not None:
        load_weights(model, weights, Path(ckpt_path).name)
    model = model.to(device)
    return model.eval() if mode == "eval" else model


def _usable_device(device: str | torch.device | None) -> torch.device:
    try:
        device = torch.device("cpu" if device is None else device)
    except (RuntimeError, TypeError) as error:
        raise ValueError(f"{device!r} is no device; give for example 'cpu' or 'cuda'") from error
    if device.type == "cuda" and not torch.cuda.is_available():
        raise ValueError("device 'cuda' cannot be used: no GPU is visible to this PyTorch; pass device='cpu'")
    if device.type == "mps" and not torch.backends.mps.is_available():
        raise ValueError("device 'mps' cannot be used on this machine; pass device='cpu'")
    try:
        torch.empty(1, device=device)  # such as a GPU number that is not there
    except (RuntimeError, AssertionError, ImportError) as error:
        why = str(error).splitlines()[0]
        raise ValueError(f"device '{device}' cannot be used ({why}); pass device='cpu'") from error
    return device


def _hf_download(model_id: str) -> tuple[str, str]:
    """The configuration and the local path of the checkpoint of a released model, from the local Hugging
    Face cache or the network."""
    if model_id not in HF_MODEL_ID_TO_FILENAMES:
        raise ValueError(f"model id {model_id!r} is none of {', '.join(HF_MODEL_ID_TO_FILENAMES)}")
    try:
        from huggingface_hub import hf_hub_download
    except ImportError as error:
        raise ImportError("loading by model id needs huggingface_hub; pip install huggingface_hub") from error
    config_file, checkpoint = HF_MODEL_ID_TO_FILENAMES[model_id]
    try:
        return config_file, hf_hub_download(repo_id=model_id, filename=checkpoint)
    except (OSError, ValueError) as error:
        raise FileNotFoundError(
            f"{checkpoint} of {model_id} is neither in the local Hugging Face cache nor could it be "
            "downloaded; download it yourself and pass its path to build_sam2"
        ) from error


def _load_checkpoint(model: nn.Module, ckpt_path: str | Path | None) -> None:
    """Loads a checkpoint into a model (the official helper, which people import)."""
    if ckpt_path is not None:
        load_weights(model, read_state_dict(ckpt_path), Path(ckpt_path).name)
