"""The load test, bounded: a few sessions for some seconds. Figures come from `python -m tests.load`."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.e2e.server import MaskletServer
from tests.load.clip import write_clip
from tests.load.run import measure

SESSIONS = 4
SECONDS = 12.0


def test_sessions_that_all_track_share_the_machine_and_each_click_is_answered(tmp_path: Path) -> None:
    server = MaskletServer(tmp_path, gallery=False)
    server.start()
    try:
        clip = write_clip(tmp_path, turns=2)
        figures = asyncio.run(measure(server, clip, SESSIONS, SECONDS, idle_clicks=3))
    finally:
        server.stop()
    assert len(figures.idle.values) == 3
    assert len(figures.cancelled.values) == SESSIONS
    assert min(figures.masks_of_each) > 0.3 * max(figures.masks_of_each) > 0
    last = figures.memory.points[-1]
    assert last.live.count == SESSIONS + 1 and last.live.evictions == 0
    assert 0 < last.live.nbytes < last.nbytes
    assert "Traceback" not in server.log.read_text()
