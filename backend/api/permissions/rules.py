"""What a rule is, and the one function that judges by it.

A thing that somebody may not see does not exist for them: they are told so in the words in which everybody
is told of what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.api.context import Service
from backend.domain.errors import Forbidden, MaskletError, Unauthenticated
from backend.domain.people import Caller, May, Scope

Given = Mapping[str, Any]  # what a request names: arguments of a field; of a route those in path and query

CLOSED = "This Masklet is closed: open the link that somebody gave you, or sign in."
NOT_BY_TOKEN = "An API token gives nobody a way in, and says nothing of its person: sign in with a browser."
REFUSALS = {
    May.LOOK: "You may not see this.",
    May.COMMENT: "You may look here, but not comment: ask an owner for a link that lets you.",
    May.EDIT: "You may look here, but not change anything: ask an owner for a link that lets you.",
    May.REVIEW: "Reviewers and owners may do this: ask an owner for a link that lets you.",
    May.MANAGE: "Only an owner of this place may do this.",
}


@dataclass(frozen=True)
class Thing:
    """Something that a request names.

    `places`: where it lies; somebody who may look at one of them sees it. None: there is no such thing.
    `spots`: what is needed must be held in each of these; None: in `places`.
    """

    missing: MaskletError  # raised where there is none, or none that the caller may see
    places: frozenset[Scope] | None
    spots: tuple[frozenset[Scope], ...] | None = None
    for_all: bool = False  # whoever is let in sees it
    owner: str | None = None  # the person whose it is: they may do with it what they like


Find = Callable[[Service, Given], list[Thing]]


@dataclass(frozen=True)
class Ask:
    """What is needed, and for what. `find` None: it must be held anywhere at all."""

    need: May
    find: Find | None


Shows = Callable[[Service, Caller, Any], Any]  # (service, caller, result) -> what of it they may see


@dataclass(frozen=True)
class Rule:
    """All of `asks` must hold; without any, whoever is let in may."""

    asks: tuple[Ask, ...] = ()
    shows: Shows | None = None  # of a list
    strangers: bool = False  # even who is not let in
    in_person: bool = False  # by no API token: what it gave would outlive the token
    by_handler: bool = (
        False  # what is named is in the body: the route's own code calls `permit`, once it knows
    )
    hidden: object = None  # answered instead of an error where a thing is missing; None: the error


def rule(need: May, *finds: Find | None, also: Rule | None = None, in_person: bool = False) -> Rule:
    """`need` for each of the things found, and all that another rule asks."""
    asks = tuple(Ask(need, find) for find in finds)
    return Rule(asks + (also.asks if also else ()), in_person=in_person)


def permit(service: Service, caller: Caller | None, wanted: Rule, given: Given) -> None:
    """Raises what the caller is told, if they may not. Looks into the store, unless a grant is for all."""
    if wanted.strangers:
        return
    if caller is None:
        raise Unauthenticated(CLOSED)
    if wanted.in_person and caller.within is not None:
        raise Forbidden(NOT_BY_TOKEN)
    for ask in wanted.asks:
        if caller.may(ask.need, ()):
            continue
        things = ask.find(service, given) if ask.find is not None else []
        for thing in things:
            _judge(caller, ask.need, thing)
        if not things and (ask.find is not None or not caller.may_somewhere(ask.need)):
            raise Forbidden(REFUSALS[ask.need])  # among them what names nothing, where it must name something


def permits(caller: Caller, need: May, things: Sequence[Thing]) -> bool:
    """Would `permit` let them do to these what takes `need`?"""
    try:
        for thing in () if caller.may(need, ()) else things:
            _judge(caller, need, thing)
    except MaskletError:
        return False
    return True


def needs_look_up(caller: Caller | None, wanted: Rule) -> bool:
    """Would `permit` look into the store?"""
    if caller is None or wanted.strangers:
        return False
    return any(ask.find is not None and not caller.may(ask.need, ()) for ask in wanted.asks)


def _judge(caller: Caller, need: May, thing: Thing) -> None:
    if thing.places is None or not (thing.for_all or caller.may(May.LOOK, thing.places)):
        raise thing.missing
    if need is May.LOOK or thing.owner == caller.person.person_id:
        return
    spots = (thing.places,) if thing.spots is None else thing.spots
    if not all(caller.may(need, spot) for spot in spots):
        raise Forbidden(REFUSALS[need])
