"""The benchmark of procedural video runs from its command line. No figure is judged here."""

from __future__ import annotations

import re

import pytest

from sam2.tools.procedural import main


def test_it_says_how_fast_frames_are_drawn_and_what_training_waits(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["--size", "64", "--snippets", "1", "--steps", "2", "--batch", "1", "--workers", "0"])
    printed = capsys.readouterr().out
    assert re.findall(r"(.+): \d+ frames/s, [\d.]+ ms a frame", printed) == [
        "throwing the dice",
        "frames by chance, OpenCV",
        "frames of themes, OpenCV",
        "frames by chance, tensors on cpu",
    ]
    waited = re.findall(r"drawn by the (\w+), 0 workers: [\d.]+ s a step .*, ([\d.]+)% of the time", printed)
    assert [drawer for drawer, _ in waited] == ["loader", "device"]
    assert all(0 <= float(share) <= 100 for _, share in waited)
