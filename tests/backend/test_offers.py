"""What the server says that somebody may do, for the page to offer it, is what it lets them do."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from backend.domain.jobs import ExportRequest, Job, JobState
from backend.domain.people import SERVER, Role, Scope
from tests.backend.team import Member, Place, Team, team

MAY = "query($s: ID!) { session(id: $s) { may mayInProject } }"
COPY = "mutation($s: ID!) { duplicateSession(sessionId: $s) { id } }"
DELETE = "mutation($s: ID!) { deleteSession(sessionId: $s) }"
RESTORE = "mutation($s: ID!) { restoreSession(sessionId: $s) { id } }"
UNUSED = "{ unusedVideos { id } }"
DELETE_VIDEO = "mutation($v: ID!) { deleteVideo(videoId: $v) }"
JOB = "query($j: ID!) { job(id: $j) { mayCancel } }"
CANCEL = "mutation($j: ID!) { cancelJob(id: $j) { id } }"


@pytest.fixture(scope="module")
def crew(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    with team(tmp_path_factory.mktemp("team")) as made:
        yield made


@pytest.fixture
def place(crew: Team) -> Place:
    return crew.place()


def people(crew: Team, place: Place) -> list[Member]:
    """Each role in the project, in the session alone, and on the whole server."""
    alone = Scope.session(place.session_id)
    return [
        crew.member(f"{role} {scope.kind} {place.project_id}", role, scope)
        for role in Role
        for scope in (place.scope, alone, SERVER)
    ]


def test_who_may_edit_in_the_project_may_copy_delete_and_restore(crew: Team, place: Place) -> None:
    for who in people(crew, place):
        offered = "EDIT" in who.ask(MAY, s=place.session_id)["mayInProject"]
        for deed in (COPY, DELETE, RESTORE):
            assert (who.code(deed, s=place.session_id) is None) is offered, (who.person, deed)


def test_a_link_to_a_session_gives_nothing_in_its_project(crew: Team, place: Place) -> None:
    ada = crew.member("Ada", Role.OWNER, Scope.session(place.session_id))
    mays = ada.ask(MAY, s=place.session_id)
    assert "MANAGE" in mays["may"] and mays["mayInProject"] == []


def test_videos_that_nobody_uses_are_shown_to_who_may_delete_them(crew: Team, place: Place) -> None:
    owner = crew.owner()
    assert place.video_id not in [one["id"] for one in owner.ask(UNUSED)]  # a session is on it
    crew.server.service.shelf.delete(place.session_id)
    for who in people(crew, place):
        offered = place.video_id in [one["id"] for one in who.ask(UNUSED)]
        if not offered:
            assert who.code(DELETE_VIDEO, v=place.video_id) in ("FORBIDDEN", "NOT_FOUND"), who.person
    last = crew.member(f"Olga {place.project_id}", Role.OWNER, place.scope)
    assert place.video_id in [one["id"] for one in last.ask(UNUSED)]
    assert last.code(DELETE_VIDEO, v=place.video_id) is None


def test_a_video_of_two_projects_is_only_offered_to_who_owns_both(crew: Team, place: Place) -> None:
    other = crew.place()
    crew.server.service.videos.add_to_project(place.video_id, other.project_id)
    crew.server.service.shelf.delete(place.session_id)
    half = crew.member(f"Half {place.project_id}", Role.OWNER, place.scope)
    assert half.ask(UNUSED) == [] and half.code(DELETE_VIDEO, v=place.video_id) == "FORBIDDEN"
    assert half.person is not None
    crew.give(half.person, Role.OWNER, other.scope)
    assert [one["id"] for one in half.ask(UNUSED)] == [place.video_id]


def test_who_began_a_job_or_owns_the_place_may_cancel_it(crew: Team, place: Place) -> None:
    beginner = crew.member(f"Begin {place.project_id}", Role.VIEWER, place.scope)
    assert beginner.person is not None
    store = crew.server.service.jobs._store
    for who in (beginner, *people(crew, place), crew.owner()):
        request = ExportRequest((place.session_id,), "coco")
        job = Job(uuid.uuid4().hex, request, "x", 1.0, owner=beginner.person.person_id)
        store.put_job(job)
        offered = who.ask(JOB, j=job.job_id)["mayCancel"]
        assert (who.code(CANCEL, j=job.job_id) is None) is offered, who.person
    assert store.job(job.job_id).state is JobState.CANCELLED  # by an owner, the last of them
    assert crew.owner().ask(JOB, j=job.job_id)["mayCancel"] is False
