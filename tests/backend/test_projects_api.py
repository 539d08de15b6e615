"""Projects over GraphQL and HTTP: made, filled, restored; classes, progress, assignment, covers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from backend.api.tus.protocol import VIDEO_HEADER
from backend.covers import COVER_HEIGHT, cover_jpeg
from backend.domain.people import Caller, Grant, Person, Role, Scope, acting
from backend.domain.projects import HOME
from backend.domain.rle import Rle
from backend.domain.session import FrameMask, MaskOrigin
from backend.media.pixels import jpeg_of
from tests.backend.live import FRAMES, Live, live
from tests.backend.small_video import write_small_video
from tests.exchange.working import tracked_session, upload_video

PROJECT = """id title isFirst ontology { name } may covers
    progress { sessions objects frames framesMasked framesVerified }"""
CREATE = f"""mutation($t: String!, $c: [ObjectClassInput!]) {{
    createProject(title: $t, classes: $c) {{ {PROJECT} }} }}"""
PROJECTS = f"query {{ projects {{ {PROJECT} }} }}"
WORK = """query($p: ID!) { projectSessions(projectId: $p) {
    session { id projectId assigneeId coverUrl ontology { name } }
    progress { frames framesMasked framesVerified framesDoubtful } assigneeIds } }"""
CREATE_SESSION = (
    "mutation($v: ID!, $p: ID!) { createSession(videoId: $v, projectId: $p) { id ontology { name } } }"
)
CAR = [{"name": "car", "colour": "#ff0000"}]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live(tmp_path_factory.mktemp("projects")) as running:
        yield running


@pytest.fixture
def streets(server: Live) -> str:
    """A project with one class."""
    return server.ask(CREATE, t=" Streets  of Rome ", c=CAR)["id"]


def session_in(server: Live, project_id: str, video_id: str = "clip") -> str:
    return server.ask(CREATE_SESSION, v=video_id, p=project_id)["id"]


def work(server: Live, project_id: str) -> dict[str, dict]:
    """Session id -> what its project's page shows."""
    return {one["session"]["id"]: one for one in server.ask(WORK, p=project_id)}


def test_a_fresh_server_has_the_first_project_only(tmp_path: Path) -> None:
    with live(tmp_path) as fresh:
        (home,) = fresh.ask(PROJECTS)
        assert (home["id"], home["title"], home["isFirst"]) == (HOME, "", True)
        assert home["may"] == ["LOOK", "COMMENT", "EDIT", "REVIEW", "MANAGE"]
        session_id = fresh.session()
        assert [one["session"]["id"] for one in fresh.ask(WORK, p=HOME)] == [session_id]


def test_a_project_is_made_renamed_deleted_and_restored(server: Live, streets: str) -> None:
    made = {one["id"]: one for one in server.ask(PROJECTS)}[streets]
    assert (made["title"], made["ontology"]) == ("Streets of Rome", [{"name": "car"}])
    rename = "mutation($p: ID!, $t: String!) { renameProject(projectId: $p, title: $t) { title } }"
    assert server.ask(rename, p=streets, t="Alleys")["title"] == "Alleys"
    assert server.ask(rename, p=HOME, t="")["title"] == ""
    code, sentence = server.refusal(rename, p=streets, t="  ")
    assert code == "INVALID_INPUT" and "title" in sentence

    session_id = session_in(server, streets)
    delete = "mutation($p: ID!) { deleteProject(projectId: $p) }"
    assert server.refusal(delete, p=HOME)[0] == "INVALID_INPUT"
    server.ask(delete, p=streets)
    assert server.refusal("query($s: ID!) { session(id: $s) { id } }", s=session_id)[0] == "NOT_FOUND"
    assert server.refusal(WORK, p=streets)[0] == "NOT_FOUND"
    listed = server.ask("query { deletedSessions { id } }")
    assert session_id not in {one["id"] for one in listed}, "it comes back with its project, not by itself"
    assert streets in {one["id"] for one in server.ask("query { deletedProjects { id } }")}
    server.ask("mutation($p: ID!) { restoreProject(projectId: $p) { id } }", p=streets)
    assert session_id in work(server, streets)


def test_classes_begin_a_session_and_reach_others_only_if_asked(server: Live, streets: str) -> None:
    before = session_in(server, streets)
    set_classes = """mutation($p: ID!, $c: [ObjectClassInput!]!, $seen: [ObjectClassInput!], $in: Boolean!) {
        setProjectOntology(projectId: $p, classes: $c, seen: $seen, inSessions: $in) { id } }"""
    both = [*CAR, {"name": "bus", "colour": "#00ff00"}]
    server.ask(set_classes, p=streets, c=both, seen=CAR, **{"in": False})
    after = session_in(server, streets)

    def classes(session_id: str) -> list[str]:
        return [one["name"] for one in work(server, streets)[session_id]["session"]["ontology"]]

    assert (classes(before), classes(after)) == (["car"], ["car", "bus"])
    code, sentence = server.refusal(set_classes, p=streets, c=CAR, seen=CAR, **{"in": True})
    assert (code, "Somebody else" in sentence) == ("CONFLICT", True)
    assert classes(before) == ["car"]
    server.ask(set_classes, p=streets, c=both, seen=both, **{"in": True})
    assert classes(before) == ["car", "bus"]


