"""Jobs that are cancelled, cut off by a crash, or meet a full disk: never half a file."""

from __future__ import annotations

import signal
import time
from dataclasses import replace
from pathlib import Path

from backend.domain.jobs import JobState
from tests.backend.live import wait_until
from tests.exchange.working import (
    START_EXPORT,
    finished,
    tracked_session,
    upload_video,
    working,
)


def files(folder: Path) -> list[str]:
    exports = folder / "data" / "exports"
    return sorted(path.name for path in exports.iterdir()) if exports.is_dir() else []


def test_a_cancelled_export_leaves_nothing(tmp_path: Path) -> None:
    with working(tmp_path) as server:
        session_id = tracked_session(server, upload_video(server, tmp_path, 400))
        job = server.ask(START_EXPORT, s=[session_id], f="davis", frames=True)
        state = lambda: server.service.jobs.job(job["id"]).state  # noqa: E731 - one word for three places
        wait_until(lambda: state() is JobState.RUNNING)
        server.ask("mutation($id: ID!) { cancelJob(id: $id) { state } }", id=job["id"])
        assert state() is JobState.CANCELLED
        after = finished(server, server.ask(START_EXPORT, s=[session_id], f="coco"))
        assert after["state"] == "DONE", "the next one runs"
        assert files(tmp_path) == [f"{after['id']}.zip"]
        assert state() is JobState.CANCELLED


def test_a_job_that_is_cancelled_at_another_server_stops_here(tmp_path: Path) -> None:
    """All that is known of it here is what the other one wrote into the store."""
    with working(tmp_path) as server:
        session_id = tracked_session(server, upload_video(server, tmp_path, 400))
        job = server.ask(START_EXPORT, s=[session_id], f="davis", frames=True)
        store, runner = server.service.jobs._store, server.service.jobs._runner
        wait_until(lambda: runner._running is not None)
        child = runner._running[1]._child
        child.send_signal(signal.SIGSTOP)  # it must not be done before it is cancelled
        store.change_job(job["id"], lambda job: replace(job, state=JobState.CANCELLED, ended_s=time.time()))
        child.send_signal(signal.SIGCONT)
        after = server.ask(START_EXPORT, s=[session_id], f="coco")
        assert finished(server, after)["state"] == "DONE"
        assert files(tmp_path) == [f"{after['id']}.zip"], "it was not written to its end"


def test_an_export_that_was_cut_off_is_done_at_the_next_start(tmp_path: Path) -> None:
    with working(tmp_path) as server:
        session_id = tracked_session(server, upload_video(server, tmp_path, 400))
        job = server.ask(START_EXPORT, s=[session_id], f="davis", frames=True)
        wait_until(lambda: server.service.jobs.job(job["id"]).progress > 0)
    with working(tmp_path) as server:
        assert finished(server, job)["state"] == "DONE"
        assert files(tmp_path) == [f"{job['id']}.zip"]


def test_old_exports_go(tmp_path: Path) -> None:
    with working(tmp_path) as server:
        session_id = tracked_session(server, upload_video(server, tmp_path))
        job = finished(server, server.ask(START_EXPORT, s=[session_id], f="coco"))
        runner, store = server.service.jobs._runner, server.service.jobs._store
        (tmp_path / "data" / "exports" / f"{'0' * 32}.part").write_bytes(b"left by a crash")
        runner.sweep()
        assert files(tmp_path) == [f"{job['id']}.zip"]
        known = store.job(job["id"])
        store.put_job(replace(known, ended_s=time.time() - 100 * 24 * 3600))
        runner.sweep()
        assert files(tmp_path) == [] and not server.ask("{ jobs { id } }")
        assert server.client.get(job["downloadUrl"]).status_code == 404


def test_a_full_disk_ends_the_export_with_a_sentence(tmp_path: Path, small_disk: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "exports").symlink_to(small_disk)
    with working(tmp_path) as server:
        session_id = tracked_session(server, upload_video(server, tmp_path, 120))
        job = finished(server, server.ask(START_EXPORT, s=[session_id], f="davis", frames=True))
        assert job["state"] == "FAILED" and "disk is full" in job["error"]
        assert files(tmp_path) == []
        small = server.ask(START_EXPORT, s=[session_id], f="coco", stride=20)
        assert finished(server, small)["state"] == "DONE"
