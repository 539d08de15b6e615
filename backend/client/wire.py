"""Between Python values and the API's JSON: names in snake case here, in camel case there."""

from __future__ import annotations

import re
import types
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, Generic, TypeVar, Union, cast, get_args, get_origin, get_type_hints

Result = TypeVar("Result")


@dataclass(frozen=True)
class Operation(Generic[Result]):
    """A GraphQL operation. `returns` names the Python type of its answer, as `generated.py` defines it."""

    name: str
    text: str
    returns: str

    def result(self, data: dict[str, Any]) -> Result:
        return cast(Result, _decoded(data[self.name], _return_type(self.returns)))


def variables_of(arguments: dict[str, object]) -> dict[str, object]:
    """As the API takes them; what is None is left out, so that the server's default counts."""
    return {_camel(name): encoded(value) for name, value in arguments.items() if value is not None}


def encoded(value: object) -> object:
    if is_dataclass(value):
        return {_camel(f.name): encoded(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, list | tuple):
        return [encoded(item) for item in value]
    return value


def _camel(name: str) -> str:
    return re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), name)


@cache
def _return_type(text: str) -> Any:
    from . import generated

    return eval(text, vars(generated))  # our own generated text, never what a server sent


@cache
def _hints(kind: type) -> dict[str, Any]:
    from . import generated

    return get_type_hints(kind, vars(generated))


def _decoded(value: Any, kind: Any) -> Any:
    if value is None:
        return None
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _decoded(value, next(one for one in get_args(kind) if one is not type(None)))
    if origin is tuple:
        return tuple(_decoded(item, get_args(kind)[0]) for item in value)
    if is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{f.name: _decoded(value[_camel(f.name)], hints[f.name]) for f in fields(kind)})
    return kind(value)
