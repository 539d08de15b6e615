"""Runs jobs one after the other, each in a process of its own, and removes what has grown old.

A job that a stop or crash cut off is done anew at the next start. A result gets its name when it is whole.
"""

from __future__ import annotations

import logging
import queue
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from backend.domain.errors import MaskletError
from backend.domain.exchange import BroughtIn, Imports
from backend.domain.jobs import ExportRequest, ImportReport, ImportRequest, Job, JobState, JobStore
from backend.domain.ports import Host, SessionStore
from backend.domain.session import Session
from backend.exchange.export import file_name
from backend.exchange.places import Places
from backend.exchange.process import FAULT, JobProcess, JobStopped
from backend.exchange.reading import load_incoming, load_report

PROGRESS_EVERY_S = 0.5  # each report is a durable write
SWEEP_EVERY_S = 600.0
CHILD = "backend.run_job"

NewSession = Callable[[str, str | None, str], Session]
"""(video id, engine id, project id) -> a session that is not stored yet."""

log = logging.getLogger(__name__)


class JobRunner:
    """Call `start` once, and `close` at the end. Safe to use from several threads at once."""

    def __init__(
        self,
        store: JobStore,
        sessions: SessionStore,
        imports: Imports,
        host: Host,
        new_session: NewSession,
        places: Places,
        environment: Mapping[str, str],
        keep_s: float,
        clock: Callable[[], float] = time.time,
        mine: Callable[[str], bool] = lambda name: True,
    ) -> None:
        """`mine`: may this one do it, where several servers share a store and its files?"""
        self._store = store
        self._sessions = sessions
        self._imports = imports
        self._host = host
        self._new_session = new_session
        self._places = places
        self._environment = environment
        self._keep_s = keep_s
        self._clock = clock
        self._mine = mine
        self._waiting: queue.Queue[str | None] = queue.Queue()
        self._lock = threading.Lock()  # over the two below
        self._running: tuple[str, JobProcess] | None = None
        self._closing = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Go on with what waits, and begin anew what was cut off."""
        self._places.make()
        for job in reversed(self._store.jobs()):
            if not job.state.ended and self._mine(f"job {job.job_id}"):
                self._places.tidy(job.job_id)
                self._waiting.put(job.job_id)
        self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)
        self._thread.start()

    def add(self, job_id: str) -> None:
        if self._mine(f"job {job_id}"):
            self._waiting.put(job_id)

    def cancel(self, job_id: str) -> None:
        with self._lock:
            if self._end(job_id, JobState.CANCELLED).state is not JobState.CANCELLED:
                return
            if self._running is not None and self._running[0] == job_id:
                self._running[1].stop()
        self._places.tidy(job_id)

    def close(self) -> None:
        """Stop the job under way; the next start does it again. Idempotent."""
        with self._lock:
            self._closing = True
            if self._running is not None:
                self._running[1].stop()
        self._waiting.put(None)
        if self._thread is not None:
            self._thread.join()

    def sweep(self) -> None:
        """Remove old jobs with their files, and files that belong to none."""
        before_s = self._clock() - self._keep_s
        known = set()
        for job in self._store.jobs():
            if job.ended_s is not None and job.ended_s < before_s:
                self._places.forget(job.job_id)
                self._store.remove_job(job.job_id)
            else:
                known.add(job.job_id)
        self._places.sweep(known, before_s)

    def _work(self) -> None:
        next_sweep_s = 0.0
        while not self._closing:
            if time.monotonic() >= next_sweep_s:
                next_sweep_s = time.monotonic() + SWEEP_EVERY_S
                self._logged(self.sweep)
            try:
                job_id = self._waiting.get(timeout=SWEEP_EVERY_S)
            except queue.Empty:
                continue
            if job_id is not None:
                self._logged(lambda job_id=job_id: self._run(job_id))

    def _logged(self, call: Callable[[], None]) -> None:
        """The thread outlives what it meets: a full disk, a database that is away."""
        try:
            call()
        except Exception:
            log.exception("Exports and imports: this could not be recorded; the next start redoes it.")

    def _run(self, job_id: str) -> None:
        job = self._begin(job_id)
        if job is None:
            return
        try:
            job = self._in_child(job)
            if isinstance(job.request, ExportRequest):
                self._exported(job, job.request)
            else:
                self._read(job, job.request)
        except JobStopped:
            self._places.forget(job_id)  # the child may just have put the whole file in its place
        except MaskletError as error:
            self._failed(job_id, str(error))
        except Exception:
            log.exception("Job %s failed", job_id)
            self._failed(job_id, FAULT)

    def _begin(self, job_id: str) -> Job | None:
        with self._lock:
            if self._closing:
                return None
            begun = self._store.change_job(
                job_id, lambda job: replace(job, state=JobState.RUNNING, progress=0.0)
            )
            return None if begun.state.ended else begun

    def _in_child(self, job: Job) -> Job:
        """The long part. Returns the job with the report of an import."""
        self._places.tidy(job.job_id)
        with self._lock:
            if self._closing or self._store.job(job.job_id).state.ended:
                raise JobStopped
            child = JobProcess([sys.executable, "-m", CHILD, job.job_id], self._environment)
            self._running = job.job_id, child
        reported_s = 0.0

        def report(done: float) -> None:
            nonlocal reported_s
            if time.monotonic() - reported_s >= PROGRESS_EVERY_S:
                reported_s = time.monotonic()
                progress = min(done, 0.99)
                known = self._store.change_job(job.job_id, lambda job: replace(job, progress=progress))
                if known.state.ended:  # somebody cancelled it, at another server
                    child.stop()

        try:
            child.run(report)
        finally:
            with self._lock:
                self._running = None
        return job

    def _exported(self, job: Job, request: ExportRequest) -> None:
        path = self._places.export(job.job_id)
        name = file_name(job.title, request.format)
        size = path.stat().st_size
        ended = self._end(job.job_id, JobState.DONE, progress=1.0, file_name=name, num_bytes=size)
        if ended.state is not JobState.DONE:  # it was cancelled in the last moment
            self._places.forget(job.job_id)

    def _read(self, job: Job, request: ImportRequest) -> None:
        work = self._places.work(job.job_id)
        report = load_report(work)
        if request.dry_run:
            self._end(job.job_id, JobState.DONE, progress=1.0, report=report)
        elif report.num_problems and not request.confirmed:
            self._end(job.job_id, JobState.FAILED, report=report, error=_unconfirmed(report))
        else:
            self._bring_in(job, request, report)
        self._places.tidy(job.job_id)

    def _bring_in(self, job: Job, request: ImportRequest, report: ImportReport) -> None:
        new = request.session_id is None
        session = (
            self._new_session(request.video_id, request.engine_id, request.project_id)
            if request.session_id is None
            else self._sessions.session(request.session_id)
        )
        incoming = load_incoming(self._places.work(job.job_id), request.keep)

        def ended(brought: BroughtIn) -> Job:
            here = tuple(replace(one, object_id=brought.ids[one.object_id]) for one in report.objects)
            return replace(
                job,
                state=JobState.DONE,
                progress=1.0,
                ended_s=self._clock(),
                report=replace(report, objects=here),
                session_id=brought.session_id,
            )

        brought = self._imports.bring_in(session, incoming, new, ended)
        if any(one.num_boxes for one in report.objects):
            self._host.refresh(brought.session_id)  # the engine draws the boxes' masks; the feed brings them

    def _failed(self, job_id: str, sentence: str) -> None:
        self._places.tidy(job_id)
        self._end(job_id, JobState.FAILED, error=sentence)

    def _end(self, job_id: str, state: JobState, **changes: object) -> Job:
        changes |= {"state": state, "ended_s": self._clock()}
        return self._store.change_job(job_id, lambda job: replace(job, **changes))


def _unconfirmed(report: ImportReport) -> str:
    count = "One entry" if report.num_problems == 1 else f"{report.num_problems} entries"
    return f"{count} of the file cannot come in: look at the report, and confirm to bring in the rest."
