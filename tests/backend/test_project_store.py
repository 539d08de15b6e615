"""Projects in the store: sessions and videos in them, deletion and its undo, assignment, progress."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import event, update

from backend.domain.annotation_ports import Verified
from backend.domain.errors import Conflict, NotFound
from backend.domain.frames import FrameRange
from backend.domain.ontology import ObjectClass
from backend.domain.project_ports import ObjectCounts, SessionProgress
from backend.domain.projects import HOME, Project
from backend.domain.session import Session
from backend.domain.standing import ReviewState
from backend.store import tables
from backend.store.annotations import SqlAnnotationStore
from backend.store.database import Database
from backend.store.projects import SqlProjectStore
from backend.store.sessions import SqlSessionStore
from backend.store.shelf import SqlShelfStore
from backend.store.videos import SqlVideoStore
from tests.backend.annotating import FRAMES, SESSION, describe, drawn, mask, session_store, video

CARS = (ObjectClass("car", "#ff0000"), ObjectClass("bus", "#00ff00"))


@pytest.fixture
def store(database: Database) -> SqlSessionStore:
    return session_store(database)


@pytest.fixture
def projects(database: Database, store: SqlSessionStore) -> SqlProjectStore:
    """HOME with a session, and "streets" without one."""
    made = SqlProjectStore(database, store)
    made.add_project(Project("streets", "Streets", 10.0, CARS))
    return made


def test_there_is_always_home_first(projects: SqlProjectStore) -> None:
    projects.add_project(Project("later", "Later", 20.0))
    assert [one.project_id for one in projects.projects()] == [HOME, "later", "streets"]
    assert [one.session_id for one in projects.sessions_in(HOME)] == [SESSION]
    with pytest.raises(NotFound):
        projects.project("nothing")


def test_a_session_begins_with_its_projects_classes(
    projects: SqlProjectStore, store: SqlSessionStore
) -> None:
    store.add_session(Session("a", "video-1", "colorflow", 5.0, project_id="streets"))
    store.add_session(Session("b", "video-1", "colorflow", 6.0, ontology=CARS[:1], project_id="streets"))
    assert store.session("a").ontology == CARS
    assert store.session("b").ontology == CARS[:1]
    with pytest.raises(NotFound, match="no such project"):
        store.add_session(Session("c", "video-1", "colorflow", 5.0, project_id="nowhere"))


def test_deleting_a_project_hides_its_sessions_and_restoring_brings_those_back(
    database: Database, projects: SqlProjectStore, store: SqlSessionStore
) -> None:
    shelf = SqlShelfStore(database)
    for name in ("a", "b", "c"):
        store.add_session(Session(name, "video-1", "colorflow", 5.0, project_id="streets"))
    shelf.set_session_removed("c", 99.0)
    projects.remove_project("streets", 100.0)

    assert [one.project_id for one in projects.projects()] == [HOME]
    assert [one.project_id for one in projects.removed_projects()] == ["streets"]
    assert [one.session_id for one in store.sessions()] == [SESSION]
    with pytest.raises(NotFound):
        store.add_object("a", describe)
    with pytest.raises(NotFound):
        store.add_session(Session("d", "video-1", "colorflow", 5.0, project_id="streets"))
    with pytest.raises(NotFound):
        projects.move_session(SESSION, "streets")
    with pytest.raises(Conflict, match="project"):
        shelf.set_session_removed("a", None)

    assert projects.restore_project("streets").title == "Streets"
    assert {one.session_id for one in projects.sessions_in("streets")} == {"a", "b"}
    shelf.set_session_removed("c", None)  # deleted by itself before: it comes back by itself
    with pytest.raises(NotFound):
        projects.restore_project("streets")


def test_a_deleted_project_is_cleared_away_once_its_sessions_are(
    database: Database, projects: SqlProjectStore, store: SqlSessionStore
) -> None:
    store.add_session(Session("a", "video-1", "colorflow", 5.0, project_id="streets"))
    SqlVideoStore(database).add_to_project("video-1", "streets")
    projects.remove_project("streets", 100.0)
    assert projects.purge_projects(200.0) == 0
    SqlShelfStore(database).purge_session("a")
    assert projects.purge_projects(100.0) == 0
    assert projects.purge_projects(200.0) == 1
    assert projects.removed_projects() == []
    assert projects.video_ids("streets") == []


def test_a_video_is_in_the_projects_it_was_uploaded_to(database: Database, projects: SqlProjectStore) -> None:
    videos = SqlVideoStore(database)
    videos.put_video(video("video-2"))
    for project_id in (HOME, "streets", "streets"):
        videos.add_to_project("video-2", project_id)
    for project_id in (HOME, "streets"):
        assert projects.video_ids(project_id) == ["video-2"]
    with pytest.raises(NotFound):
        videos.add_to_project("video-2", "nowhere")
    SqlShelfStore(database).delete_video("video-2")
    assert projects.video_ids(HOME) == []


def test_a_moved_session_is_nobodys_work_yet(projects: SqlProjectStore, store: SqlSessionStore) -> None:
    store.add_object(SESSION, describe)
    projects.assign_session(SESSION, "ana")
    assert projects.assign_object(SESSION, 1, "ben").assignee_id == "ben"
    assert store.session(SESSION).assignee_id == "ana"
    before = store.session(SESSION).version
    assert projects.progress([SESSION])[0].assignee_ids == ("ana", "ben")

    version = projects.move_session(SESSION, "streets")
    moved = store.session(SESSION)
    assert (moved.project_id, moved.assignee_id, moved.version) == ("streets", None, version)
    (told,) = store.delta(SESSION, before, 100).objects  # the feed says so of the object
    assert told.assignee_id is None


def test_classes_reach_only_the_sessions_that_lack_them(
    projects: SqlProjectStore, store: SqlSessionStore
) -> None:
    store.add_session(Session("a", "video-1", "colorflow", 5.0, project_id="streets"))
    before = store.session("a").version
    assert projects.set_ontologies(["a", SESSION, "gone"], CARS) == [SESSION]
    assert store.session(SESSION).ontology == CARS
    assert store.session("a").version == before
    told = store.delta(SESSION, 1, 100).session
    assert told is not None and told.ontology == CARS


def progress(projects: SqlProjectStore) -> SessionProgress:
    (one,) = projects.progress([SESSION])
    return one


def test_progress_counts_frames_as_the_timeline_shows_them(
    projects: SqlProjectStore, store: SqlSessionStore
) -> None:
    nothing = SessionProgress(SESSION, FRAMES, ObjectCounts(), 0, 0, 0, 0, 0, None, ())
    assert progress(projects) == nothing
    assert isinstance(progress(projects).num_frames, int)
    for _ in range(2):
        store.add_object(SESSION, describe)
    store.put_masks(SESSION, [drawn(1, 3), mask(1, 4), mask(1, 5, area=0), mask(2, 4)])
    counted = progress(projects)
    assert (counted.objects, counted.masks, counted.frames_masked) == (ObjectCounts(2), 4, 3)
    assert (counted.masks_verified, counted.frames_verified) == (0, 0)
    assert counted.busiest_frame == 4

    looks = {m.frame_idx for m in store.masks(SESSION) if m.area and m.doubt and 1 - m.doubt < 0.8}
    assert counted.frames_doubtful == len(looks) > 0

    verify = SqlAnnotationStore(store).set_verified
    verify(SESSION, [Verified(1, FrameRange(3, 5))], True)
    counted = progress(projects)
    assert (counted.masks_verified, counted.frames_verified) == (3, 2)  # object 2 is open on frame 4
    verify(SESSION, [Verified(2, FrameRange(4, 4))], True)
    counted = progress(projects)
    assert (counted.frames_verified, counted.frames_doubtful) == (3, 0)
    store.remove_object(SESSION, 2)
    assert progress(projects).objects == ObjectCounts(1)
    assert progress(projects).masks == 3


def test_a_mask_without_measured_doubt_goes_by_its_scores(
    database: Database, projects: SqlProjectStore, store: SqlSessionStore
) -> None:
    store.add_object(SESSION, describe)
    sure = replace(drawn(1, 2), object_score=9.0, predicted_iou=0.95)
    store.put_masks(SESSION, [sure, replace(sure, frame_idx=7, predicted_iou=0.5)])
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE masks SET doubt = NULL")
        connection.exec_driver_sql("DELETE FROM session_progress")
    assert progress(projects).frames_doubtful == 1


def test_what_did_not_change_is_not_counted_again(
    database: Database, projects: SqlProjectStore, store: SqlSessionStore
) -> None:
    store.add_object(SESSION, describe)
    store.put_masks(SESSION, [drawn(1, 3)])
    first = progress(projects)
    asked: list[str] = []

    with database.read() as connection:
        engine = connection.engine

    def listen(_connection, _cursor, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", listen)
    try:
        assert progress(projects) == first
        assert not any("masks.counts" in statement for statement in asked)
        store.put_masks(SESSION, [drawn(1, 4)])
        asked.clear()
        assert progress(projects).masks == 2
        assert any("masks.counts" in statement for statement in asked)
    finally:
        event.remove(engine, "before_cursor_execute", listen)


def test_objects_are_counted_by_their_state_of_review(
    database: Database, projects: SqlProjectStore, store: SqlSessionStore
) -> None:
    for _ in range(4):
        store.add_object(SESSION, describe)
    states = {1: ReviewState.FOR_REVIEW, 2: ReviewState.ACCEPTED, 3: ReviewState.REJECTED}
    with database.write() as connection:
        for object_id, state in states.items():
            of_it = tables.objects.c.object_id == object_id
            connection.execute(update(tables.objects).where(of_it).values(review_state=state.value))
    store.remove_object(SESSION, 3)
    assert progress(projects).objects == ObjectCounts(3, for_review=1, accepted=1)
