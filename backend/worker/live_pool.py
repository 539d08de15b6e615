"""The live sessions, under a budget: the one that was used longest ago goes to disk first."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from backend.domain.observing import Observer
from backend.domain.session import FramePrompt
from backend.worker.engine import Engine, EngineSession, FrameSource
from backend.worker.engines import EngineShelf
from backend.worker.heap import Heap
from backend.worker.live_session import LiveSession
from backend.worker.memory import is_out_of_memory
from backend.worker.ports import FrameOpener, SessionReader
from backend.worker.rebuild import forget_replaced, rebuild
from backend.worker.saved_states import SavedStates

logger = logging.getLogger(__name__)

SAVE_EVERY_S = 2.0  # while tracking: what a crash costs at most, where saving is quick
SAVE_SHARE = 0.05  # of the time, at most, goes into saving


@dataclass(frozen=True)
class Budget:
    """What live sessions may hold together. The one in use always may."""

    nbytes: int = 2 << 30
    sessions: int = 64  # each keeps a video decoder open


class LivePool:
    """Opens, keeps, saves and closes live sessions. Used from the actor's thread only, but for `in`.

    `settle` is asked before each save: it waits until the session's results are stored, and says
    whether they all were. Else a saved state could count frames as done whose masks were lost.
    """

    def __init__(
        self,
        reader: SessionReader,
        engines: EngineShelf,
        open_frames: FrameOpener,
        states: SavedStates,
        budget: Budget,
        settle: Callable[[str], bool],
        observer: Observer,
    ) -> None:
        self._reader = reader
        self._engines = engines
        self._open_frames = open_frames
        self._states = states
        self._budget = budget
        self._settle = settle
        self._observer = observer
        self._live: OrderedDict[str, LiveSession] = OrderedDict()  # used longest ago first
        self._heap = Heap()

    def __contains__(self, session_id: str) -> bool:
        return session_id in self._live

    @property
    def engines_in_use(self) -> set[str]:
        return {live.engine.info.id for live in self._live.values()}

    def get(self, session_id: str) -> LiveSession:
        """The session, opened where it is not live: from its saved state, else from the store.

        Its engine must be at hand.
        """
        if session_id not in self._live:
            while self._live and not self._fits():  # one that was alone may be larger than the budget
                self._evict(next(iter(self._live)))
            self._live[session_id] = self._open(session_id)
        self._live.move_to_end(session_id)
        return self._live[session_id]

    def save(self, session_id: str) -> None:
        """Save a live session; others are saved already. A state that cannot be saved is only logged."""
        live = self._live.get(session_id)
        if live is None or not self._settle(session_id):
            return
        began_s = time.monotonic()
        try:
            self._states.write(live)
        except Exception:
            logger.warning("The state of session %s could not be saved", session_id, exc_info=True)
        ended_s = time.monotonic()
        live.next_save_s = ended_s + max(SAVE_EVERY_S, (ended_s - began_s) / SAVE_SHARE)

    def save_if_due(self, session_id: str) -> None:
        live = self._live.get(session_id)
        if live is not None and time.monotonic() >= live.next_save_s:
            self.save(session_id)

    def trim(self, keep: str) -> None:
        """Save and close sessions, those used longest ago first, until the rest, or `keep` alone, fits the
        budget. `keep` is the one that was worked on since the last time."""
        if keep in self._live:
            self._live[keep].measure()
        while len(self._live) > 1 and not self._fits():
            self._evict(next(session_id for session_id in self._live if session_id != keep))
        self._heap.give_back()
        self._observer.live(len(self._live), self._nbytes())

    def make_room(self, keep: str) -> None:
        """Memory ran out at work on `keep`: save and close all others. What `keep` holds is not to be trusted
        any more, so it is dropped, and opened again from what was saved."""
        self.discard(keep)
        self.put_away()

    def put_away(self) -> bool:
        """Save and close all; False where nothing was live."""
        sessions = list(self._live)
        for session_id in sessions:
            self._evict(session_id)
        self._observer.live(0, 0)
        return bool(sessions)

    def _evict(self, session_id: str) -> None:
        logger.info("Session %s makes room in memory", session_id)
        self.save(session_id)
        self.discard(session_id)
        self._observer.evicted()

    def discard(self, session_id: str) -> None:
        """Close without saving: what was saved before counts."""
        live = self._live.pop(session_id, None)
        if live is None:
            return
        try:
            live.close()
        except Exception:
            logger.warning("Session %s did not close cleanly", session_id, exc_info=True)
        self._heap.freed()

    def saved_knows_more(self, session_id: str, prompts: Iterable[FramePrompt]) -> bool:
        """Does the saved state hold prompts that are no longer there?"""
        note = self._states.note(session_id)
        kept = {(prompt.object_id, prompt.frame_idx) for prompt in prompts}
        return note is not None and any((object_id, frame) not in kept for object_id, frame, _ in note.seen)

    def drop_saved(self, session_id: str) -> None:
        self._states.drop(session_id)

    def close(self) -> None:
        for session_id in list(self._live):
            self.save(session_id)
            self.discard(session_id)

    def _nbytes(self) -> int:
        return sum(live.nbytes for live in self._live.values())

    def _fits(self) -> bool:
        return self._nbytes() <= self._budget.nbytes and len(self._live) <= self._budget.sessions

    def _open(self, session_id: str) -> LiveSession:
        self._states.trim(keep={session_id, *self._live})
        session = self._reader.session(session_id)
        engine = self._engines.take(session.engine_id)
        frames = self._open_frames(session.video_id)
        try:
            live = self._reopen(session_id, engine, frames)
            if live is not None:
                live.next_save_s = time.monotonic() + SAVE_EVERY_S
            else:  # due to be saved at once: a second rebuild would find more masks, and know less of them
                live = LiveSession(session_id, engine, frames, engine.open(frames))
                rebuild(live, self._reader)
        except BaseException:
            frames.close()
            raise
        live.measure()
        return live

    def _reopen(self, session_id: str, engine: Engine, frames: FrameSource) -> LiveSession | None:
        note = self._states.note(session_id)
        if note is None or (note.engine_id, note.weights_sha256) != (
            engine.info.id,
            engine.info.weights_sha256,
        ):
            return None
        state = self._read(session_id, engine, frames)
        if state is None:
            return None
        seen = {(object_id, frame_idx): version for object_id, frame_idx, version in note.seen}
        live = LiveSession(session_id, engine, frames, state, seen, set(note.drawn), note.progress)
        forget_replaced(live, self._reader)
        return live

    def _read(self, session_id: str, engine: Engine, frames: FrameSource) -> EngineSession | None:
        try:
            return engine.open(frames, saved=self._states.folder(session_id))
        except Exception as error:  # whatever is wrong with a cache, the store has what is needed
            if is_out_of_memory(error):
                raise
            logger.warning("Session %s is rebuilt: its saved state does not fit", session_id, exc_info=True)
            return None
