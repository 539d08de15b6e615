"""Two hours of video: `python -m tests.load.two_hours`. Opened, clicked at 1:59:00, tracked over 200 frames
through a `kill -9`, read by range, exported; prints times and the peak of memory."""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from pathlib import Path

from tests.e2e.server import MaskletServer
from tests.load.far_story import work_at_the_end
from tests.load.long_clip import FPS, LongClip
from tests.load.measure import MIB


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.load.two_hours", description=__doc__)
    parser.add_argument("--seconds", type=int, default=2 * 3600)
    parser.add_argument("--track", type=int, default=200, help="frames")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="masklet-two-hours-") as temporary:
        folder = Path(temporary)
        began_s = time.process_time()
        clip = LongClip.write(folder, given.seconds)
        drawn_s = time.process_time() - began_s
        nbytes = clip.path.stat().st_size
        print(
            f"{clip.num_frames} frames, {nbytes / MIB:.0f} MiB, drawn in {drawn_s:.0f} CPU seconds",
            flush=True,
        )
        server = MaskletServer(folder, gallery=False)
        server.start()
        try:
            figures = work_at_the_end(server, clip, (given.seconds - 60) * FPS, given.track)
        finally:
            server.stop()
        for step, seconds in figures.seconds.items():
            print(f"| {step} | {seconds:.1f} s |")
        print(f"the crash came after {figures.frames_before_crash} frames")
        mean_iou = sum(figures.ious) / len(figures.ious)
        print(f"IoU with the drawn disc: mean {mean_iou:.3f}, least {min(figures.ious):.3f}")
        print(
            f"memory: {figures.idle_bytes / MIB:.0f} MiB idle, {figures.peak_bytes / MIB:.0f} MiB at the most"
        )
        print(f"processor time of the server: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime:.0f} s")
        print(f"load average: {', '.join(f'{load:.1f}' for load in os.getloadavg())}")


if __name__ == "__main__":
    main()
