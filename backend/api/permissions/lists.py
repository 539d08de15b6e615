"""Lists hold only what the caller may see. Each function takes a field's result and leaves that of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from backend.api.context import Service
from backend.api.permissions.things import things_of_job
from backend.domain.people import Caller, May, Scope


class HasId(Protocol):
    id: str


T = TypeVar("T", bound=HasId)


def sessions(service: Service, caller: Caller, found: Sequence[T]) -> list[T]:
    known = service.scopes.of_sessions([one.id for one in found])
    return [one for one in found if one.id in known and caller.may(May.LOOK, known[one.id].all)]


def videos(service: Service, caller: Caller, found: Sequence[T]) -> list[T]:
    known = service.scopes.of_videos([one.id for one in found])
    return [
        one
        for one in found
        if one.id in known and (known[one.id].in_gallery or caller.may(May.LOOK, known[one.id].all))
    ]


def projects(service: Service, caller: Caller, found: Sequence[T]) -> list[T]:
    return [one for one in found if caller.may(May.LOOK, {Scope.project(one.id)})]


def jobs(service: Service, caller: Caller, found: Sequence[T]) -> list[T]:
    """Those of which they may see every session."""
    visible = {
        job.job_id
        for job in service.jobs.jobs()
        if all(
            thing.places is not None and caller.may(May.LOOK, thing.places)
            for thing in things_of_job(service, job)
        )
    }
    return [one for one in found if one.id in visible]
