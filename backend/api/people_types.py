"""GraphQL types of people, and of what whoever asks may do in a place."""

from __future__ import annotations

from collections.abc import Collection

import strawberry

from backend.domain import people

May = strawberry.enum(people.May, name="May")


@strawberry.type
class Person:
    id: strawberry.ID
    name: str
    colour: str = strawberry.field(description="Of their cursor and avatar, #rrggbb.")


def person_type(person: people.Person) -> Person:
    return Person(id=strawberry.ID(person.person_id), name=person.name, colour=person.colour)


def may_types(places: Collection[people.Scope]) -> list[May]:
    """What whoever asks may do with what lies in these places, in the order of `people.May`."""
    caller = people.acting.get()
    return [] if caller is None else [need for need in people.May if caller.may(need, places)]
