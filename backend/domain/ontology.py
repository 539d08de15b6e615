"""The classes that a session's objects may belong to, and what can be said of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from backend.domain.errors import InvalidInput

MAX_CLASSES = 500
MAX_ATTRIBUTES = 40
MAX_CHOICES = 200
MAX_TEXT = 200


class AttributeKind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    BOOLEAN = "boolean"


@dataclass(frozen=True)
class AttributeSpec:
    """A question about an object of a class. `choices` are the answers of a CHOICE."""

    name: str
    kind: AttributeKind = AttributeKind.TEXT
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class ObjectClass:
    """A class, such as "car"."""

    name: str
    colour: str  # "#rrggbb"
    attributes: tuple[AttributeSpec, ...] = ()


def checked_ontology(classes: Sequence[ObjectClass]) -> tuple[ObjectClass, ...]:
    """The classes with tidy names. Raises InvalidInput where they are no ontology."""
    if len(classes) > MAX_CLASSES:
        raise InvalidInput(f"A session has at most {MAX_CLASSES} classes; these are {len(classes)}.")
    checked = tuple(_checked_class(one) for one in classes)
    _check_apart([one.name for one in checked], "classes")
    return checked


def checked_value(classes: Sequence[ObjectClass], label: str, name: str, value: str) -> str:
    """An attribute's value as it is kept. What the ontology does not ask for is taken as text."""
    if len(value) > MAX_TEXT:
        raise InvalidInput(f"The value of {name!r} has more than {MAX_TEXT} characters.")
    specs = [spec for one in classes if one.name == label for spec in one.attributes if spec.name == name]
    if not specs:
        return value
    match specs[0].kind:
        case AttributeKind.NUMBER if not _is_number(value):
            raise InvalidInput(f"{name!r} takes a number, not {value[:40]!r}.")
        case AttributeKind.BOOLEAN if value not in ("true", "false"):
            raise InvalidInput(f"{name!r} takes true or false, not {value[:40]!r}.")
        case AttributeKind.CHOICE if value not in specs[0].choices:
            raise InvalidInput(f"{name!r} takes one of: {', '.join(specs[0].choices)}.")
    return value


def checked_colour(colour: str) -> str:
    if len(colour) != 7 or colour[0] != "#" or any(c not in "0123456789abcdefABCDEF" for c in colour[1:]):
        raise InvalidInput(f"The colour {colour[:20]!r} is not of the form #rrggbb.")
    return colour.lower()


def checked_text(text: str, what: str) -> str:
    """The text without needless blanks."""
    tidy = " ".join(text.split())
    if not 0 < len(tidy) <= MAX_TEXT:
        raise InvalidInput(f"{what} has 1 to {MAX_TEXT} characters.")
    return tidy


def _checked_class(one: ObjectClass) -> ObjectClass:
    name = checked_text(one.name, "A class's name")
    if len(one.attributes) > MAX_ATTRIBUTES:
        raise InvalidInput(f"The class {name!r} has more than {MAX_ATTRIBUTES} attributes.")
    attributes = tuple(_checked_attribute(spec, name) for spec in one.attributes)
    _check_apart([spec.name for spec in attributes], f"attributes of {name!r}")
    return ObjectClass(name, checked_colour(one.colour), attributes)


def _checked_attribute(spec: AttributeSpec, of_class: str) -> AttributeSpec:
    name = checked_text(spec.name, f"An attribute's name in {of_class!r}")
    choices = tuple(checked_text(choice, f"A choice of {name!r}") for choice in spec.choices)
    if spec.kind is not AttributeKind.CHOICE:
        return AttributeSpec(name, spec.kind)
    if not 0 < len(choices) <= MAX_CHOICES:
        raise InvalidInput(f"{name!r} of {of_class!r} needs 1 to {MAX_CHOICES} choices.")
    _check_apart(list(choices), f"choices of {name!r}")
    return AttributeSpec(name, spec.kind, choices)


def _check_apart(names: Sequence[str], what: str) -> None:
    twice = next((name for i, name in enumerate(names) if name in names[:i]), None)
    if twice is not None:
        raise InvalidInput(f"Two {what} are called {twice!r}; rename one.")


def _is_number(value: str) -> bool:
    try:
        return abs(float(value)) < float("inf")
    except ValueError:
        return False
