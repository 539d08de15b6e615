"""Runs on a CPU: they learn, go on where they were killed, and do not begin where they cannot train."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
import torch

from sam2.build_sam import build_sam2
from sam2.training.lora import add_adapters, merged_state_dict
from sam2.training.optimizer import construct_optimizer, layer_decay_param_modifier
from sam2.training.run_state import write_checkpoint
from sam2.training.schedules import CompositeParamScheduler, ConstantParamScheduler, CosineParamScheduler
from sam2.training.train import main
from sam2.utils.checkpoint import read_state_dict
from tests.sam2.training.models import build_trained
from tests.sam2.training.runs import MOSE, overrides, trainer, write_davis


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("davis")
    write_davis(folder)
    return folder


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


VALIDATION = (
    "trainer.mode=train",
    "+trainer.data.val=${trainer.data.train}",
    "+trainer.val_epoch_freq=100",
)


def scalars(out) -> list[dict]:
    return [json.loads(line) for line in (out / "logs" / "scalars.jsonl").read_text().splitlines()]


def weights(out) -> dict[str, torch.Tensor]:
    return read_state_dict(out / "checkpoints" / "checkpoint.pt")


def same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def test_it_learns_ten_frames_by_heart(data, tmp_path):
    """From random weights, shown the first frame's mask."""
    more = [
        "scratch.num_epochs=30",
        "scratch.base_lr=6e-4",
        "scratch.vision_lr=6e-4",
        "trainer.model.prob_to_use_pt_input_for_train=0",
        "trainer.model.num_init_cond_frames_for_train=1",
        "trainer.model.memory_attention.num_layers=1",
        "vos.train_transforms.0.transforms=${learn}",
        "+learn=[{_target_: training.dataset.transforms.RandomResizeAPI, sizes: 128, "
        "consistent_transform: true, square: true}, {_target_: training.dataset.transforms.ToTensorAPI}, "
        "{_target_: training.dataset.transforms.NormalizeAPI, mean: [0.485, 0.456, 0.406], "
        "std: [0.229, 0.224, 0.225]}]",
    ]
    run = trainer(data, tmp_path, *more, *VALIDATION)
    result = run.run()
    losses = [line["train/core_loss"] for line in scalars(tmp_path) if "train/core_loss" in line]
    assert losses[-1] < losses[0] / 3
    assert result.j > 0.7


def test_the_official_mose_file_takes_steps_with_its_paths_changed(data, tmp_path):
    """Its base+ network from a checkpoint; only paths, size and device are other."""
    torch.manual_seed(0)
    model = build_sam2("configs/sam2.1/sam2.1_hiera_b+.yaml", device="cpu", apply_postprocessing=False)
    torch.save({"model": model.state_dict()}, tmp_path / "base_plus.pt")
    before = model.state_dict()
    path = "trainer.checkpoint.model_weight_initializer.state_dict.checkpoint_path"
    more = [f"{path}={tmp_path / 'base_plus.pt'}", "scratch.num_epochs=1", "dataset.multiplier=0.5"]
    run = trainer(data, tmp_path / "out", *more, small=False)
    run.run()
    assert 0 < run.progress.steps <= 2
    after = weights(tmp_path / "out")
    assert after.keys() == before.keys() and not same(after, before)
    assert build_sam2(
        "configs/sam2.1/sam2.1_hiera_b+.yaml", tmp_path / "out/checkpoints/checkpoint.pt", device="cpu"
    )


class Killed(Exception):
    pass


def killed_after(run, steps: int):
    step = run._step

    def until(batch):
        if run.progress.steps == steps:
            raise Killed
        step(batch)

    run._step = until
    with pytest.raises(Killed):
        run.run()


@pytest.mark.parametrize("at", [1, 3])
def test_a_killed_run_goes_on_bit_for_bit(data, tmp_path, at):
    """In the middle of the first epoch, and of the second. Augmentations, clicks and dropout are on."""
    more = ["+trainer.checkpoint.save_every_steps=1"]
    trainer(data, tmp_path / "whole", *more).run()
    killed_after(trainer(data, tmp_path / "cut", *more), at)
    torch.manual_seed(99)  # another process begins with other random numbers
    again = trainer(data, tmp_path / "cut", *more)
    again.run()
    assert again.progress.steps == 4
    assert same(weights(tmp_path / "whole"), weights(tmp_path / "cut"))


def test_what_is_lost_is_since_the_last_checkpoint_and_a_full_disk_keeps_it(tmp_path, caplog):
    path = tmp_path / "checkpoint.pt"
    assert write_checkpoint(path, {"steps": 1})
    full = open("/dev/full", "wb") if os.path.exists("/dev/full") else None
    if full is None:
        pytest.skip("there is no /dev/full here")
    full.close()
    (tmp_path / "checkpoint.part").symlink_to("/dev/full")
    assert not write_checkpoint(path, {"steps": 2, "weights": torch.zeros(10_000)})
    assert torch.load(path, weights_only=True) == {"steps": 1}
    assert "could not be written" in caplog.text
    assert write_checkpoint(path, {"steps": 3}) and torch.load(path, weights_only=True) == {"steps": 3}


