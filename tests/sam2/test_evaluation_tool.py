"""`sam2.tools.evaluate` on folders as data sets have them: both layouts, its files, its sentences."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from PIL import Image

from sam2.evaluation.folders import FolderRules, score_folders
from sam2.tools.evaluate import main
from sam2.utils.annotations import AnnotationFolder, default_palette
from tests.sam2.moving_shapes import disc, moving_discs
from tests.sam2.sharp_weights import build_sharp, config_name

SIZE = 64
NUM_FRAMES = 6


def truth_of(frame_idx: int) -> dict[int, np.ndarray]:
    return {
        1: disc(SIZE * (0.3 + 0.015 * frame_idx), SIZE * 0.5, SIZE * 0.15, SIZE),
        2: disc(SIZE * (0.7 - 0.015 * frame_idx), SIZE * 0.6, SIZE * 0.12, SIZE),
    }


def write_png(root, name, per_object=False, frames=range(NUM_FRAMES), masks_of=truth_of):
    for frame_idx in frames:
        AnnotationFolder(root / name, per_object).write(
            f"{frame_idx:05d}", masks_of(frame_idx), default_palette()
        )


def write_video(root, name="discs"):
    frames = moving_discs(NUM_FRAMES, SIZE)
    (root / "frames" / name).mkdir(parents=True)
    for frame_idx in range(NUM_FRAMES):
        Image.fromarray(frames.read(frame_idx)).save(root / "frames" / name / f"{frame_idx:05d}.jpg")


@pytest.mark.parametrize("per_object", [False, True])
@pytest.mark.parametrize("processes", [1, 2])
def test_the_truth_itself_scores_one(tmp_path, per_object, processes):
    for name in ("a", "b"):
        write_png(tmp_path / "truth", name, per_object)
        write_png(tmp_path / "out", name, not per_object)
    scores = score_folders(tmp_path / "truth", tmp_path / "out", FolderRules(), processes)
    assert scores.j_and_f == 1 and not scores.problems
    assert [(s.video, s.object_id, len(s.frames)) for s in scores.objects] == [
        (name, object_id, NUM_FRAMES - 2) for name in "ab" for object_id in (1, 2)
    ]


def test_only_annotated_frames_count_and_an_objects_first_and_last_do_not(tmp_path):
    """SA-V annotates every fourth frame; frames in between may hold anything."""
    write_png(tmp_path / "truth", "v", True, frames=range(0, 17, 4))
    write_png(tmp_path / "out", "v", True, range(17), lambda i: truth_of(i if i % 4 == 0 else 60))
    score = score_folders(tmp_path / "truth", tmp_path / "out", FolderRules()).objects[0]
    assert [frame.frame for frame in score.frames] == ["00004", "00008", "00012"] and score.j_and_f == 1
    rules = FolderRules(skip_first_and_last=False)
    assert len(score_folders(tmp_path / "truth", tmp_path / "out", rules).objects[0].frames) == 5


def test_what_is_not_predicted_counts_as_empty_and_is_told(tmp_path):
    write_png(tmp_path / "truth", "v")
    write_png(tmp_path / "out", "v", frames=[1, 2], masks_of=lambda i: {1: truth_of(i)[1]})
    scores = score_folders(tmp_path / "truth", tmp_path / "out", FolderRules())
    assert [score.j.mean for score in scores.objects] == [0.5, 0]
    assert scores.problems == ("v: 2 frames have no predicted mask; they count as empty",)


def test_a_video_that_was_not_predicted_is_left_out_or_refused(tmp_path, capsys):
    for name in ("a", "b"):
        write_png(tmp_path / "truth", name)
    write_png(tmp_path / "out", "b")
    roots = ["--gt_root", str(tmp_path / "truth"), "--pred_root", str(tmp_path / "out")]
    assert main(["folders", *roots]) == 0
    assert "! a: not predicted, left out" in capsys.readouterr().out
    assert main(["folders", *roots, "--strict"]) == 2
    assert "lacks 1 of 2 videos, a first" in capsys.readouterr().err


def test_masks_of_another_size_are_told(tmp_path, capsys):
    write_png(tmp_path / "truth", "v")
    write_png(tmp_path / "out", "v", masks_of=lambda i: {1: np.ones((8, 8), bool)})
    assert main(["folders", "--gt_root", str(tmp_path / "truth"), "--pred_root", str(tmp_path / "out")]) == 2
    assert "save masks at the video's size" in capsys.readouterr().err


@pytest.fixture(scope="module")
def sam2_flags(tmp_path_factory):
    import torch
    from omegaconf import OmegaConf

    from sam2.build_sam import load_config

    folder = tmp_path_factory.mktemp("weights")
    torch.save({"model": build_sharp(image_size=128).state_dict()}, folder / "tiny.pt")
    OmegaConf.save(load_config(config_name("t"), ["++model.image_size=128"]), folder / "tiny.yaml")
    return [
        "--sam2_cfg",
        str(folder / "tiny.yaml"),
        "--sam2_checkpoint",
        str(folder / "tiny.pt"),
        "--device",
        "cpu",
    ]


def test_sam2_is_run_and_reported(tmp_path, sam2_flags, capsys):
    """Table, JSON, CSV and picture say the same."""
    write_video(tmp_path)
    write_png(tmp_path / "truth", "discs")
    files = {kind: tmp_path / f"scores.{kind}" for kind in ("json", "csv", "png")}
    where = ["--base_video_dir", str(tmp_path / "frames"), "--gt_root", str(tmp_path / "truth")]
    outputs = ["--json", str(files["json"]), "--csv", str(files["csv"]), "--worst", str(files["png"])]
    assert main(["vos", *where, "--prompt", "mask", *sam2_flags, *outputs]) == 0
    printed = capsys.readouterr().out
    about = json.loads(files["json"].read_text())
    rows = list(csv.DictReader(files["csv"].read_text().splitlines()))
    assert [(row["object"], row["frames"]) for row in rows] == [("1", "4"), ("2", "4")]
    assert float(rows[0]["j_and_f"]) == pytest.approx(about["objects"][0]["j_and_f"], abs=1e-4)
    assert f"{100 * about['j_and_f']:.1f}" in printed.splitlines()[-1]
    with Image.open(files["png"]) as sheet:
        assert sheet.width == 960


@pytest.mark.parametrize("mode", ["offline", "online"])
def test_interactive_and_clicks_run(tmp_path, sam2_flags, capsys, mode):
    write_video(tmp_path)
    write_png(tmp_path / "truth", "discs", masks_of=lambda i: {1: truth_of(i)[1]})
    where = ["--base_video_dir", str(tmp_path / "frames"), "--gt_root", str(tmp_path / "truth")]
    assert main(["interactive", "--mode", mode, "--max_frames", "2", *where, *sam2_flags]) == 0
    assert f"mean J&F over 1..2 prompted frames, {mode}:" in capsys.readouterr().out
    assert main(["clicks", "--max_clicks", "3", *where, *sam2_flags]) == 0
    assert "NoC@90: " in capsys.readouterr().out


def test_bad_input_is_one_sentence(tmp_path, capsys):
    write_video(tmp_path)
    where = ["--base_video_dir", str(tmp_path / "frames"), "--gt_root", str(tmp_path / "truth")]
    assert main(["vos", *where, "--engine", "nowhere"]) == 2
    assert "not of the form MODULE:FUNCTION" in capsys.readouterr().err
    assert main(["vos", *where]) == 2
    assert "--sam2_cfg and --sam2_checkpoint" in capsys.readouterr().err
    assert main(["vos", *where, "--engine", "backend.worker.evaluated:colorflow"]) == 2
    assert "should hold the masks of discs" in capsys.readouterr().err
