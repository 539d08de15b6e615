"""From annotated sessions to a better model: export them, fine-tune SAM 2 on them, tell what it gave."""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

from backend.cli.errors import CannotDo
from backend.cli.printing import ProgressLine
from backend.cli.server import add_server, client_of, session_of
from sam2.training.finetune_options import add_options, as_arguments, work_folder

EXPORT_FORMAT = "davis"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sessions", metavar="SESSION", nargs="+", help="ids, or the beginnings of them")
    parser.add_argument("--stride", type=int, default=1, metavar="N", help="learn from every Nth frame")
    add_options(parser)
    add_server(parser)


def run(args: argparse.Namespace) -> int:
    if importlib.util.find_spec("torch") is None:
        raise CannotDo("Fine-tuning needs PyTorch: install Masklet with its sam2 extra.")
    if not (args.checkpoints / f"{args.base}.pt").is_file():
        raise CannotDo(
            f"There are no weights {args.base}.pt in {args.checkpoints}: "
            "checkpoints/download_ckpts.sh fetches Meta's."
        )
    folders = _export(args, work_folder(args) / "exports")
    command = [sys.executable, "-m", "sam2.training.finetune", *map(str, folders), *as_arguments(args)]
    return subprocess.run(command, check=False).returncode


def _export(args: argparse.Namespace, folder: Path) -> list[Path]:
    """One folder of frames and masks a session. What was exported before is kept, so a run can go on."""
    folders = []
    with client_of(args) as client:
        for session in [session_of(client, given) for given in args.sessions]:
            target = folder / f"{session.id}-{session.info.version}"
            if not target.exists():
                folder.mkdir(parents=True, exist_ok=True)
                with ProgressLine("Exporting", False) as progress:
                    archive = client.export(
                        [session.id],
                        EXPORT_FORMAT,
                        folder / f"{session.id}.zip",
                        stride=args.stride,
                        with_frames=True,
                        progress=progress,
                    )
                part = target.with_name(f"{target.name}.part")
                with ZipFile(archive) as zipped:
                    zipped.extractall(part)
                part.rename(target)
                archive.unlink()
            folders.append(target)
    return folders
