"""What is offered to a caller is what the table permits them, asked before they try."""

from __future__ import annotations

from collections.abc import Sequence

from backend.api.context import Service
from backend.api.permissions.rules import permits
from backend.api.permissions.things import things_of_job, things_of_videos
from backend.domain.jobs import Job
from backend.domain.people import Caller, May


def may_cancel(service: Service, caller: Caller, job: Job) -> bool:
    return permits(caller, May.MANAGE, things_of_job(service, job))


def may_delete(service: Service, caller: Caller, video_ids: Sequence[str]) -> frozenset[str]:
    """Those of the videos."""
    things = things_of_videos(service, video_ids)
    return frozenset(one for one, thing in things.items() if permits(caller, May.MANAGE, [thing]))
