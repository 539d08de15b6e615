"""A server with a tracked video on it, and short hands for its exports and imports."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.backend.live import Live, live, wait_until
from tests.backend.small_video import HEIGHT, disc_x, write_small_video

JOB = "id state progress error fileName numBytes downloadUrl sessionId report { format numProblems problems "
JOB += "objects { objectId name label numMasks numBoxes firstFrame lastFrame } }"
START_EXPORT = (
    "mutation($s: [ID!]!, $f: String!, $o: [Int!], $first: Int! = 0, $last: Int, $stride: Int! = 1, "
    "$frames: Boolean! = false) { startExport(sessionIds: $s, format: $f, objectIds: $o, firstFrame: $first, "
    f"lastFrame: $last, stride: $stride, withFrames: $frames) {{ {JOB} }} }}"
)
START_IMPORT = (
    "mutation($u: ID!, $n: String!, $v: ID!, $s: ID, $f: String, $keep: Boolean! = true, "
    "$confirmed: Boolean! = false, $dry: Boolean! = false) { startImport(uploadId: $u, fileName: $n, "
    "videoId: $v, sessionId: $s, format: $f, keep: $keep, confirmed: $confirmed, dryRun: $dry) "
    f"{{ {JOB} }} }}"
)


@contextmanager
def working(folder: Path, **settings: Any) -> Iterator[Live]:
    """A server of moving shapes, or of the engine that `live` is told to have."""
    with live(folder, **settings) as server:
        yield server


def upload_video(server: Live, folder: Path, frames: int = 12, name: str = "Disc.mp4") -> str:
    path = write_small_video(folder / name, frames)
    answer = server.client.post("/api/videos", params={"name": name}, content=path.read_bytes())
    video_id = answer.json()["videoId"]
    query = "query($v: ID!) { video(id: $v) { state error } }"
    wait_until(lambda: server.ask(query, v=video_id)["state"] == "READY")
    return video_id


def tracked_session(server: Live, video_id: str, objects: int = 1) -> str:
    """A session whose objects have a mask on every frame."""
    session_id = server.session(video_id)
    for object_id in range(1, objects + 1):
        server.click(session_id, object_id, 0, disc_x(0) + 8 * (object_id - 1), HEIGHT // 2)
    server.ask("mutation($s: ID!) { track(sessionId: $s) { id } }", s=session_id)
    wait_until(lambda: server.service.sessions.propagation(session_id).state.value == "done")
    return session_id


def finished(server: Live, job: dict[str, Any]) -> dict[str, Any]:
    """The job when it has ended."""
    query = f"query($id: ID!) {{ job(id: $id) {{ {JOB} }} }}"
    wait_until(lambda: server.ask(query, id=job["id"])["state"] not in ("WAITING", "RUNNING"))
    return server.ask(query, id=job["id"])


def export(server: Live, *session_ids: str, form: str = "coco", **options: Any) -> bytes:
    """The zip."""
    job = finished(server, server.ask(START_EXPORT, s=list(session_ids), f=form, **options))
    assert job["state"] == "DONE", job
    answer = server.client.get(job["downloadUrl"])
    assert answer.status_code == 200 and len(answer.content) == job["numBytes"]
    return answer.content


def bring_in(server: Live, data: bytes, video_id: str, **options: Any) -> dict[str, Any]:
    """The import job, ended."""
    upload_id = server.client.post("/api/imports", content=data).json()["uploadId"]
    variables = {"u": upload_id, "n": "masks.zip", "v": video_id, **options}
    return finished(server, server.ask(START_IMPORT, **variables))


def unzipped(data: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(folder)
    return folder


def zipped(folder: Path) -> bytes:
    """The folder's files as a zip, wherever the test has put its hands in."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder).as_posix())
    return data.getvalue()
