"""The same work without a single kill, in one process: what the masks must be."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from backend.domain.commands import SessionCommands
from backend.domain.session import FramePrompt, PointPrompt, PropagationState
from backend.domain.video import Video
from backend.host.thread_host import ThreadHost
from backend.media.library import VideoLibrary
from backend.store.database import open_database
from backend.store.sessions import SqlSessionStore
from backend.store.videos import SqlVideoStore
from backend.worker.colorflow.engine import ColorflowEngine
from backend.worker.colorflow.info import INFO
from tests.backend.hosting import Gate, WatchedMenu, wait_until
from tests.chaos.people import CANCELLED, Clicked, Place, Tracked


class _Colorflow:
    def engines(self) -> tuple:
        return (INFO,)

    def load(self, engine_id: str) -> ColorflowEngine:
        return ColorflowEngine()


def unbroken(
    folder: Path, videos: Path, video: Video, objects: int, done: Sequence[Clicked | Tracked]
) -> dict[Place, str]:
    """The masks of a session in which just this was done. `videos`: the folder with the video's files."""
    shutil.copytree(videos, folder / "videos")
    database = open_database(f"sqlite:///{folder / 'masklet.sqlite'}")
    store, library_rows = SqlSessionStore(database), SqlVideoStore(database)
    library_rows.put_video(video)
    library = VideoLibrary(library_rows, folder)
    gate, sources = Gate(), []

    def frames(video_id: str):
        sources.append(library.frames(video_id))
        return sources[-1]

    host = ThreadHost(store, WatchedMenu(_Colorflow(), gate, sources), frames, folder / "states")
    commands = SessionCommands(store, library_rows, host)
    try:
        session_id = commands.create_session(video.video_id, INFO.id).session_id
        for _ in range(objects):
            commands.add_object(session_id)
        for one in done:
            match one:
                case Clicked((object_id, frame_idx), points):
                    clicks = tuple(PointPrompt(*point) for point in points)
                    commands.set_prompt(session_id, FramePrompt(object_id, frame_idx, clicks))
                case Tracked(_, 0):
                    pass  # cancelled before the first frame: nothing was drawn or learnt
                case Tracked(state, frames_done):
                    stop_after = frames_done if state == CANCELLED else None
                    _track(commands, host, store, gate, session_id, stop_after)
                    ended = store.propagation(session_id)
                    assert ended is not None and ended.frames_done == frames_done, (one, ended)
        return {(m.object_id, m.frame_idx): m.rle.counts for m in store.masks(session_id) if m.rle}
    finally:
        gate.open()
        host.close()
        library.close()
        database.close()


def _track(
    commands: SessionCommands,
    host: ThreadHost,
    store: SqlSessionStore,
    gate: Gate,
    session_id: str,
    stop_after: int | None,
) -> None:
    """To the end, or cancelled after exactly that many frames."""
    begun = len(gate.steps)
    if stop_after is not None:
        gate.hold()
    commands.track(session_id)
    if stop_after is not None:
        gate.let(stop_after - 1)
        gate.wait_for(begun + stop_after)  # in the middle of the last one
        answer = host.cancel(session_id)
        gate.let(1)
        answer.result(60)
        gate.open()
    wait_until(lambda: store.propagation(session_id).state is not PropagationState.RUNNING)
