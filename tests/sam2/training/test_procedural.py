"""Procedural video as data sets: as frames, and as scenes that are drawn on the device that trains."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from sam2.procedural.samples import BlobSample
from sam2.training.config import load_training_config
from sam2.training.dataset.procedural import ProceduralDataset
from sam2.training.dataset.procedural_scenes import ProceduralScenes, SceneBatch, collate_scenes
from sam2.training.dataset.transforms import NormalizeAPI, RandomResizeAPI, ToTensorAPI
from sam2.training.train import build_trainer
from sam2.training.utils.data_utils import collate_fn

SIZE = 96
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
CPU = torch.device("cpu")


def test_it_is_a_data_set_like_the_others() -> None:
    steps = (RandomResizeAPI(64, True, square=True), ToTensorAPI())
    source = ProceduralDataset(steps, 8, 4, 3, SIZE, SIZE, themed_share=0)
    snippets = [source.draw(index, np.random.default_rng(0)) for index in (0, 1)]
    batch = collate_fn(snippets, dict_key="all")
    assert batch.images_TVCHW.shape == (4, 2, 3, 64, 64) and batch.num_frames == 4
    assert all(mask.any() for snippet in snippets for mask in snippet.masks[0])
    assert 1 <= batch.num_objects <= 6
    assert len(source) == len(source.repeat_factors) == 8


def test_a_share_of_it_shows_themes_and_is_painted_beforehand() -> None:
    source = ProceduralDataset((), 4, 2, 3, SIZE, SIZE, themed_share=0.3)
    themes = [source.samples.theme(index) for index in range(4)]
    assert any(themes) and not all(themes)
    names = [source.draw(index, np.random.default_rng(0)).name for index in range(4)]
    for name, clip in zip(names, themes, strict=True):
        assert name.startswith("procedural" if clip is None else clip.name)
        assert clip is None or clip._scene is not None


def drawn(indices: range, **options) -> tuple[ProceduralScenes, SceneBatch]:
    source = ProceduralScenes(8, 3, 3, SIZE, SIZE, **options)
    snippets = [source.draw(index, np.random.default_rng(0)) for index in indices]
    return source, collate_scenes(snippets, "all", MEAN, STD)


def test_scenes_become_the_batch_that_frames_become() -> None:
    """The same things on the same frames, normalised the same; noise and compression differ."""
    scenes, batch = drawn(range(4))
    found = batch.to(CPU)
    frames = ProceduralDataset((ToTensorAPI(), NormalizeAPI(MEAN, STD)), 8, 3, 3, SIZE, SIZE, themed_share=0)
    truth = collate_fn([frames.draw(i, np.random.default_rng(0)) for i in range(4)], "all")
    assert found.names == truth.names and torch.equal(found.video_O, truth.video_O)
    assert found.images_TVCHW.shape == truth.images_TVCHW.shape
    assert found.masks_TOHW.dtype == torch.bool
    both = (found.masks_TOHW & truth.masks_TOHW).sum().item()
    assert both / (found.masks_TOHW | truth.masks_TOHW).sum().item() > 0.98
    plain = [i for i in range(4) if _is_plain(scenes.samples.by_chance(i))]
    for i in range(4):
        off = (found.images_TVCHW[:, i] - truth.images_TVCHW[:, i]).abs().mean().item()
        assert off < (0.01 if i in plain else 0.25), i


def _is_plain(sample: BlobSample) -> bool:
    return sample.scene.look.noise == 0 and sample.scene.look.jpeg_quality is None


def test_scenes_of_several_sizes_make_no_batch() -> None:
    snippets = [
        ProceduralScenes(1, 2, 3, side, SIZE).draw(0, np.random.default_rng(0)) for side in (SIZE, 64)
    ]
    with pytest.raises(ValueError, match="make no batch"):
        collate_scenes(snippets, "all", MEAN, STD)


FEW = ("images=2", "image_batch=2", "videos=2", "video_batch=2", "num_frames=2", "num_epochs=2")


@pytest.mark.parametrize("workers", [0, 2])
def test_a_model_learns_from_scenes_that_are_drawn_where_it_is(tmp_path: Path, workers: int) -> None:
    changes = [f"scratch.{one}" for one in FEW] + [f"launcher.experiment_log_dir={tmp_path}"]
    changes += [
        f"scratch.num_workers={workers}",
        "trainer.logging.log_freq=1",
        "+trainer.logging.log_scalar_frequency=1",
    ]
    trainer = build_trainer(load_training_config("configs/nano/train_on_device.yaml", changes))
    before = {name: value.clone() for name, value in trainer.model.state_dict().items()}
    trainer.run()
    lines = [json.loads(line) for line in (tmp_path / "logs" / "scalars.jsonl").read_text().splitlines()]
    assert len(lines) == 4 and all(np.isfinite(line["train/core_loss"]) for line in lines)
    assert all(0 <= line["train/waiting"] <= 1 for line in lines)
    after = trainer.model.state_dict()
    assert any(not torch.equal(before[name], after[name]) for name in before)
