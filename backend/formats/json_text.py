"""JSON that is never whole in memory: written piece by piece, read as it comes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ijson

from backend.domain.errors import InvalidInput


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def listed(entries: Iterable[Any]) -> Iterator[str]:
    """The inside of a JSON list, an entry a line."""
    comma = "\n"
    for entry in entries:
        yield comma + json.dumps(entry, ensure_ascii=False)
        comma = ",\n"


def write_pieces(path: Path, pieces: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(pieces)


def json_file(path: Path, *names: str) -> Path:
    """The JSON file that is meant: the path itself, or one of these names in the folder, or its only one."""
    if path.is_file():
        return path
    for name in names:
        if (path / name).is_file():
            return path / name
    there = [one for one in sorted(path.glob("*.json")) if one.is_file()]
    if len(there) != 1:
        raise InvalidInput(f"There is no {names[0]} in it; choose the JSON file itself.")
    return there[0]


@contextmanager
def no_json(path: Path) -> Iterator[None]:
    """What a file that breaks off or is no JSON raises, as a sentence."""
    try:
        yield
    except (ijson.JSONError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput(f"{path.name} is not complete JSON: {_first_line(error)}.") from error


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].strip().rstrip(".:") if str(error).strip() else "it breaks off"


def entries(path: Path, prefix: str) -> Iterator[Any]:
    """The entries of one list: `entries(path, "annotations.item")`. Numbers are int or float."""
    with no_json(path), path.open("rb") as file:
        yield from ijson.items(file, prefix, use_float=True)


def events(path: Path) -> Iterator[tuple[str, str, Any]]:
    """(prefix, event, value) of everything, for entries that are too large to hold."""
    with no_json(path), path.open("rb") as file:
        yield from ijson.parse(file, use_float=True)
