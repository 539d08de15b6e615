"""What a command says: words and a moving line for people at a terminal, JSON for programs."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterable, Mapping, Sequence

MOVE_EVERY_S = 0.1


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False))


def print_table(rows: Sequence[Mapping[str, object]], columns: Iterable[str]) -> None:
    """Left-aligned columns with their names above; nothing at all for no rows."""
    names = list(columns)
    if not rows:
        return
    lines = [names, *[[str(row[name]) for name in names] for row in rows]]
    widths = [max(len(line[i]) for line in lines) for i in range(len(names))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


class ProgressLine:
    """A line on stderr that moves, where a person is looking; else nothing."""

    def __init__(self, label: str, quiet: bool = False) -> None:
        self._label = label
        self._shown = not quiet and sys.stderr.isatty()
        self._next_s = 0.0
        self._written = False

    def __call__(self, done: float) -> None:
        if not self._shown or time.monotonic() < self._next_s:
            return
        self._next_s = time.monotonic() + MOVE_EVERY_S
        self._written = True
        print(f"\r{self._label}: {100 * min(1.0, done):3.0f} %", end="", file=sys.stderr, flush=True)

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(self, *exc: object) -> None:
        if self._written:
            print("\r" + " " * (len(self._label) + 8) + "\r", end="", file=sys.stderr, flush=True)
