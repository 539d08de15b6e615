"""From an annotated folder to weights that the library loads, with J&F on held-out frames."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from omegaconf import OmegaConf
from PIL import Image

from sam2.build_sam import build_sam2_video_predictor, load_config
from sam2.training.finetune import build_parser, finetune, main, plan_of
from sam2.training.split import split_videos
from sam2.utils.annotations import AnnotationFolder, default_palette
from tests.sam2.sharp_weights import build_sharp, config_name
from tests.sam2.training.runs import write_davis


def test_the_last_frames_are_held_out(tmp_path):
    write_davis(tmp_path / "export", num_videos=2, num_frames=10)
    split = split_videos([tmp_path / "export"], tmp_path / "split", 0.3)
    assert (split.train_frames, split.val_frames, split.shortest) == (14, 6, 7)
    train = sorted(path.name for path in (split.train / "JPEGImages/export-discs0").iterdir())
    val = sorted(path.name for path in (split.val / "Annotations/export-discs0").iterdir())
    assert train == [f"{t:05d}.jpg" for t in range(7)] and val == [f"{t:05d}.png" for t in range(7, 10)]


def test_davis_own_layout_is_read_and_frames_without_masks_left_out(tmp_path):
    write_davis(tmp_path / "flat", num_videos=1, num_frames=10)
    for kind in ("JPEGImages", "Annotations"):
        (tmp_path / "export" / kind).mkdir(parents=True)
        (tmp_path / "flat" / kind).rename(tmp_path / "export" / kind / "480p")
    (tmp_path / "export/Annotations/480p/discs0/00004.png").unlink()
    split = split_videos([tmp_path / "export"], tmp_path / "split", 0.2)
    assert (split.train_frames, split.val_frames) == (7, 2)


def test_held_out_frames_begin_where_an_object_is_seen(tmp_path):
    write_davis(tmp_path / "export", num_videos=1, num_frames=12)
    masks = AnnotationFolder(tmp_path / "export/Annotations/discs0", per_object=False)
    for t in (8, 9):
        masks.write(f"{t:05d}", {1: np.zeros((128, 128), bool)}, default_palette())
    split = split_videos([tmp_path / "export"], tmp_path / "split", 0.34)
    assert (split.train_frames, split.val_frames) == (8, 2)


@pytest.mark.parametrize("folder", ["nothing", "short"])
def test_what_cannot_be_split_is_told(tmp_path, capsys, folder):
    write_davis(tmp_path / "short", num_videos=1, num_frames=1)
    torch.save({"model": build_sharp(image_size=128).state_dict()}, tmp_path / "sam2.1_hiera_tiny.pt")
    (tmp_path / "nothing").mkdir()
    code = main(
        [str(tmp_path / folder), "--name", "x", "--checkpoints", str(tmp_path), "--work", str(tmp_path / "w")]
    )
    assert code == 2
    told = capsys.readouterr().err
    assert ("--format davis --frames" if folder == "nothing" else "too few annotated frames") in told


def write_small_base(folder) -> None:
    """`small.pt` and `small.yaml`: random weights, which know nothing, of a network that a test can train."""
    trunk = "model.image_encoder.trunk"
    config = load_config(
        config_name(),
        [
            "++model.image_size=128",
            f"{trunk}.embed_dim=32",
            f"{trunk}.stages=[1,1,2,1]",
            f"{trunk}.global_att_blocks=[2]",
            f"{trunk}.window_pos_embed_bkg_spatial_size=[4,4]",
            "model.image_encoder.neck.backbone_channel_list=[256,128,64,32]",
            "model.memory_attention.num_layers=1",
        ],
    )
    OmegaConf.save(config, folder / "small.yaml")
    torch.manual_seed(0)
    model = build_sam2_video_predictor(str(folder / "small.yaml"), device="cpu")
    torch.save({"model": model.state_dict()}, folder / "small.pt")


def test_it_raises_j_and_f_on_held_out_frames(tmp_path):
    write_davis(tmp_path / "export", num_videos=2, num_frames=12)
    write_small_base(tmp_path)
    where = ["--checkpoints", str(tmp_path), "--work", str(tmp_path / "work")]
    how = ["--epochs", "10", "--learning-rate", "6e-4", "--device", "cpu", "--workers", "0"]
    args = build_parser().parse_args(
        [str(tmp_path / "export"), "--base", "small", "--name", "discs", *where, *how]
    )
    short = ("scratch.num_frames=3", "trainer.val_epoch_freq=100", "scratch.multiplier=4")
    plan = plan_of(args)
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        outcome = finetune(replace(plan, overrides=(*plan.overrides, *short)))
    finally:
        torch.set_num_threads(before)
    assert outcome.after.num_objects == 4
    assert outcome.after.j_and_f > outcome.before.j_and_f + 0.1

    predictor = build_sam2_video_predictor(
        str(tmp_path / "discs.yaml"), str(tmp_path / "discs.pt"), device="cpu"
    )
    assert predictor.image_size == 128
    with Image.open(next((tmp_path / "work/logs/sheets").glob("val_*.png"))) as sheet:
        assert sheet.width == 4 * 480


def test_the_base_is_never_overwritten(tmp_path, capsys):
    assert main(["x", "--base", "a", "--name", "a", "--checkpoints", str(tmp_path)]) == 2
    assert "would overwrite the weights it begins with" in capsys.readouterr().err
