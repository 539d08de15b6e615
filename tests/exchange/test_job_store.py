"""Jobs come back from the database as they went in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.domain.errors import Conflict, NotFound
from backend.domain.jobs import ExportRequest, ImportReport, ImportRequest, IncomingObject, Job, JobState
from backend.store.database import Database
from backend.store.jobs import SqlJobStore, end_job

EXPORT = Job("a", ExportRequest(("s1", "s2"), "coco", None, 3, 9, 2, True), "Two ‘clips’", 10.0)
IMPORT = Job(
    "b",
    ImportRequest("u", "masks.zip", "v", "s1"),
    "masks.zip",
    11.0,
    report=ImportReport("coco", (IncomingObject(1, "Cup", "cup", 2, 0, 0, 5),), ("frame 99: beyond",), 12),
)


def test_jobs_come_back_as_they_went_in(database: Database) -> None:
    store = SqlJobStore(database)
    for job in (EXPORT, IMPORT):
        store.put_job(job)
    assert store.job("a") == EXPORT and store.job("b") == IMPORT
    assert list(store.jobs()) == [IMPORT, EXPORT]
    done = replace(
        EXPORT, state=JobState.DONE, progress=1.0, ended_s=12.0, file_name="x.zip", num_bytes=2**40
    )
    store.put_job(done)
    assert store.job("a") == done
    store.remove_job("a")
    store.remove_job("a")
    with pytest.raises(NotFound):
        store.job("a")


def test_what_has_ended_stays_ended(database: Database) -> None:
    """Whichever server ended it: each asks in the transaction in which it writes."""
    store = SqlJobStore(database)
    store.put_job(IMPORT)
    cancelled = replace(IMPORT, state=JobState.CANCELLED, ended_s=12.0)
    assert store.change_job("b", lambda job: cancelled) == cancelled
    assert store.change_job("b", lambda job: replace(job, progress=0.5)) == cancelled
    with pytest.raises(Conflict, match="cancelled"), database.write() as connection:
        end_job(connection, replace(IMPORT, state=JobState.DONE))
    assert store.job("b") == cancelled


def test_a_job_knows_its_sessions() -> None:
    assert EXPORT.concerns("s2") and not EXPORT.concerns("s3")
    assert IMPORT.concerns("s1") and replace(IMPORT, session_id="s9").concerns("s9")
