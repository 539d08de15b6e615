"""Exports and imports, in SQL. Each is one row: what is asked of it is found by id, and there are few."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Select, delete, select

from backend.domain.errors import Conflict, NotFound
from backend.domain.jobs import ExportRequest, ImportReport, ImportRequest, IncomingObject, Job, JobState
from backend.store.database import Database
from backend.store.rows import upsert
from backend.store.tables import jobs

KINDS = {"export": ExportRequest, "import": ImportRequest}


class SqlJobStore:
    """Implements `backend.domain.jobs.JobStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put_job(self, job: Job) -> None:
        with self._database.write() as connection:
            _write_job(connection, job)

    def change_job(self, job_id: str, change: Callable[[Job], Job]) -> Job:
        with self._database.write() as connection:
            job = _found(connection, _one(job_id).with_for_update())
            if job.state.ended:
                return job
            changed = change(job)
            _write_job(connection, changed)
            return changed

    def job(self, job_id: str) -> Job:
        with self._database.read() as connection:
            return _found(connection, _one(job_id))

    def jobs(self) -> list[Job]:
        newest_first = (jobs.c.created_s.desc(), jobs.c.job_id)
        with self._database.read() as connection:
            rows = connection.execute(select(jobs).order_by(*newest_first)).all()
        return [_job_of(row.kind, json.loads(row.job)) for row in rows]

    def remove_job(self, job_id: str) -> None:
        with self._database.write() as connection:
            connection.execute(delete(jobs).where(jobs.c.job_id == job_id))


def end_job(connection: Connection, job: Job) -> None:
    """As part of a transaction: an import is done when its masks are there. Raises Conflict where somebody
    cancelled it in the meantime."""
    if _found(connection, _one(job.job_id).with_for_update()).state.ended:
        raise Conflict("It was cancelled before its end.")
    _write_job(connection, job)


def _write_job(connection: Connection, job: Job) -> None:
    row = {
        "job_id": job.job_id,
        "kind": "export" if isinstance(job.request, ExportRequest) else "import",
        "state": job.state.value,
        "created_s": job.created_s,
        "job": json.dumps(asdict(job)),
    }
    upsert(connection, jobs, [row])


def _one(job_id: str) -> Select:
    return select(jobs).where(jobs.c.job_id == job_id)


def _found(connection: Connection, wanted: Select) -> Job:
    row = connection.execute(wanted).one_or_none()
    if row is None:
        raise NotFound("There is no such export or import; old ones are removed after some days.")
    return _job_of(row.kind, json.loads(row.job))


def _job_of(kind: str, values: dict[str, Any]) -> Job:
    """JSON knows neither tuples nor our types."""
    report = values["report"]
    return Job(
        **{
            **values,
            "request": KINDS[kind](**_with_tuples(values["request"])),
            "state": JobState(values["state"]),
            "report": report and _report_of(report),
        }
    )


def _report_of(values: dict[str, Any]) -> ImportReport:
    objects = tuple(IncomingObject(**one) for one in values["objects"])
    return ImportReport(**{**_with_tuples(values), "objects": objects})


def _with_tuples(values: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
