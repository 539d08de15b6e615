"""Sixty spoilt files in every test run; `python -m tests.fuzz.media --files 1000` takes more of them."""

from __future__ import annotations

from pathlib import Path

from tests.fuzz.media import fuzz

FILES = 60
FIRST = 5000  # other seeds than the long run's first thousand


def test_a_spoilt_file_is_read_or_refused_with_a_sentence(tmp_path: Path) -> None:
    outcome = fuzz(range(FIRST, FIRST + FILES), tmp_path)
    assert outcome.faults == []
    assert outcome.imported + sum(outcome.refused.values()) == FILES
    assert outcome.imported >= 10, str(outcome)
    assert sum(outcome.refused.values()) >= 10, str(outcome)
