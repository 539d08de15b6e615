"""How deep, how wide and how dear a GraphQL document may be, measured before anything else looks at it.

Strawberry has limiters for depth and aliases, but they walk a fragment once for each time it is spread: 30
fragments that each spread the next one twice would keep them busy for hours. Here each is measured once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLNamedType,
    GraphQLOutputType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from strawberry.extensions import SchemaExtension

from backend.limits import Limits

LIST_COSTS = 10  # what is asked of each item of a list, for each list
MUTATION_COSTS = 50  # a durable write, and maybe the engine's time
INTROSPECTION_SHARE = 20  # it reads no store: so many of its fields cost as much as one


@dataclass(frozen=True)
class Measure:
    """Of a selection, with all that is below it."""

    depth: int = 0
    aliases: int = 0
    cost: int = 0

    def beside(self, other: Measure) -> Measure:
        return Measure(max(self.depth, other.depth), self.aliases + other.aliases, self.cost + other.cost)


class QueryLimiter(SchemaExtension):
    """Refuses before validation, which costs more than this does."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        if context.graphql_document is not None:
            measured = measure(context.graphql_document, context.schema._schema)
            if sentence := too_much(measured, self._limits):
                context.pre_execution_errors = [GraphQLError(sentence)]
        yield


def too_much(measured: Measure, limits: Limits) -> str | None:
    if measured.depth > limits.query_depth:
        return f"This query is {measured.depth} levels deep, and {limits.query_depth} are the limit."
    if measured.aliases > limits.query_aliases:
        return f"This query has {measured.aliases} aliases, and {limits.query_aliases} are the limit."
    if measured.cost > limits.query_cost:
        return f"This query costs {measured.cost} of at most {limits.query_cost}: ask for less at a time."
    return None


def measure(document: DocumentNode, schema: GraphQLSchema) -> Measure:
    """All operations of the document together: only one is run, but all are validated."""
    return _Measuring(document, schema).all()


class _Measuring:
    def __init__(self, document: DocumentNode, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._document = document
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._known: dict[str, Measure] = {}

    def all(self) -> Measure:
        total = Measure()
        for node in self._document.definitions:
            if isinstance(node, OperationDefinitionNode):
                root = self._schema.get_root_type(node.operation)
                total = total.beside(self._selections(node.selection_set, root))
                if node.operation is OperationType.MUTATION:
                    total = total.beside(Measure(cost=MUTATION_COSTS * len(node.selection_set.selections)))
        return total

    def _selections(self, selected: SelectionSetNode | None, parent: GraphQLNamedType | None) -> Measure:
        total = Measure()
        for node in selected.selections if selected else ():
            match node:
                case FieldNode():
                    total = total.beside(self._field(node, parent))
                case InlineFragmentNode():
                    on = node.type_condition
                    inner = self._schema.get_type(on.name.value) if on else parent
                    total = total.beside(self._selections(node.selection_set, inner))
                case FragmentSpreadNode():
                    total = total.beside(self._fragment(node.name.value))
        return total

    def _fragment(self, name: str) -> Measure:
        """Measured once. An unknown one, or one within itself, counts nothing: validation refuses it."""
        if name not in self._known:
            self._known[name] = Measure()
            if node := self._fragments.get(name):
                inner = self._schema.get_type(node.type_condition.name.value)
                self._known[name] = self._selections(node.selection_set, inner)
        return self._known[name]

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None) -> Measure:
        name = node.name.value
        aliases = 1 if node.alias else 0
        field = self._schema.get_field(parent, name) if hasattr(parent, "fields") else None
        if field is None:  # unknown, or __typename of a union: validation says which
            inner = self._selections(node.selection_set, None)
            return Measure(inner.depth + 1, inner.aliases + aliases, inner.cost + 1)
        below = self._selections(node.selection_set, get_named_type(field.type))
        cost = 1 + below.cost * (LIST_COSTS ** _lists_in(field.type))
        if name in ("__schema", "__type"):
            return Measure(0, below.aliases + aliases, -(-cost // INTROSPECTION_SHARE))
        depth = 0 if is_leaf_type(get_named_type(field.type)) else below.depth + 1
        return Measure(depth, below.aliases + aliases, cost)


def _lists_in(given: GraphQLOutputType) -> int:
    """How many lists are in one another; a list of numbers is none, since it has no fields."""
    depth = 0
    while is_non_null_type(given) or is_list_type(given):
        depth += is_list_type(given)
        given = given.of_type
    return depth