def test_two_processes_are_one_with_twice_the_batch(data, tmp_path):
    """Without anything random in a sample; gradients are averaged, so equal to rounding."""
    still = [
        "trainer.model.prob_to_use_pt_input_for_train=0",
        "trainer.model.num_init_cond_frames_for_train=1",
        "trainer.model.memory_attention.layer.dropout=0",
        "trainer.model.memory_attention.layer.self_attention.dropout=0",
        "trainer.model.memory_attention.layer.cross_attention.dropout=0",
        "scratch.max_num_objects=2",
    ]
    trainer(data, tmp_path / "one", *still, "scratch.train_batch_size=2").run()
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2"]
    command += ["-m", "sam2.training.train", "-c", MOSE, *overrides(data, tmp_path / "two", *still)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    one, two = weights(tmp_path / "one"), weights(tmp_path / "two")
    assert one.keys() == two.keys()
    assert max((one[name] - two[name]).abs().max().item() for name in one) < 2e-4


def test_learning_rates_fall_towards_the_first_layers_and_follow_their_schedule():
    torch.manual_seed(0)
    model = build_trained()
    scales = layer_decay_param_modifier(model, 0.9, overrides=[{"pattern": "*pos_embed*", "value": 1.0}])
    last = model.image_encoder.trunk.get_num_layers() + 1
    assert scales["image_encoder.trunk.blocks.0.norm1.weight"] == pytest.approx(0.9 ** (last - 1))
    assert scales["image_encoder.trunk.patch_embed.proj.weight"] == pytest.approx(0.9**last)
    assert scales["image_encoder.trunk.pos_embed"] == 1.0

    home = "sam2.training.schedules"
    options = {
        "lr": [
            {"scheduler": {"_target_": f"{home}.CosineParamScheduler", "start_value": 1.0, "end_value": 0.0}},
            {
                "scheduler": {"_target_": f"{home}.ConstantParamScheduler", "value": 0.5},
                "param_names": ["image_encoder.*"],
            },
        ]
    }
    optimizer = construct_optimizer(model, {"_target_": "torch.optim.AdamW"}, options)
    optimizer.set(0.5)
    assert sorted(group["lr"] for group in optimizer.optimizer.param_groups) == pytest.approx([0.5, 0.5])
    optimizer.set(1.0)
    assert sorted(group["lr"] for group in optimizer.optimizer.param_groups) == pytest.approx([0.0, 0.5])
    every = sum(len(group["params"]) for group in optimizer.optimizer.param_groups)
    assert every == len(list(model.parameters()))


def test_schedules():
    cosine = CosineParamScheduler(1.0, 0.2)
    assert [round(cosine(w), 6) for w in (0, 0.5, 1)] == [1.0, 0.6, 0.2]
    warm = CompositeParamScheduler([ConstantParamScheduler(5), cosine], [0.5, 0.5], ["rescaled", "rescaled"])
    assert warm(0.25) == 5 and warm(0.5) == 1.0 and warm(1.0) == pytest.approx(0.2)
    with pytest.raises(ValueError, match="add up to 0.7"):
        CompositeParamScheduler([cosine, cosine], [0.5, 0.2], ["fixed", "fixed"])


def test_adapters_change_nothing_at_first_and_fold_into_the_weights():
    torch.manual_seed(0)
    model = build_trained()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    names = add_adapters(model, ["image_encoder.trunk.*qkv"], rank=2)
    assert same(merged_state_dict(model), before)
    learning = [name for name, p in model.named_parameters() if "qkv" in name and p.requires_grad]
    assert len(learning) == 2 * len(names)
    for name in names:
        torch.nn.init.ones_(model.get_submodule(name).parametrizations.weight[0].up)
    merged = merged_state_dict(model)
    changed = {name for name in merged if not torch.equal(merged[name], before[name])}
    assert changed == {f"{name}.weight" for name in names}


def test_frozen_parameters_stay(data, tmp_path):
    torch.manual_seed(0)
    run = trainer(data, tmp_path, "+trainer.freeze=[image_encoder.*]", "scratch.num_epochs=1")
    before = {name: value.clone() for name, value in run.model.state_dict().items()}
    run.run()
    after = weights(tmp_path)
    changed = {name for name in after if not torch.equal(after[name], before[name])}
    assert changed and not any(name.startswith("image_encoder.") for name in changed)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("+trainer.max_epoch=3", "max_epoch"),
        ("trainer.mode=fast", "trainer.mode is 'fast'; use train, train_only, val"),
        ("+trainer.optim.amp.dtype=x", "trainer.optim.amp.dtype is unknown; trainer.optim.amp takes"),
        ("+trainer.model.num_clicks=3", "num_clicks"),
        ("scratch.train_batch_size=9", "an epoch has no batch (2 videos in batches of 9"),
        ("scratch.num_epochs=many", "many"),
        ("+trainer.freeze=[trunk.*]", "trainer.freeze: 'trunk.*' fits no parameter"),
        ("trainer.optim.options.lr.1.param_names=[encoder.*]", "param_names 'encoder.*' fits no parameter"),
        ("dataset.img_folder=/nowhere", "/nowhere is no folder; check the paths of the data set"),
        ("trainer.accelerator=tpu", "trainer.accelerator is 'tpu'; use cuda or cpu"),
        ("+trainer.checkpoint.resume_from=/nowhere.pt", "resume_from: there is no file /nowhere.pt"),
    ],
)
def test_a_configuration_that_cannot_train_says_which_key(data, tmp_path, capsys, change, sentence):
    code = main(["-c", MOSE, *overrides(data, tmp_path), change])
    printed = capsys.readouterr().err
    assert code == 2 and sentence in printed and "Traceback" not in printed
    assert not (tmp_path / "checkpoints").exists()


def test_a_checkpoint_of_another_size_is_told(data, tmp_path, capsys):
    write_checkpoint(tmp_path / "tiny.pt", {"model": build_trained().state_dict()})
    key = "trainer.checkpoint.model_weight_initializer.state_dict.checkpoint_path"
    few = [line for line in overrides(data, tmp_path, small=False)]
    assert main(["-c", MOSE, *few, f"{key}={tmp_path / 'tiny.pt'}"]) == 2
    assert "(SAM 2.1 tiny) does not fit this configuration (SAM 2.1 base_plus)" in capsys.readouterr().err
