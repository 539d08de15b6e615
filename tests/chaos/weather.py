"""What happens to a server: kills of its processes, and a disk that is full for a while."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.server import MaskletServer

SERVER, WORKER, CHILD, FULL = "server", "worker", "child", "full disk"
DISK_BYTES = 64 << 20
START_TIMEOUT_S = 180.0


class NoSmallDisk(Exception):
    """This machine lets us mount none."""


@dataclass
class Weather:
    """Strikes a server at random moments. It is up again when a strike returns."""

    server: MaskletServer
    chance: random.Random
    disk: Path | None = None  # a small disk that holds the data, if it may be filled
    strikes: Counter[str] = field(default_factory=Counter)

    def strike(self) -> None:
        kinds = [SERVER] * 5 + [WORKER] * 4 + [CHILD] + ([FULL] * 4 if self.disk else [])
        kind = self.chance.choice(kinds)
        if kind == CHILD and len(self.server.processes()) < 3:
            kind = WORKER  # nothing decodes at this moment
        self.strikes[kind] += 1
        match kind:
            case "server":
                self.server.kill()
                self.server.start()
            case "worker":
                self._kill(self.server.processes()[1:2])
            case "child":
                self._kill(self.server.processes()[2:])
            case "full disk":
                assert self.disk is not None
                with _filled(self.disk):
                    time.sleep(self.chance.uniform(1.0, 4.0))
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self.server.answers():
            assert time.monotonic() < deadline, "the server does not come back"
            time.sleep(0.05)

    def _kill(self, processes: list[int]) -> None:
        for pid in processes:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass  # it was quicker
        time.sleep(0.2)


@contextmanager
def _filled(disk: Path) -> Iterator[None]:
    """To the last byte."""
    ballast = disk / "ballast"
    try:
        with ballast.open("wb", buffering=0) as file:
            for size in (1 << 20, 1 << 12, 1):
                try:
                    while file.write(bytes(size)):
                        pass
                except OSError:
                    continue
        yield
    finally:
        ballast.unlink()


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of our own. Raises NoSmallDisk where only the administrator may mount one."""
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    if os.geteuid() or not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        raise NoSmallDisk("only root may mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
