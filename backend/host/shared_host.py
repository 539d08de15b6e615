"""Several servers on one database and one data folder: each session is computed by one of them.

The first that is asked for a session takes it, by a claim that ends with its process. Another one that is
asked passes the question on and waits for the answer. What a process leaves behind when it dies, the next
one takes over: everything that matters is in the store, and the saved states are in the shared folder.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Protocol

from backend.domain.engines import EngineInfo
from backend.domain.errors import MaskletError, Unavailable
from backend.domain.pace import Pace
from backend.domain.ports import Host, SessionStore
from backend.domain.rle import Rle
from backend.domain.session import FramePrompt, Propagation
from backend.host.notes import Answer, Note, Nudge, Wish, text_of
from backend.host.thread_host import RECENT_SESSIONS
from backend.worker.rebuild import answered

WATCH_S = 1.0  # how often it is looked whether a process is gone, or an answer
ANSWERS_KEPT = 1000  # for those who ask again because the answer was lost

logger = logging.getLogger(__name__)


class Claims(Protocol):
    """What only one process may do. They end with the process."""

    def take(self, name: str) -> bool:
        """Is it ours, from before or from now on?"""
        ...

    def holds(self, name: str) -> bool: ...

    def check(self) -> None:
        """Called every second or so, to notice that claims were lost."""
        ...

    def close(self) -> None: ...


class Notices(Protocol):
    """Texts to all other processes. Some may be lost."""

    def send(self, text: str) -> None: ...


@dataclass
class _Asked:
    """A question that waits for another process."""

    nudge: Nudge
    answer: Future[int] = field(default_factory=Future)


class SharedHost:
    """A `backend.domain.ports.Host` around the one that computes here, for sessions that it holds."""

    def __init__(self, local: Host, store: SessionStore, claims: Claims, notices: Notices) -> None:
        self._local = local
        self._store = store
        self._claims = claims
        self._notices = notices
        self._lock = threading.Lock()
        self._asked: dict[str, _Asked] = {}
        self._answers: OrderedDict[str, Answer | None] = OrderedDict()  # None: being worked on
        self._stopping = threading.Event()
        self._take_up_clicks()
        self._watch = threading.Thread(target=self._keep_watch, name="masklet-shared-host", daemon=True)
        self._watch.start()

    def engines(self) -> tuple[EngineInfo, ...]:
        return self._local.engines()

    def refresh(self, session_id: str) -> Future[int]:
        return self._wish(Nudge(uuid.uuid4().hex, Wish.REFRESH, session_id))

    def track(self, session_id: str, propagation: Propagation) -> None:
        self._wish(Nudge(uuid.uuid4().hex, Wish.TRACK, session_id))

    def cancel(self, session_id: str) -> Future[int]:
        return self._wish(Nudge(uuid.uuid4().hex, Wish.CANCEL, session_id))

    def preview(self, session_id: str, prompt: FramePrompt) -> Future[Rle | None]:
        """Only where the session is computed here, or nowhere yet: it is not worth a second state."""
        if self._claims.take(session_id):
            return self._local.preview(session_id, prompt)
        nothing: Future[Rle | None] = Future()
        nothing.set_result(None)
        return nothing

    def forget(self, session_id: str) -> Future[int]:
        return self._wish(Nudge(uuid.uuid4().hex, Wish.FORGET, session_id))

    def pace(self, session_id: str) -> Pace | None:
        return self._local.pace(session_id)  # None where another process walks it

    def working(self) -> bool:
        return self._local.working()

    def receive(self, note: Note) -> None:
        """Take in what another process sent."""
        match note:
            case Nudge() as nudge if self._claims.holds(nudge.session_id):
                self._serve(nudge)
            case Answer() as answer:
                self._settle(answer)

    def close(self) -> None:
        """Stop computing, then let others take over. Idempotent."""
        self._stopping.set()
        self._watch.join()
        self._local.close()
        with self._lock:
            waiting, self._asked = list(self._asked.values()), {}
        for asked in waiting:
            _fail(asked.answer, Unavailable("The server is stopping; what you did is kept and goes on."))
        self._claims.close()

    def _wish(self, nudge: Nudge) -> Future[int]:
        if self._claims.take(nudge.session_id):
            return self._do(nudge)
        asked = _Asked(nudge)
        with self._lock:
            self._asked[nudge.id] = asked
        self._notices.send(text_of(nudge))
        return asked.answer

    def _do(self, nudge: Nudge) -> Future[int]:
        """Here. All of them do no harm when done twice."""
        session_id = nudge.session_id
        match nudge.wish:
            case Wish.REFRESH:
                return self._local.refresh(session_id)
            case Wish.CANCEL:
                return self._local.cancel(session_id)
            case Wish.FORGET:
                return self._local.forget(session_id)
            case Wish.TRACK:
                propagation = self._store.propagation(session_id)
                if propagation is not None:
                    self._local.track(session_id, propagation)
                done: Future[int] = Future()
                done.set_result(0)
                return done

    def _serve(self, nudge: Nudge) -> None:
        """For another process, which asks again until it hears the answer."""
        with self._lock:
            known = nudge.id in self._answers
            answer = self._answers.get(nudge.id)
            if not known:
                self._answers[nudge.id] = None
                while len(self._answers) > ANSWERS_KEPT:
                    self._answers.popitem(last=False)
        if answer is not None:
            self._notices.send(text_of(answer))
        if known:
            return
        try:
            done = self._do(nudge)
        except Exception as error:
            self._answer(Answer.of_error(nudge.id, error))
        else:
            done.add_done_callback(lambda settled: self._answer(Answer.of(nudge.id, settled)))

    def _answer(self, answer: Answer) -> None:
        with self._lock:
            self._answers[answer.id] = answer
        self._notices.send(text_of(answer))

    def _settle(self, answer: Answer) -> None:
        with self._lock:
            asked = self._asked.pop(answer.id, None)
        if asked is not None and asked.answer.set_running_or_notify_cancel():
            answer.settle(asked.answer)

    def _keep_watch(self) -> None:
        while not self._stopping.is_set():
            for look in (self._claims.check, self._take_over_tracks, self._ask_again):
                try:
                    look()
                except MaskletError as error:
                    logger.warning("%s", error)  # the database is away; it is looked again in a moment
                except Exception:
                    logger.exception("The watch over other processes failed once")
            self._stopping.wait(WATCH_S)

    def _take_over_tracks(self) -> None:
        """Those of a process that is gone. What one stored for us, and died before it could say so, the local
        host finds by itself: it stands still."""
        for session_id, propagation in self._store.running_propagations():
            if not self._claims.holds(session_id) and self._claims.take(session_id):
                logger.info("Going on with a propagation of session %s", session_id)
                self._local.track(session_id, propagation)

    def _ask_again(self) -> None:
        with self._lock:
            waiting = list(self._asked.values())
        for asked in waiting:
            if not self._claims.take(asked.nudge.session_id):
                self._notices.send(text_of(asked.nudge))
                continue
            with self._lock:
                ours = self._asked.pop(asked.nudge.id, None)  # else the answer just came
            if ours is not None and ours.answer.set_running_or_notify_cancel():
                _forward(lambda nudge=ours.nudge: self._do(nudge), ours.answer)

    def _take_up_clicks(self) -> None:
        """Clicks that were stored and not answered, of sessions that nobody computes."""
        for session in self._store.sessions()[:RECENT_SESSIONS]:
            prompts = self._store.prompts(session.session_id)
            done = len(answered(self._store, session.session_id, prompts)) == len(prompts)
            if not done and self._claims.take(session.session_id):
                self._local.refresh(session.session_id)


def _forward(work: Callable[[], Future[int]], answer: Future[int]) -> None:
    try:
        done = work()
    except MaskletError as error:
        answer.set_exception(error)
    else:
        done.add_done_callback(lambda settled: Answer.of("", settled).settle(answer))


def _fail(answer: Future[int], error: MaskletError) -> None:
    if answer.set_running_or_notify_cancel():
        answer.set_exception(error)
