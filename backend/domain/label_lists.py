"""Classes out of a file that people have: Masklet's own list, or those of CVAT, COCO and Label Studio."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

from backend.domain.colours import colour_of
from backend.domain.errors import InvalidInput
from backend.domain.ontology import AttributeKind, AttributeSpec, ObjectClass, checked_ontology

MAX_CHARACTERS = 1_000_000
KINDS_OF_CVAT = {
    "checkbox": AttributeKind.BOOLEAN,
    "number": AttributeKind.NUMBER,
    "select": AttributeKind.CHOICE,
    "radio": AttributeKind.CHOICE,
    "text": AttributeKind.TEXT,
}


def read_classes(text: str) -> tuple[ObjectClass, ...]:
    """Raises InvalidInput where there is no class in it. Plain text is one class a line."""
    if len(text) > MAX_CHARACTERS:
        raise InvalidInput("This file is too long for a list of classes.")
    if text.lstrip().startswith("<"):
        found = list(_label_studio(text))
    elif text.lstrip().startswith(("[", "{")):
        found = list(_of_json(text))
    else:
        found = [ObjectClass(line.strip(), "") for line in text.splitlines() if line.strip()]
    if not found:
        raise InvalidInput(
            "There is no class in this file: take a JSON of Masklet, CVAT or COCO, a Label Studio "
            "configuration, or one name a line."
        )
    coloured = [
        one if one.colour else ObjectClass(one.name, colour_of(number), one.attributes)
        for number, one in enumerate(found, 1)
    ]
    return checked_ontology(coloured)


def _of_json(text: str) -> Iterator[ObjectClass]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"This file is no JSON: {error}.") from error
    if isinstance(data, Mapping):
        entries = next((data[key] for key in ("classes", "labels", "categories") if key in data), None)
    else:
        entries = data
    if not isinstance(entries, list):
        return
    for entry in entries:
        if isinstance(entry, str):
            yield ObjectClass(entry, "")
        elif isinstance(entry, Mapping) and isinstance(entry.get("name"), str):
            specs = entry.get("attributes")
            attributes = [_spec(one) for one in specs] if isinstance(specs, list) else []
            yield ObjectClass(
                entry["name"], _colour(entry), tuple(spec for spec in attributes if spec is not None)
            )


def _colour(entry: Mapping[str, Any]) -> str:
    colour = entry.get("colour", entry.get("color"))
    return colour if isinstance(colour, str) and _is_hex(colour) else ""


def _spec(entry: object) -> AttributeSpec | None:
    """One of Masklet (`kind`, `choices`) or of CVAT (`input_type`, `values`)."""
    if not isinstance(entry, Mapping) or not isinstance(entry.get("name"), str):
        return None
    asked = str(entry.get("kind", entry.get("input_type", "text"))).lower()
    kind = KINDS_OF_CVAT.get(asked) or next(
        (k for k in AttributeKind if k.value == asked), AttributeKind.TEXT
    )
    values = entry.get("choices", entry.get("values"))
    choices = tuple(str(value) for value in values) if isinstance(values, list) else ()
    if kind is AttributeKind.CHOICE and not choices:
        kind = AttributeKind.TEXT
    return AttributeSpec(entry["name"], kind, choices if kind is AttributeKind.CHOICE else ())


def _label_studio(text: str) -> Iterator[ObjectClass]:
    reader = _Labels()
    reader.feed(text)
    yield from reader.found.values()


class _Labels(HTMLParser):
    """`<Label value="car" background="#ff0000"/>`. Not an XML parser: those follow entities."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, ObjectClass] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        name, colour = said.get("value"), said.get("background") or ""
        if tag == "label" and name:
            self.found.setdefault(name, ObjectClass(name, colour if _is_hex(colour) else ""))


def _is_hex(colour: str) -> bool:
    return len(colour) == 7 and colour[0] == "#" and all(c in "0123456789abcdefABCDEF" for c in colour[1:])
