"""Writes `generated.py` from the GraphQL schema: a dataclass a type, a value an operation. For `make schema`.

Each operation asks for every field of what it returns, so a caller never wonders what is there.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    get_named_type,
    is_leaf_type,
    print_ast,
)
from graphql.type import GraphQLArgument, GraphQLInputField, GraphQLType

HERE = Path(__file__).parent
SCHEMA = HERE.parents[1] / "frontend" / "schema.graphql"
OUTPUT = HERE / "generated.py"
OPERATIONS = {
    "Query": "library video sessions session engines objects masks propagation exportFormats job jobs "
    "projects projectSessions projectVideos",
    "Mutation": "createSession addObject updateObject deleteObject setPrompt clearPrompts track "
    "cancelTracking startExport startImport cancelJob createProject moveSession exportProject",
    "Subscription": "sessionFeed",
}
SCALARS = {"ID": "str", "String": "str", "Int": "int", "Float": "float", "Boolean": "bool"}
HEAD = '''"""Types and operations of Masklet's API, written by `python -m backend.client.codegen`."""

# ruff: noqa: E501 - queries are one line each
# fmt: off
from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .wire import Operation
'''

Field = GraphQLField | GraphQLInputField | GraphQLArgument


def generate(schema: GraphQLSchema) -> str:
    fields = list(_operations(schema))
    types = _touched([field for _, _, field in fields])
    parts = [HEAD]
    parts += [_enum(t) for t in types if isinstance(t, GraphQLEnumType)]
    parts += [_dataclass(t) for t in types if isinstance(t, GraphQLInputObjectType)]
    parts += [_dataclass(t) for t in types if isinstance(t, GraphQLObjectType)]
    parts += [_operation(root, name, field) for root, name, field in fields]
    return "\n\n".join(part.strip("\n") + "\n" for part in parts)


def _operations(schema: GraphQLSchema) -> Iterator[tuple[str, str, GraphQLField]]:
    for root, names in OPERATIONS.items():
        root_type = schema.get_type(root)
        assert isinstance(root_type, GraphQLObjectType)
        for name in names.split():
            yield root.lower(), name, root_type.fields[name]


def _touched(fields: list[GraphQLField]) -> list[GraphQLNamedType]:
    """Every type that these fields take or give, those that others are made of first."""
    found: dict[str, GraphQLNamedType] = {}

    def visit(named: GraphQLNamedType) -> None:
        if named.name in found or named.name in SCALARS:
            return
        if isinstance(named, GraphQLObjectType | GraphQLInputObjectType):
            for inner in named.fields.values():
                visit(get_named_type(inner.type))
        found[named.name] = named

    for field in fields:
        for argument in field.args.values():
            visit(get_named_type(argument.type))
        visit(get_named_type(field.type))
    return list(found.values())


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _python(kind: GraphQLType) -> str:
    if isinstance(kind, GraphQLNonNull):
        return _python(kind.of_type).removesuffix(" | None")
    if isinstance(kind, GraphQLList):
        return f"tuple[{_python(kind.of_type)}, ...] | None"
    named = get_named_type(kind)
    return f"{SCALARS.get(named.name, named.name)} | None"


def _enum(named: GraphQLEnumType) -> str:
    members = "\n".join(f'    {value} = "{value}"' for value in named.values)
    return f"class {named.name}(StrEnum):\n{members}"


def _dataclass(named: GraphQLObjectType | GraphQLInputObjectType) -> str:
    lines = ["@dataclass(frozen=True)", f"class {named.name}:"]
    if named.description:
        lines.append(f'    """{named.description}"""\n')
    inputs = isinstance(named, GraphQLInputObjectType)
    fields = sorted(named.fields.items(), key=lambda item: inputs and _is_optional(item[1]))
    for name, field in fields:
        default = f" = {_default(field)}" if inputs and _is_optional(field) else ""
        remark = f"  # {field.description}" if field.description else ""
        lines.append(f"    {_snake(name)}: {_python(field.type)}{default}{remark}")
    return "\n".join(lines)


def _is_optional(field: Field) -> bool:
    return _literal(field) is not None or not isinstance(field.type, GraphQLNonNull)


def _literal(field: Field) -> str | None:
    """The default value as the schema writes it; None where there is none."""
    node = field.ast_node
    default = getattr(node, "default_value", None)
    return None if default is None else print_ast(default)


def _default(field: Field) -> str:
    literal = _literal(field)
    named = get_named_type(field.type)
    if isinstance(named, GraphQLEnumType) and literal in named.values:
        return f"{named.name}.{literal}"
    return {None: "None", "null": "None", "[]": "()", "true": "True", "false": "False"}.get(
        literal, literal or ""
    )


def _operation(root: str, name: str, field: GraphQLField) -> str:
    """A value that knows its text, how to word its variables, and what the answer becomes."""
    given = ", ".join(f"${arg}: {a.type}{_with_default(a)}" for arg, a in field.args.items())
    used = ", ".join(f"{arg}: ${arg}" for arg in field.args)
    head, call = (f"{root}({given})", f"{name}({used})") if given else (root, name)
    text = f"{head} {{ {call}{_selection(field.type)} }}"
    result = _python(field.type)
    kind = f"Operation[{result}]"
    return f'{_snake(name).upper()}: {kind} = Operation(\n    "{name}",\n    {text!r},\n    "{result}",\n)'


def _with_default(field: Field) -> str:
    literal = _literal(field)
    return "" if literal in (None, "null") else f" = {literal}"


def _selection(kind: GraphQLType) -> str:
    named = get_named_type(kind)
    if is_leaf_type(named):
        return ""
    assert isinstance(named, GraphQLObjectType)
    inner = " ".join(f"{name}{_selection(field.type)}" for name, field in named.fields.items())
    return f" {{ {inner} }}"


def main() -> int:
    text = generate(build_schema(SCHEMA.read_text("utf-8")))
    if "--check" in sys.argv:
        return 0 if OUTPUT.read_text("utf-8") == text else 1
    OUTPUT.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
