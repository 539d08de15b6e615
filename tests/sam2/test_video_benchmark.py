"""The benchmark runs from its command line and says what it compares. No figure is judged here."""

from __future__ import annotations

import re

import pytest
import torch

from sam2.automatic_mask_generator import SAM2AutomaticMaskGenerator
from sam2.tools.benchmark import main
from sam2.tools.comparison import Ours, Row, Theirs, compare_automatic_masks, memory_per_frame, their_masks
from sam2.tools.measuring import (
    DiscFrames,
    Stopwatch,
    clicks,
    moving_discs,
    resident_bytes,
    settled,
    write_clip,
)
from sam2.tools.peer import build_image_oracle, build_oracle
from sam2.tools.stages import profile_stages
from tests.sam2.sharp_weights import build_sharp

SIDE = 128
SMALL = ["--image-size", str(SIDE), "--frames", "4", "--device", "cpu"]


@pytest.fixture(scope="module")
def model():
    return build_sharp("t", image_size=SIDE, video=True, overrides=("++model.fill_hole_area=0",))


def test_fps(capsys):
    main([*SMALL, "--objects", "1", "2"])
    printed = capsys.readouterr().out
    assert re.search(r"128 px, cpu, CPU seconds; matrix product \d+ GFLOP/s", printed)
    assert re.findall(r"tiny, (\d objects?): [\d.]+ FPS, peak memory \d", printed) == [
        "1 object",
        "2 objects",
    ]


def test_ratios_in_one_run(capsys, tmp_path):
    clip = write_clip(tmp_path / "clip.mp4", 20, 96, 160, fps=10)
    grid = ["--points-per-side", "2", "--memory-frames", "4", "--video", str(clip)]
    main([*SMALL, *grid, "--objects", "1", "2", "--compare"])
    lines = capsys.readouterr().out.splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    assert [row[0] for row in rows] == [
        "what",
        "resident memory for a frame more, at 128 px",
        "init_state, 20 frames of 160 x 96",
        "second click on an encoded frame",
        "a tracked frame, 1 object",
        "a tracked frame, 2 objects",
        "automatic masks, 2 x 2 points, its filters",
        "automatic masks, 2 x 2 points, all masks kept",
    ]
    assert {len(row) for row in rows} == {7}
    with_peer = [row[0] for row in rows[1:] if row[2] != "-"]
    assert len(with_peer) == 4, "what transformers has a counterpart of"
    assert re.fullmatch(r"matrix product at the end \d+ GFLOP/s, peak memory [\d.]+ GB", lines[-1])


def test_stages(capsys):
    main([*SMALL, "--objects", "2", "--stages"])
    lines = capsys.readouterr().out.splitlines()
    names = [line.split("|")[1].strip() for line in lines if line.startswith("| ")]
    assert names[0] == "stage" and names[1:5] == [
        "image encoder",
        "memory attention",
        "mask decoder",
        "memory encoder",
    ]
    assert names[5:] == ["all else", "the frame"]


def test_operations_grow_with_the_objects_but_for_the_image_encoder(model):
    one, three = (
        {stage.name: stage.gflop for stage in profile_stages(model, 4, objects)} for objects in (1, 3)
    )
    assert three["image encoder"] == one["image encoder"] > 0
    for name in ("mask decoder", "memory encoder"):
        assert three[name] == pytest.approx(3 * one[name], rel=0.1)
    assert one["memory attention"] < three["memory attention"] < 3 * one["memory attention"], (
        "the first self-attention is shared"
    )
    assert model.encode_image.__func__ is type(model).encode_image, "nothing stays watched"


def test_both_sides_do_the_same_work(model):
    """Ratios mean something only if the masks are the same."""
    frames, prompts = moving_discs(4, SIDE), clicks(2, SIDE, SIDE)
    ours = Ours(model, frames, prompts)
    theirs = Theirs(build_oracle(model), torch.stack(list(ours.state["images"])), prompts)
    for frame_idx in (1, 2, 3):
        assert (ours.step(frame_idx) - theirs.step(frame_idx)).abs().max() < 1e-3
    ours.state.close()


def test_both_mask_generators_do_the_same_work(model):
    height, width = 72, 120
    picture = DiscFrames(1, height, width).read(0)
    generator = SAM2AutomaticMaskGenerator(
        model, points_per_side=2, pred_iou_thresh=0.0, stability_score_thresh=0.0, box_nms_thresh=1.0
    )
    points = torch.as_tensor(generator.point_grids[0] * SIDE, dtype=torch.float32)
    pixels = generator.predictor._transforms(picture)[None]
    logits, ious = their_masks(build_image_oracle(model), pixels, points, height, width)
    records = generator.generate(picture)
    assert len(records) == len(ious) == 12
    found = sorted((record["predicted_iou"], record["area"]) for record in records)
    expected = sorted(zip(ious.tolist(), (logits > 0).sum(dim=(1, 2)).tolist(), strict=True))
    assert found == [(pytest.approx(iou, abs=1e-4), area) for iou, area in expected]


def test_a_figure_of_the_official_code_is_used_only_for_what_it_was_taken_on(model):
    rows = list(compare_automatic_masks(model, build_image_oracle(model), 2, gemm=100.0))
    assert [row.official for row in rows] == [None, None]
    assert rows[0].peer is not None and rows[1].peer is None


def test_ratio_of_a_row():
    line = Row("a thing", 2.0, 4.24, 4.0, "transformers / 1.06").line()
    assert line == "| a thing | 2 s | 4.24 s | 2.12 | 4 s | 2.00 | transformers / 1.06 |"
    assert Row("memory", 0.0, None, 3.0, "counted", "kB").line() == (
        "| memory | 0 kB | - | - | 3 kB | inf | counted |"
    )
    assert Row("a thing", 2.0, None, None, "its figure").line() == "| a thing | 2 s | - | - | - | - | - |"


def test_what_counts_as_settled():
    assert settled([1.0, 2.0]) == [2.0]
    assert settled([float(frame_idx) for frame_idx in range(1, 10)]) == [7.0, 8.0, 9.0]
    assert settled([float(frame_idx) for frame_idx in range(1, 20)]) == [17.0, 18.0, 19.0]


def test_a_stopwatch_sees_its_own_process_only():
    watch = Stopwatch(torch.device("cpu"))
    with watch.lap():
        sum(range(200_000))
    assert len(watch.laps) == 1 and watch.laps[0] > 0


def test_memory_where_the_system_does_not_tell(model, monkeypatch):
    assert resident_bytes() > 50e6
    monkeypatch.setattr("sam2.tools.comparison.resident_bytes", lambda: None)
    assert memory_per_frame(model, 3) is None


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["--frames", "2"], "at least 3"),
        (["--checkpoint", "a.pt", "--size", "tiny", "large"], "give one --size"),
        (["--stages", "--vos-optimized"], "leave out --vos-optimized"),
        (["--stages", "--compare"], "not allowed with"),
    ],
)
def test_options_that_do_not_go_together(given, words, capsys):
    with pytest.raises(SystemExit):
        main(given)
    assert words in capsys.readouterr().err
