"""What a client could send in the place of a name, to reach a file that is not its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)

MARK = "mxq7z"  # no path of ours has it
UP = "../" * 12
DEVICES = ("/dev/stdin", "/dev/full", "/proc/self/environ", "/etc/shadow")  # a server has no use for them
MAX_DEPTH = 4  # of input objects that hold one another


def hostile_texts(outside: str) -> tuple[str, ...]:
    """`outside`: an absolute name of a file that is there, and has MARK in it."""
    return (
        f"../{MARK}",
        f"{UP}{outside.lstrip('/')}",
        outside,
        f"file://{outside}",
        f"{MARK}\0.mp4",
        f"%2e%2e%2f%2e%2e%2f{MARK}",
        f"..%252f..%252f{MARK}",
        f"..\\..\\{MARK}",
        f"C:\\{MARK}",
        f"\\\\{MARK}\\share",
        f"．．／．．／{MARK}",  # noqa: RUF001 - full-width: some normalisations make plain ones of them
        f"..\N{DIVISION SLASH}{MARK}\N{RIGHT-TO-LEFT OVERRIDE}4pm.",
        f"{MARK}\ud800",
        f"CON.{MARK}",
        f"{MARK}/../../owner.key",
        f"~/{MARK}",
        f"${{HOME}}/{MARK};`touch {MARK}`|$(touch {MARK})",
        f"-{MARK}",  # what a command line would take for an option
        f"{MARK}*?[a]",
        MARK * 1000,
        *DEVICES,
    )


@dataclass(frozen=True)
class Leaf:
    """A string among the arguments of a root field: `path` leads to it, through input objects."""

    kind: str  # query, mutation or subscription
    field: str
    path: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.field}({'.'.join(self.path)})"


def leaves(schema: GraphQLSchema) -> Iterator[Leaf]:
    """Every string or id that a client may send, whatever field is added."""
    kinds = {
        "query": schema.query_type,
        "mutation": schema.mutation_type,
        "subscription": schema.subscription_type,
    }
    for kind, root in kinds.items():
        for name, field in root.fields.items() if root else ():
            for argument, given in field.args.items():
                for path in _strings_in(given.type, (argument,)):
                    yield Leaf(kind, name, path)


def _strings_in(given: GraphQLInputType, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    named = get_named_type(given)
    if named.name in ("ID", "String"):
        yield path
    elif isinstance(named, GraphQLInputObjectType) and len(path) <= MAX_DEPTH:
        for name, inner in named.fields.items():
            yield from _strings_in(inner.type, (*path, name))


def document(schema: GraphQLSchema, leaf: Leaf, texts: tuple[str, ...], known: Mapping[str, str]) -> str:
    """The field once for each text, in its place; all else as somebody of good will would have it."""
    root = {
        "query": schema.query_type,
        "mutation": schema.mutation_type,
        "subscription": schema.subscription_type,
    }[leaf.kind]
    assert root is not None
    field = root.fields[leaf.field]
    calls = (f"a{number}: {_call(leaf, field, text, known)}" for number, text in enumerate(texts))
    return f"{leaf.kind} {{ {' '.join(calls)} }}"


def _call(leaf: Leaf, field: GraphQLField, text: str, known: Mapping[str, str]) -> str:
    given = {}
    for name, argument in field.args.items():
        inside = leaf.path[1:] if leaf.path[0] == name else None
        if inside is not None or is_required_argument(argument):
            given[name] = _literal(argument.type, name, inside, text, known)
    arguments = ", ".join(f"{name}: {literal}" for name, literal in given.items())
    selection = "" if is_leaf_type(get_named_type(field.type)) else "{ __typename }"
    return f"{leaf.field}({arguments}) {selection}"


def _literal(
    wanted: GraphQLInputType, name: str, inside: tuple[str, ...] | None, text: str, known: Mapping[str, str]
) -> str:
    """`inside`: the way on to where the text goes; () is here, None is elsewhere."""
    if isinstance(wanted, GraphQLNonNull):
        return _literal(wanted.of_type, name, inside, text, known)
    if isinstance(wanted, GraphQLList):
        return f"[{_literal(wanted.of_type, name, inside, text, known)}]"
    if isinstance(wanted, GraphQLInputObjectType):
        fields = {
            one: _literal(field.type, one, inside[1:] if inside and inside[0] == one else None, text, known)
            for one, field in wanted.fields.items()
            if is_required_input_field(field) or (inside and inside[0] == one)
        }
        return "{" + ", ".join(f"{one}: {literal}" for one, literal in fields.items()) + "}"
    if inside == ():
        return text_literal(text)
    if isinstance(wanted, GraphQLEnumType):
        return next(iter(wanted.values))
    plain: Mapping[str, Callable[[], str]] = {
        "Int": lambda: "1" if name.endswith("Id") else "0",
        "Float": lambda: "1",
        "Boolean": lambda: "true",
        "Upload": lambda: "null",
    }
    return plain.get(wanted.name, lambda: text_literal(known.get(name, "a")))()


def text_literal(text: str) -> str:
    """GraphQL writes strings as JSON does."""
    return json.dumps(text)
