"""The one question that a closed server answers to strangers: who they are to it, which is nobody yet."""

from __future__ import annotations

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    parse,
)

STRANGERS_BYTES = 2000
_TOKENS = 100


def asks_only_who(query: str | None) -> bool:
    """Is it one query, of nothing but `me`? Fragments can only say what is wanted of it."""
    try:
        document = parse(query or "", max_tokens=_TOKENS)
    except (GraphQLError, RecursionError):
        return False
    operations = [one for one in document.definitions if not isinstance(one, FragmentDefinitionNode)]
    if len(operations) != 1:
        return False
    (operation,) = operations
    if not isinstance(operation, OperationDefinitionNode) or operation.operation is not OperationType.QUERY:
        return False
    asked = operation.selection_set.selections
    return all(isinstance(one, FieldNode) and one.name.value == "me" for one in asked)
