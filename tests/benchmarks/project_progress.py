"""`python -m tests.benchmarks.project_progress [DATABASE_URL]`: what looking at 1,000 sessions costs.

Each session has 200 frames with 3 masks of 900 characters. Printed are CPU seconds of this process (SQLite's
are in it, a PostgreSQL server's are not) and wall seconds.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from dataclasses import replace

from sqlalchemy import insert

from backend.domain.session import Session
from backend.store import tables
from backend.store.database import Database, open_database
from backend.store.projects import SqlProjectStore
from backend.store.rows import mask_row, object_row
from backend.store.sessions import SqlSessionStore
from backend.store.videos import SqlVideoStore
from tests.backend.annotating import describe, mask, video

SESSIONS, FRAMES, OBJECTS = 1000, 200, 3
CHARACTERS = 900  # of a mask's RLE
CHANGED = 10


def fill(database: Database, store: SqlSessionStore) -> list[str]:
    """The ids of the sessions."""
    SqlVideoStore(database).put_video(video(pts_s=tuple(i / 25 for i in range(FRAMES))))
    ids = [f"session-{number:04}" for number in range(SESSIONS)]
    for number, session_id in enumerate(ids):
        store.add_session(Session(session_id, "video-1", "colorflow", created_s=float(number)))
        objects = range(1, OBJECTS + 1)
        masks = [_mask(session_id, o, frame) for frame in range(FRAMES) for o in objects]
        with database.write() as connection:
            connection.execute(
                insert(tables.objects), [object_row(session_id, describe(o), 1) for o in objects]
            )
            connection.execute(insert(tables.masks), masks)
    return ids


def _mask(session_id: str, object_id: int, frame_idx: int) -> dict[str, object]:
    doubt = 0.3 if frame_idx % 10 == 0 else 0.05
    drawn = replace(mask(object_id, frame_idx), doubt=doubt)
    return {**mask_row(session_id, drawn, 1), "counts": "x" * CHARACTERS}


def measure(projects: SqlProjectStore, ids: list[str], what: str) -> None:
    cpu_s, wall_s = time.process_time(), time.perf_counter()
    found = projects.progress(ids)
    cpu_s, wall_s = time.process_time() - cpu_s, time.perf_counter() - wall_s
    print(f"{what}: {cpu_s:.2f} CPU s, {wall_s:.2f} s; {sum(one.masks for one in found)} masks")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = sys.argv[1] if len(sys.argv) > 1 else f"sqlite:///{folder}/masklet.sqlite"
        database = open_database(url)
        store = SqlSessionStore(database)
        projects = SqlProjectStore(database, store)
        ids = fill(database, store)
        measure(projects, ids, "never counted")
        measure(projects, ids, "nothing changed")
        for session_id in ids[:CHANGED]:
            projects.assign_session(session_id, "somebody")
        measure(projects, ids, f"{CHANGED} changed")
        database.close()
    print(f"memory at most: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
