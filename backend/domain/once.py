"""A change that is sent again is made once: what a lost answer leaves open is settled by sending it again.

A client gives each of its changes a key. `once` looks the key up before a command and after one that failed,
and the store writes it in the same transaction as the change. So a repeat gets the first one's answer; or,
where the first one died before its commit, the change is made now. That also holds after a restart, and for
repeats at the same moment, in several processes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from hashlib import sha256
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, cast

from backend.domain.errors import InvalidInput, MaskletError
from backend.domain.people import LOCAL, acting
from backend.domain.session import Propagation, TrackedObject

KEY = re.compile(r"[A-Za-z0-9._-]{8,64}")
KEPT_S = 24 * 3600.0  # how long a repeat is known as one

P = ParamSpec("P")
T = TypeVar("T")

# What a change can answer: a version or an id, an object, several, or the tracking that it began.
Answer = int | str | TrackedObject | list[TrackedObject] | Propagation


@dataclass(frozen=True)
class Asked:
    """What a request says of the change that it carries; empty: nothing.

    `client` is the page or program in which somebody made it. What the same client changed before is never
    new to it, though the feed may not have told it yet.
    """

    key: str = ""
    client: str = ""


NOTHING = Asked()
asked: ContextVar[Asked] = ContextVar("asked", default=NOTHING)


@dataclass
class Edit:
    """A command under way, under a key. Keys are each person's own."""

    person_id: str
    key: str
    request: str  # a digest of what was asked for, to tell a repeat from another use of the key
    kept: bool = False  # a command's first write keeps the key


in_hand: ContextVar[Edit | None] = ContextVar("in_hand", default=None)


class Repeated(Exception):
    """Found inside a write: this change was made before. `once` turns it into the first one's answer."""


@dataclass(frozen=True)
class Done:
    """A change was made under this key before."""

    request: str
    answer: Answer


class KnowsKeys(Protocol):
    def done_before(self, edit: Edit) -> Done | None:
        """None: nothing was done under this key that is still remembered."""
        ...


class _HasStore(Protocol):
    _store: KnowsKeys


def once(command: Callable[Concatenate[Any, P], T]) -> Callable[Concatenate[Any, P], T]:
    """Decorates a command (a method of what has a `_store`) that makes one durable change and gives back an
    `Answer`. A command with several changes decorates the part that makes the first one."""

    @wraps(command)
    def run(self: _HasStore, *args: P.args, **kwargs: P.kwargs) -> T:
        key = asked.get().key
        if not key or in_hand.get() is not None:
            return command(self, *args, **kwargs)
        edit = _edit(key, command.__qualname__, args, kwargs)
        if (done := self._store.done_before(edit)) is not None:
            return cast(T, _answer(edit, done))
        token = in_hand.set(edit)
        try:
            return command(self, *args, **kwargs)
        except (Repeated, MaskletError):
            # Another try of the same may have got ahead: then what it left is what this one stumbled over.
            if (done := self._store.done_before(edit)) is None:
                raise
            return cast(T, _answer(edit, done))
        finally:
            in_hand.reset(token)

    return run


def _edit(key: str, command: str, args: tuple[object, ...], kwargs: dict[str, object]) -> Edit:
    if not KEY.fullmatch(key):
        raise InvalidInput(
            "An Idempotency-Key has 8 to 64 letters, digits, dots, dashes or underlines: send a UUID."
        )
    request = sha256(repr((command, args, sorted(kwargs.items()))).encode()).hexdigest()
    return Edit((acting.get() or LOCAL).person.person_id, key, request)


def _answer(edit: Edit, done: Done) -> Answer:
    if done.request != edit.request:
        raise InvalidInput(
            "This Idempotency-Key came with another change before; send each change under a key of its own."
        )
    return done.answer
