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


@dataclass(frozen=True)
class LiveStates:
    """What a server says of the inference states that it keeps in memory."""

    count: int = 0
    nbytes: int = 0  # as it counts them against its budget
    evictions: int = 0

    @classmethod
    def of(cls, metrics: str) -> LiveStates:
        """From the text of `/metrics`."""
        lines = (line.rpartition(" ") for line in metrics.splitlines() if not line.startswith("#"))
        values = {name: float(value) for name, _, value in lines}
        names = ("masklet_live_states", "masklet_live_state_bytes", "masklet_evictions_total")
        return cls(*(int(values[name]) for name in names))


@dataclass(frozen=True)
class MemoryPoint:
    at_s: float
    nbytes: int  # that the processes hold
    live: LiveStates


@dataclass
class MemoryCurve:
    """Bytes over seconds."""

    began_s: float = field(default_factory=time.monotonic)
    points: list[MemoryPoint] = field(default_factory=list)

    def note(self, nbytes: int, live: LiveStates | None = None) -> None:
        self.points.append(MemoryPoint(time.monotonic() - self.began_s, nbytes, live or LiveStates()))

    @property
    def peak(self) -> int:
        return max(point.nbytes for point in self.points)

    def mean_over(self, first: float, last: float) -> float:
        """Bytes, over a part of the run: 0 is its begin, 1 its end."""
        end_s = self.points[-1].at_s
        part = [point.nbytes for point in self.points if first * end_s <= point.at_s <= last * end_s]
        return sum(part) / len(part)

    def rows(self, count: int = 11) -> list[MemoryPoint]:
        """So many of the points, evenly."""
        last = len(self.points) - 1
        return [self.points[round(i * last / (count - 1))] for i in range(count)]
