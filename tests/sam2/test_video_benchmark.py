"""The benchmark runs from its command line and says what it compares. No figure is judged here."""

from __future__ import annotations

import re

import pytest
import torch

from sam2.tools.benchmark import Comparison, Ours, Theirs, clicks, main, moving_discs
from sam2.tools.peer import build_oracle
from tests.sam2.sharp_weights import build_sharp

SMALL = ["--image-size", "128", "--frames", "4", "--device", "cpu"]


def test_fps(capsys):
    main([*SMALL, "--objects", "1", "2"])
    printed = capsys.readouterr().out
    assert re.search(r"128 px, cpu, CPU seconds; matrix product \d+ GFLOP/s", printed)
    assert re.findall(r"tiny, (\d) objects: [\d.]+ FPS", printed) == ["1", "2"]


def test_ratios(capsys):
    main([*SMALL, "--frames", "19", "--objects", "1", "--compare"])
    rows = [
        line.split("|")[1].strip() for line in capsys.readouterr().out.splitlines() if line.startswith("| ")
    ]
    assert rows == [
        "what",
        "second click on an encoded frame",
        "a tracked frame, 1 object",
        "RAM for a frame of video more",
    ]


def test_both_sides_do_the_same_work():
    """Ratios mean something only if the masks are the same."""
    model = build_sharp("t", video=True, overrides=("++model.fill_hole_area=0",))
    frames, prompts = moving_discs(4, 128), clicks(2, 128)
    ours = Ours(model, frames, prompts)
    theirs = Theirs(build_oracle(model), torch.stack([ours.state["images"][t] for t in range(4)]), prompts)
    for frame_idx in (1, 2, 3):
        assert (ours.step(frame_idx) - theirs.step(frame_idx)).abs().max() < 1e-3
    ours.state.close()


def test_ratio_of_a_row():
    line = Comparison("a thing", 2.0, 4.24, theirs_over_official=1.06).line()
    assert line == "| a thing | 2 s | 4.24 s | 2.12 | 2.00 |"


def test_too_few_frames():
    with pytest.raises(SystemExit, match="at least 3"):
        main(["--frames", "2"])
