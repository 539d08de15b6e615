"""A few kills of what `python -m tests.chaos` does a hundred times."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.run import Plan, run
from tests.chaos.weather import FULL, SERVER, WORKER, NoSmallDisk


def test_nothing_acknowledged_is_lost_and_the_masks_are_an_unbroken_runs(tmp_path: Path) -> None:
    report = run(Plan(tmp_path, strikes=5, seed=2))
    print(report)
    assert report.wrong == []
    assert report.strikes[SERVER] and report.strikes[WORKER]
    assert report.sessions_compared == 2 and report.compared > 0


def test_a_disk_that_fills_up_refuses_and_tears_nothing(tmp_path: Path) -> None:
    try:
        report = run(Plan(tmp_path, strikes=4, seed=8, fill_disk=True))
    except NoSmallDisk as reason:
        pytest.skip(str(reason))
    print(report)
    assert report.wrong == []
    assert report.strikes[FULL]
