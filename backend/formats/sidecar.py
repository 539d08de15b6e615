"""`objects.json`: names, classes and colours, beside formats that have no place for them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from backend.domain.session import TrackedObject
from backend.formats.checks import WRONG_FORM, colour, text, whole
from backend.formats.json_text import entries
from backend.formats.model import FoundObject

OBJECTS_FILE = "objects.json"


def write_objects(folder: Path, objects: Sequence[TrackedObject]) -> None:
    rows = [
        {"id": one.object_id, "name": one.name, "label": one.label, "colour": one.colour} for one in objects
    ]
    document = {"objects": rows}
    (folder / OBJECTS_FILE).write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")


def read_objects(folder: Path) -> Iterator[FoundObject]:
    """Nothing where there is no such file; what is no object in it is passed over."""
    path = folder / OBJECTS_FILE
    if not path.is_file():
        return
    for row in entries(path, "objects.item"):
        try:
            object_id = whole(row["id"])
            name, label = text(row.get("name"), f"Object {object_id}"), text(row.get("label"), "")
            yield FoundObject(object_id, name, label, colour(row.get("colour")))
        except WRONG_FORM:
            continue
