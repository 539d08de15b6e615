"""The measurement with many objects, bounded: it works, and nothing is lost. No times are judged."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from tests.e2e.perf import measure

OBJECTS, FRAMES = 12, 150


def test_masks_of_many_objects_follow_every_seek_and_the_heap_stays(browser: Browser, tmp_path: Path) -> None:
    measured = measure(browser, tmp_path, OBJECTS, FRAMES, heap_s=6)
    assert measured.seek_worst_s > 0
    assert measured.frames_played > 10
    assert measured.heap_after - measured.heap_before < 32 * 2**20
