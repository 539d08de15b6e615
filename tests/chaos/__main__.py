"""`python -m tests.chaos --kills 100`: the whole test; its figures are in docs/durability.md."""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.backend.databases import running_postgresql
from tests.chaos.run import Plan, run


def main() -> int:
    parser = argparse.ArgumentParser("python -m tests.chaos", description=__doc__)
    parser.add_argument(
        "--kills", type=int, default=100, help="how often something is killed, or the disk filled"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fill-disk", action="store_true", help="on a small disk, which also fills up")
    parser.add_argument("--postgresql", action="store_true", help="on a PostgreSQL server with fsync on")
    args = parser.parse_args()
    with ExitStack() as undo:
        url = undo.enter_context(running_postgresql(fsync=True)).url if args.postgresql else ""
        folder = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="masklet-chaos-")))
        report = run(Plan(folder, args.kills, args.seed, args.fill_disk, url))
    print(report)
    return 1 if report.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