def test_a_session_moves_and_its_assignments_end(server: Live, streets: str) -> None:
    session_id = server.session()
    server.click(session_id, 1, 0, 30, 30)
    assign = "mutation($s: ID!, $p: ID) { assignSession(sessionId: $s, personId: $p) { assigneeId } }"
    assign_object = """mutation($s: ID!, $p: ID) {
        assignObject(sessionId: $s, objectId: 1, personId: $p) { assigneeId } }"""
    (me,) = server.ask('query { projectPeople(projectId: "home") { id name colour } }')
    assert server.ask(assign, s=session_id, p=me["id"])["assigneeId"] == me["id"]
    assert server.ask(assign_object, s=session_id, p=me["id"])["assigneeId"] == me["id"]
    assert work(server, HOME)[session_id]["assigneeIds"] == [me["id"]]
    assert server.refusal(assign, s=session_id, p="a-stranger")[0] == "INVALID_INPUT"
    assert server.refusal(assign_object, s=session_id, p="a-stranger")[0] == "INVALID_INPUT"

    move = "mutation($s: ID!, $p: ID!) { moveSession(sessionId: $s, projectId: $p) { projectId assigneeId } }"
    assert server.ask(move, s=session_id, p=streets) == {"projectId": streets, "assigneeId": None}
    assert work(server, streets)[session_id]["assigneeIds"] == []
    assert session_id not in work(server, HOME)
    assert server.refusal(move, s=session_id, p="nowhere")[0] == "NOT_FOUND"


def test_progress_follows_the_work(server: Live, streets: str) -> None:
    session_id = session_in(server, streets)
    server.click(session_id, 1, 0, 30, 30)
    progress = work(server, streets)[session_id]["progress"]
    assert (progress["frames"], progress["framesMasked"], progress["framesVerified"]) == (FRAMES, 1, 0)
    verify = """mutation($s: ID!, $v: [VerifiedInput!]!) { setVerified(sessionId: $s, places: $v) }"""
    server.ask(verify, s=session_id, v=[{"objectId": 1, "firstFrame": 0, "lastFrame": 0}])
    of_project = {one["id"]: one for one in server.ask(PROJECTS)}[streets]["progress"]
    assert of_project == {
        "sessions": 1,
        "objects": 1,
        "frames": FRAMES,
        "framesMasked": 1,
        "framesVerified": 1,
    }


def test_an_upload_goes_into_its_project(server: Live, streets: str, tmp_path: Path) -> None:
    uploaded = "query($p: ID!) { projectVideos(projectId: $p) { id } }"
    data = write_small_video(tmp_path / "a.mp4", frames=5).read_bytes()
    answer = server.client.post("/api/videos", params={"name": "a.mp4", "project": streets}, content=data)
    video_id = answer.json()["videoId"]
    assert server.ask(uploaded, p=streets) == [{"id": video_id}]
    answer = server.client.post("/api/videos", params={"name": "a.mp4"}, content=data)
    assert answer.json()["videoId"] == video_id, "the same bytes are the same video"
    assert {"id": video_id} in server.ask(uploaded, p=HOME)
    session_in(server, streets)
    assert {"id": "clip"} in server.ask(uploaded, p=streets), "a session there is on it"
    answer = server.client.post("/api/videos", params={"name": "a.mp4", "project": "nowhere"}, content=data)
    assert answer.status_code == 404


def test_a_resumed_upload_remembers_its_project(server: Live, streets: str, tmp_path: Path) -> None:
    data = write_small_video(tmp_path / "b.mp4", frames=6).read_bytes()
    tus = {"Tus-Resumable": "1.0.0"}
    made = server.client.post(
        "/api/uploads", params={"project": streets}, headers={**tus, "Upload-Length": str(len(data))}
    )
    place = made.headers["Location"]
    more = {**tus, "Content-Type": "application/offset+octet-stream"}
    half = len(data) // 2
    server.client.patch(place, headers={**more, "Upload-Offset": "0"}, content=data[:half])
    done = server.client.patch(place, headers={**more, "Upload-Offset": str(half)}, content=data[half:])
    video_id = done.headers[VIDEO_HEADER]
    uploaded = "query($p: ID!) { projectVideos(projectId: $p) { id } }"
    assert server.ask(uploaded, p=streets) == [{"id": video_id}]
    lost = server.client.post(
        "/api/uploads", params={"project": "nowhere"}, headers={**tus, "Upload-Length": "9"}
    )
    assert lost.status_code == 404


