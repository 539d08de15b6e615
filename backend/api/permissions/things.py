"""How to find what a request names, and where that lies. Each maker gives a function for the table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.api.context import Service
from backend.api.permissions.rules import Find, Given, Thing
from backend.domain.errors import Forbidden, NotFound
from backend.domain.jobs import ImportRequest, Job
from backend.domain.people import Scope
from backend.domain.projects import HOME
from backend.domain.scopes import VideoPlaces

NO_SESSION = "There is no such session; it may have been removed."
NO_PROJECT = "There is no such project; it may have been deleted."
NO_VIDEO = "There is no such video; it may have been removed."
NO_JOB = "There is no such export or import; old ones are removed after some days."
NO_DEMO_SESSION = "Cannot find session {}; it might have expired"


def session(argument: str = "sessionId", missing: str = NO_SESSION) -> Find:
    """The session, or the sessions, that an argument names."""
    return lambda service, given: _sessions(service, _ids(given, argument), missing)


def project_of_session(argument: str = "sessionId") -> Find:
    """The session, of which something is needed in its project: a copy of it, its end."""

    def find(service: Service, given: Given) -> list[Thing]:
        known = service.scopes.of_sessions(_ids(given, argument))
        return [
            Thing(NotFound(NO_SESSION), known[one].all, (frozenset({known[one].project}),))
            if one in known
            else Thing(NotFound(NO_SESSION), None)
            for one in _ids(given, argument)
        ]

    return find


def project(argument: str = "projectId") -> Find:
    """The project that an argument names; the first one where it names none."""

    def find(service: Service, given: Given) -> list[Thing]:
        ids = _ids(given, argument) or [HOME]
        known = service.scopes.known_projects(ids)
        return [
            Thing(NotFound(NO_PROJECT), frozenset({Scope.project(one)}) if one in known else None)
            for one in ids
        ]

    return find


def video(argument: str = "videoId") -> Find:
    """To look, any place of the video will do; for more it must be held in every project that it is in."""

    def find(service: Service, given: Given) -> list[Thing]:
        ids = _ids(given, argument)
        things = things_of_videos(service, ids)
        return [things[one] for one in ids]

    return find


def demo_video(service: Service, given: Given) -> list[Thing]:
    """By the path that the official demo knows it by: gallery/<id>.mp4, uploads/<id>.mp4."""
    path = str(_value(given, "input.path"))
    video_id = path.rpartition("/")[2].removesuffix(".mp4")
    found = things_of_videos(service, [video_id])[video_id]
    return [Thing(NotFound(f"There is no video {path[:80]!r}."), found.places, found.spots, found.for_all)]


def server(service: Service, given: Given) -> list[Thing]:
    """What belongs to no place in it."""
    return [Thing(Forbidden("Only an owner of this Masklet may do this."), frozenset())]


def job(argument: str = "id") -> Find:
    """An export or an import lies where all its sessions are."""

    def find(service: Service, given: Given) -> list[Thing]:
        try:
            found = service.jobs.job(_ids(given, argument)[0])
        except NotFound as missing:
            return [Thing(missing, None)]
        return things_of_job(service, found)

    return find


def things_of_job(service: Service, found: Job) -> list[Thing]:
    missing = NotFound(NO_JOB)
    if isinstance(found.request, ImportRequest):
        session_id = found.session_id or found.request.session_id
        if session_id is None:
            place = frozenset({Scope.project(found.request.project_id)})
            return [Thing(missing, place, owner=found.owner)]
        ids = [session_id]
    elif found.request.project_id is not None:
        place = frozenset({Scope.project(found.request.project_id)})
        return [Thing(missing, place, owner=found.owner)]
    else:
        ids = list(found.request.session_ids)
    known = service.scopes.of_sessions(ids)
    return [Thing(missing, known[one].all if one in known else None, owner=found.owner) for one in ids]


def things_of_videos(service: Service, video_ids: Sequence[str]) -> dict[str, Thing]:
    """By id, also those that there are not."""
    known = service.scopes.of_videos(video_ids)
    return {one: _video(known.get(one)) for one in video_ids}


def either(argument: str, named: Find, otherwise: Find) -> Find:
    """The one where the argument is given, else the other."""
    return lambda service, given: (named if _value(given, argument) is not None else otherwise)(
        service, given
    )


def _sessions(service: Service, ids: list[str], missing: str) -> list[Thing]:
    known = service.scopes.of_sessions(ids)
    return [
        Thing(NotFound(missing.format(one[:80])), known[one].all if one in known else None) for one in ids
    ]


def _video(at: VideoPlaces | None) -> Thing:
    if at is None:
        return Thing(NotFound(NO_VIDEO), None)
    spots = tuple(frozenset({place}) for place in at.projects) or (frozenset[Scope](),)
    return Thing(NotFound(NO_VIDEO), at.all, spots, for_all=at.in_gallery)


def _ids(given: Given, argument: str) -> list[str]:
    """What an argument names, one or several; none where it is left out."""
    value = _value(given, argument)
    if value is None:
        return []
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _value(given: Given, argument: str) -> Any:
    """`argument` may lead into an input object: "input.sessionId"."""
    value: Any = given
    for name in argument.split("."):
        value = value.get(name) if value is not None else None
    return value
