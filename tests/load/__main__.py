"""Load: `python -m tests.load --sessions 20 --minutes 30`."""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
from pathlib import Path

from tests.e2e.server import MaskletServer
from tests.load.clip import write_clip
from tests.load.measure import MIB
from tests.load.run import LoadFigures, measure


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument(
        "--memory-budget", default="", help="MASKLET_MEMORY_BUDGET of the server, such as 1GB"
    )
    parser.add_argument("--keep", type=Path, help="a folder for the server's data and log, to look at later")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="masklet-load-") as temporary:
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        server = MaskletServer(folder, gallery=False, MASKLET_MEMORY_BUDGET=given.memory_budget)
        server.start()
        try:
            clip = write_clip(folder)
            figures = asyncio.run(measure(server, clip, given.sessions, 60 * given.minutes))
        finally:
            server.stop()
    tell(figures)


def tell(figures: LoadFigures) -> None:
    frames_per_s = figures.masks / figures.lasted_s
    print(f"load average at the end: {', '.join(f'{load:.1f}' for load in os.getloadavg())}")
    print(f"{figures.sessions} sessions for {figures.lasted_s:.0f} s, {figures.tracks} Tracks")
    print(f"click, one idle session:   {figures.idle}")
    print(f"click, all tracking:       {figures.busy}")
    print(f"cancel, all tracking:      {figures.cancelled}")
    print(f"masks in the feeds:        {figures.masks}, {frames_per_s:.1f} a second")
    print(f"processor time of the server: {figures.server_cpu_s / figures.lasted_s:.2f} cores")
    memory = figures.memory
    early, late = memory.mean_over(0.1, 0.2), memory.mean_over(0.9, 1.0)
    peak = memory.peak / MIB
    print(f"memory: peak {peak:.0f} MiB, after a tenth of it {early / MIB:.0f}, at the end {late / MIB:.0f}")
    print("| after | all processes | live states, as counted | live | evictions |")
    for point in memory.rows():
        live = point.live
        print(
            f"| {point.at_s / 60:.1f} min | {point.nbytes / MIB:.0f} MiB | {live.nbytes / MIB:.0f} MiB"
            f" | {live.count} | {live.evictions} |",
        )


if __name__ == "__main__":
    main()