def test_a_sessions_cover_shows_its_masks_and_changes_with_them(server: Live, tmp_path: Path) -> None:
    video_id = upload_video(server, tmp_path, frames=7, name="Cover.mp4")
    session_id = tracked_session(server, video_id)
    (one,) = [one for one in server.ask(WORK, p=HOME) if one["session"]["id"] == session_id]
    url = one["session"]["coverUrl"]
    answer = server.client.get(url)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert "immutable" in answer.headers["cache-control"]
    with_masks = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR).astype(int)
    bare = cv2.imdecode(
        np.frombuffer(server.client.get(f"/media/{video_id}/frames/0.jpg").content, np.uint8), 1
    ).astype(int)
    assert (abs(with_masks - bare).max(axis=2) > 60).sum() > 50, "the mask is to be seen"

    delete = "mutation($s: ID!) { deleteObject(sessionId: $s, objectId: 1) }"
    server.ask(delete, s=session_id)
    (one,) = [one for one in server.ask(WORK, p=HOME) if one["session"]["id"] == session_id]
    assert one["session"]["coverUrl"] != url
    poster = server.client.get(f"/media/{video_id}/poster.jpg")
    assert server.client.get(one["session"]["coverUrl"]).content == poster.content
    assert server.client.get("/media/sessions/nothing/cover-1.jpg").status_code == 404


def test_old_covers_go(server: Live, tmp_path: Path) -> None:
    session_id = tracked_session(server, upload_video(server, tmp_path, frames=8, name="Old.mp4"))
    covers = server.service.covers
    first = covers.path(session_id)
    server.click(session_id, 2, 0, 60, 30)
    second = covers.path(session_id)
    assert second.is_file() and not first.exists()
    covers.sweep()
    assert second.is_file()
    draft = second.with_suffix(".1a2b")
    draft.touch()
    os.utime(draft, (0, 0))  # cut off long ago
    server.ask("mutation($s: ID!) { deleteSession(sessionId: $s) }", s=session_id)
    covers.sweep()
    assert session_id not in {one.session_id for one in server.service.sessions.sessions()}
    assert not list(second.parent.glob(f"{second.stem.partition('-')[0]}*"))


def test_a_cover_is_small_and_in_the_objects_colour() -> None:
    still = jpeg_of(np.full((1080, 1920, 3), 20, np.uint8))
    half = Rle.from_runs(1080, 1920, [0, 1080 * 960, 1080 * 960])
    mask = FrameMask(1, 0, half, half.area, 9.0, 0.9, MaskOrigin.TRACK, "fake")
    cover = cv2.imdecode(np.frombuffer(cover_jpeg(still, [mask], {1: "#00c040"}), np.uint8), 1)
    assert cover.shape == (COVER_HEIGHT, 480, 3)
    blue, green, red = cover[100, 100].astype(int)
    assert green > 80 and green > blue + 30 and green > red + 60
    assert cover[100, 400].max() < 40


def test_a_role_sees_only_its_projects(server: Live, streets: str) -> None:
    """What the rules make of each role, asked as the guard asks."""
    import asyncio

    from backend.api.permissions.guard import check
    from backend.api.permissions.table import FIELDS
    from backend.domain.errors import Forbidden, NotFound

    session_id = session_in(server, streets)
    other = server.ask(CREATE, t="Other")["id"]

    def told(role: Role, place: str, field: str, **given: str) -> str:
        caller = Caller(Person("p", "P"), (Grant(Scope.project(place), role),))
        token = acting.set(caller)
        try:
            asyncio.run(check(server.service, FIELDS[field], given))
        except (Forbidden, NotFound) as refusal:
            return refusal.code
        finally:
            acting.reset(token)
        return "OK"

    of_it = {"projectId": streets}
    assert told(Role.VIEWER, streets, "Query.projectSessions", **of_it) == "OK"
    assert told(Role.VIEWER, other, "Query.projectSessions", **of_it) == "NOT_FOUND"
    assert told(Role.VIEWER, streets, "Mutation.exportProject", **of_it) == "OK"
    assert told(Role.ANNOTATOR, streets, "Mutation.renameProject", **of_it) == "FORBIDDEN"
    assert told(Role.OWNER, streets, "Mutation.renameProject", **of_it) == "OK"
    assert told(Role.OWNER, streets, "Mutation.createProject", title="x") == "FORBIDDEN"
    assert told(Role.ANNOTATOR, streets, "Mutation.assignSession", sessionId=session_id) == "FORBIDDEN"
    assert told(Role.OWNER, streets, "Mutation.assignSession", sessionId=session_id) == "OK"
    away = {"sessionId": session_id, "projectId": other}
    assert told(Role.OWNER, streets, "Mutation.moveSession", **away) == "NOT_FOUND"
