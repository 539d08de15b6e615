"""GraphQL types of the annotation workbench: classes, absent ranges, verified frames, verdicts.

Frames are 0-based, in presentation order; ranges of frames include both ends.
"""

from __future__ import annotations

from collections.abc import Sequence

import strawberry

from backend.domain import frames as domain_frames
from backend.domain import ontology as domain_ontology
from backend.domain import session as domain
from backend.domain.annotation_ports import Verified
from backend.domain.errors import InvalidInput

AttributeKind = strawberry.enum(domain_ontology.AttributeKind, name="AttributeKind")
Verdict = strawberry.enum(domain.Verdict, name="Verdict")


@strawberry.type
class FrameRange:
    first: int
    last: int


@strawberry.input
class FrameRangeInput:
    first: int
    last: int


@strawberry.type(description="What was said of an object. `value` is text: true, 3.5, red.")
class Attribute:
    name: str
    value: str


@strawberry.input
class AttributeInput:
    name: str
    value: str


@strawberry.type(description="A question about the objects of a class.")
class AttributeSpec:
    name: str
    kind: AttributeKind
    choices: list[str] = strawberry.field(description="The answers of a CHOICE; else empty.")


@strawberry.input
class AttributeSpecInput:
    name: str
    kind: AttributeKind = AttributeKind.TEXT
    choices: list[str] = strawberry.field(default_factory=list)


@strawberry.type
class ObjectClass:
    name: str
    colour: str = strawberry.field(description="#rrggbb")
    attributes: list[AttributeSpec]


@strawberry.input
class ObjectClassInput:
    name: str
    colour: str
    attributes: list[AttributeSpecInput] = strawberry.field(default_factory=list)


@strawberry.type(description="What a session is called, and the classes of its objects.")
class SessionDetails:
    title: str = strawberry.field(description="Empty: it goes by its video's.")
    ontology: list[ObjectClass]
    version: int


@strawberry.input(description="An object's masks on these frames, both ends included.")
class VerifiedInput:
    object_id: int
    first_frame: int
    last_frame: int


def range_type(stretch: domain_frames.FrameRange) -> FrameRange:
    return FrameRange(first=stretch.first, last=stretch.last)


def range_of(first: int, last: int) -> domain_frames.FrameRange:
    if not 0 <= first <= last:
        raise InvalidInput(f"A range of frames goes from a lower to a higher frame, not {first} to {last}.")
    return domain_frames.FrameRange(first, last)


def class_type(one: domain_ontology.ObjectClass) -> ObjectClass:
    specs = [
        AttributeSpec(name=spec.name, kind=spec.kind, choices=list(spec.choices)) for spec in one.attributes
    ]
    return ObjectClass(name=one.name, colour=one.colour, attributes=specs)


def class_of(given: ObjectClassInput) -> domain_ontology.ObjectClass:
    specs = [
        domain_ontology.AttributeSpec(spec.name, spec.kind, tuple(spec.choices)) for spec in given.attributes
    ]
    return domain_ontology.ObjectClass(given.name, given.colour, tuple(specs))


def details_type(session: domain.Session) -> SessionDetails:
    return SessionDetails(
        title=session.title,
        ontology=[class_type(one) for one in session.ontology],
        version=session.version,
    )


def attributes_of(given: Sequence[AttributeInput] | None) -> list[domain.Attribute] | None:
    return None if given is None else [domain.Attribute(one.name, one.value) for one in given]


def verified_of(given: VerifiedInput) -> Verified:
    return Verified(given.object_id, range_of(given.first_frame, given.last_frame))
