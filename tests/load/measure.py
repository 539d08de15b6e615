"""Figures of a run: latencies, and what a server's processes hold in memory."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

MIB = 2**20


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass(frozen=True)
class Latencies:
    """Seconds."""

    values: tuple[float, ...]

    @property
    def p50_s(self) -> float:
        return percentile(self.values, 0.5)

    @property
    def p95_s(self) -> float:
        return percentile(self.values, 0.95)

    def __str__(self) -> str:
        return f"p50 {1000 * self.p50_s:.0f} ms, p95 {1000 * self.p95_s:.0f} ms, n {len(self.values)}"


def memory_of(pids: Sequence[int]) -> int:
    """Bytes that these processes hold together; what they share counts once."""
    return sum(_proportional(pid) for pid in pids)


def cpu_s_of(pids: Sequence[int]) -> float:
    """Seconds of processor time that these processes have used so far."""
    ticks = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / 100


def _proportional(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # it ended
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024


@dataclass
class MemoryCurve:
    """Bytes over seconds."""

    began_s: float = field(default_factory=time.monotonic)
    points: list[tuple[float, int]] = field(default_factory=list)

    def note(self, nbytes: int) -> None:
        self.points.append((time.monotonic() - self.began_s, nbytes))

    @property
    def peak(self) -> int:
        return max(nbytes for _, nbytes in self.points)

    def mean_over(self, first: float, last: float) -> float:
        """Bytes, over a part of the run: 0 is its begin, 1 its end."""
        end_s = self.points[-1][0]
        part = [nbytes for at_s, nbytes in self.points if first * end_s <= at_s <= last * end_s]
        return sum(part) / len(part)

    def rows(self, count: int = 11) -> list[tuple[float, int]]:
        """So many of the points, evenly."""
        last = len(self.points) - 1
        return [self.points[round(i * last / (count - 1))] for i in range(count)]
