"""`python -m backend.run_job JOB_ID`: one export or import, in a process of its own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from backend.domain.durable import disk_errors
from backend.domain.jobs import ExportRequest, ImportRequest, Job
from backend.domain.video import FrameTimes, Video
from backend.exchange.export import Exporter
from backend.exchange.places import Places
from backend.exchange.process import Report, in_child
from backend.exchange.reading import read_import
from backend.host.catalog import EngineCatalog
from backend.media.frames import VideoFrames
from backend.media.index import SOURCE_NAME
from backend.media.library import VideoLibrary
from backend.settings import Settings, from_environment
from backend.store.database import Database, open_database
from backend.store.jobs import SqlJobStore
from backend.store.sessions import SqlSessionStore
from backend.store.snapshots import SqlSnapshots
from backend.store.videos import SqlVideoStore


@dataclass(frozen=True)
class StoredVideos:
    """Implements `backend.exchange.export.Videos` over the store and the library."""

    store: SqlVideoStore
    library: VideoLibrary

    def video(self, video_id: str) -> Video:
        return self.store.video(video_id)

    def frames(self, video_id: str) -> VideoFrames:
        return self.library.frames(video_id)

    def frame_times(self, video_id: str) -> FrameTimes:
        return self.library.frame_times(video_id)

    def source_path(self, video_id: str) -> Path:
        return self.library.folder(video_id) / SOURCE_NAME


def run_job(settings: Settings, job_id: str) -> None:
    """Write an export, or read what an import brings."""
    database = open_database(settings.database)
    job = SqlJobStore(database).job(job_id)
    places = Places(settings.data, settings.max_upload_bytes)
    videos = SqlVideoStore(database)

    def progress(done: float) -> None:
        Report(progress=done).say()

    if isinstance(job.request, ExportRequest):
        exporter = _exporter(settings, database)
        exporter.write_zip(job, job.request, places.export(job_id), progress)
    else:
        _read(SqlSessionStore(database), videos, job.request, places, job)


@contextmanager
def open_exporter(settings: Settings) -> Iterator[Exporter]:
    """For whoever exports without a job, beside an open service or without one."""
    database = open_database(settings.database)
    try:
        yield _exporter(settings, database)
    finally:
        database.close()


def _exporter(settings: Settings, database: Database) -> Exporter:
    videos = SqlVideoStore(database)
    stored = StoredVideos(videos, VideoLibrary(videos, settings.data))
    return Exporter(SqlSnapshots(database), stored, EngineCatalog(settings.checkpoints).weights_sha256)


def _read(
    sessions: SqlSessionStore, videos: SqlVideoStore, request: ImportRequest, places: Places, job: Job
) -> None:
    session = sessions.session(request.session_id) if request.session_id else None
    work = places.work(job.job_id)
    with disk_errors():
        work.mkdir(parents=True)
        upload = places.upload(request.upload_id, job.owner)
        read_import(upload, request, videos.video(request.video_id), session, work)


if __name__ == "__main__":
    in_child(lambda: run_job(from_environment(), sys.argv[1]))
