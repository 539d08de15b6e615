"""`frames.json`: which source frames, beside formats that count their frames from 0 without gaps."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from backend.domain.errors import InvalidInput
from backend.formats.checks import WRONG_FORM, whole
from backend.formats.json_text import entries, listed, write_pieces

INDEX_FILE = "frames.json"


def write_index(folder: Path, frames: Sequence[int]) -> None:
    """The i-th entry is the source's number of the i-th frame."""
    write_pieces(folder / INDEX_FILE, ['{"frame_indices": [', *listed(frames), "]}\n"])


def read_index(folder: Path) -> list[int] | None:
    """None where there is none."""
    path = folder / INDEX_FILE
    if not path.is_file():
        return None
    try:
        return [whole(value) for value in entries(path, "frame_indices.item")]
    except WRONG_FORM as error:
        raise InvalidInput(f"{INDEX_FILE} is no list of frame numbers.") from error
