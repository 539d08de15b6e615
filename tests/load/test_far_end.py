"""The work on two hours of video, bounded to ten minutes. For figures: `python -m tests.load.two_hours`."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.server import MaskletServer
from tests.load.far_story import work_at_the_end
from tests.load.long_clip import FPS, LongClip
from tests.load.measure import MIB

SECONDS = 600
TRACKED = 40


def test_the_end_of_a_long_video_is_clicked_tracked_through_a_crash_and_exported(tmp_path: Path) -> None:
    clip = LongClip.write(tmp_path, SECONDS)
    server = MaskletServer(tmp_path, gallery=False)
    server.start()
    try:
        figures = work_at_the_end(server, clip, (SECONDS - 60) * FPS, TRACKED)
    finally:
        server.stop()
    assert len(figures.ious) == TRACKED
    assert min(figures.ious) > 0.7
    assert figures.peak_bytes < 1500 * MIB
