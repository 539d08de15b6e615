"""The session actor: one thread, one mailbox, the engines and the live sessions of one device.

Prompts, cancels and removals wait in the mailbox and go first; in between, every running propagation
gets one frame in turn. So a click waits for at most one frame of anyone's tracking, and cancel too.
A model that has to be loaded holds up those alone who need it. Nothing here waits for a socket.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TypeVar

from backend.domain.errors import MaskletError, Unavailable
from backend.domain.observing import Observer, request_id
from backend.domain.pace import Pace
from backend.domain.people import Caller, acting
from backend.domain.rle import Rle
from backend.domain.session import FramePrompt, Propagation
from backend.worker.live_session import Glimpse
from backend.worker.masks import encode_mask
from backend.worker.ports import SessionReader
from backend.worker.runner import SessionRunner
from backend.worker.scheduler import RoundRobin

logger = logging.getLogger(__name__)

STARVED_S = 0.5  # however many click, so often at least one frame is tracked
T = TypeVar("T")


@dataclass(frozen=True)
class _Asked:
    """What every message carries: the request that it is for, and whose, so that the logs say so."""

    asked_by: str = field(default_factory=request_id.get, kw_only=True)
    asker: Caller | None = field(default_factory=acting.get, kw_only=True)


@dataclass(frozen=True)
class Refresh(_Asked):
    session_id: str
    glimpse: Glimpse
    answer: Future[int] = field(default_factory=Future)
    asked_s: float = field(default_factory=time.monotonic)


@dataclass(frozen=True)
class Track(_Asked):
    session_id: str
    glimpse: Glimpse
    propagation_id: str


@dataclass(frozen=True)
class Cancel(_Asked):
    session_id: str
    answer: Future[int] = field(default_factory=Future)


@dataclass(frozen=True)
class Preview(_Asked):
    session_id: str
    prompt: FramePrompt
    number: int  # counts previews: an older one of the same object is not worth computing
    answer: Future[Rle | None] = field(default_factory=Future)


@dataclass(frozen=True)
class Forget(_Asked):
    session_id: str
    answer: Future[int] = field(default_factory=Future)


@dataclass(frozen=True)
class Loaded(_Asked):
    """An engine is at hand, or could not be loaded."""

    engine_id: str


@dataclass(frozen=True)
class WakeUp(_Asked):
    """Nothing to do; look whether the actor is to stop."""


Message = Refresh | Track | Cancel | Preview | Forget | Loaded | WakeUp


class SessionActor:
    """Owns a device. Its methods may be called from any thread; the work is done on the actor's own."""

    def __init__(self, reader: SessionReader, runner: SessionRunner, observer: Observer) -> None:
        self._reader = reader
        self._runner = runner
        self._observer = observer
        self._mailbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._turns = RoundRobin(runner.is_live)
        self._waiting: dict[str, list[Refresh | Track]] = {}  # by the engine that they wait for
        self._about_to_track: frozenset[str] = frozenset()  # sessions whose Track waits for an engine
        self._door = threading.Lock()  # between posting and closing, so that no message is left behind
        self._walked_s = 0.0  # when a propagation had its last turn, on the monotonic clock
        self._messages_since = 0
        self._stopping = False
        self._last_preview = 0
        self._newest_preview: dict[tuple[str, int], int] = {}  # by session and object
        self._thread = threading.Thread(target=self._run, name="masklet-actor", daemon=True)
        self._thread.start()

    def refresh(self, session_id: str) -> Future[int]:
        """See `backend.domain.ports.Host.refresh`."""
        message = Refresh(session_id, self._glimpse(session_id))
        self._post(message)
        return message.answer

    def track(self, session_id: str, propagation: Propagation) -> None:
        """Walk the stored propagation. Nothing happens if it was ended or replaced meanwhile."""
        self._post(Track(session_id, self._glimpse(session_id), propagation.propagation_id))

    def cancel(self, session_id: str) -> Future[int]:
        message = Cancel(session_id)
        self._post(message)
        return message.answer

    def preview(self, session_id: str, prompt: FramePrompt) -> Future[Rle | None]:
        """See `backend.domain.ports.Host.preview`."""
        with self._door:
            self._last_preview += 1
            number = self._newest_preview[session_id, prompt.object_id] = self._last_preview
        message = Preview(session_id, prompt, number)
        self._post(message)
        return message.answer

    def forget(self, session_id: str) -> Future[int]:
        message = Forget(session_id)
        self._post(message)
        return message.answer

    def working(self) -> bool:
        return self._thread.is_alive()

    def pace(self, session_id: str) -> Pace | None:
        """See `backend.domain.ports.Host.pace`."""
        running, waiting = self._turns.running, self._turns.waiting
        if session_id in self._about_to_track:
            return Pace(beside=len(running), loading=True)
        walk = next((walk for walk in running if walk.session_id == session_id), None)
        if walk is None:
            return None
        place = waiting.index(walk) + 1 if walk in waiting else 0
        return walk.pace(len(running) - 1, place)

    def close(self) -> None:
        """Stop after the frame in hand and save what is live. Idempotent."""
        with self._door:
            self._stopping = True
            self._mailbox.put(WakeUp())
        self._thread.join()

    def _glimpse(self, session_id: str) -> Glimpse:
        version = self._reader.session(session_id).version  # first: what comes later counts as unseen
        prompts = self._reader.prompts(session_id)
        return Glimpse(version, frozenset(prompt.object_id for prompt in prompts))

    def _post(self, message: Message) -> None:
        with self._door:
            if self._stopping:
                _refuse(message)
            else:
                self._mailbox.put(message)

    def _run(self) -> None:
        try:
            while not self._stopping:
                message = self._next_message()
                if message is not None:
                    self._handle(message)
                    self._messages_since += 1
                    request_id.set("")
                else:
                    self._walk_one_frame()
                waiting = sum(len(messages) for messages in self._waiting.values())
                self._observer.queue(self._mailbox.qsize() + waiting, len(self._turns.running))
        finally:
            self._clear_up()

    def _next_message(self) -> Message | None:
        """The oldest message; None when a propagation can use the time, because there is none or messages
        alone have had it for too long."""
        waited_s = time.monotonic() - self._walked_s
        if self._turns and self._messages_since > 0 and waited_s > STARVED_S:
            return None
        try:
            return self._mailbox.get(block=not self._turns)
        except queue.Empty:
            return None

    def _handle(self, message: Message) -> None:
        request_id.set(message.asked_by)
        match message:
            case Refresh() | Track():
                engine_id = self._missing_engine(message)
                if engine_id is None:
                    self._work_on(message)
                else:
                    self._waiting.setdefault(engine_id, []).append(message)
                    self._runner.load(engine_id, self._tell_loaded)
                    self._note_waiting()
            case Cancel(session_id, answer):
                self._turns.remove(session_id)
                who = acting.set(message.asker)  # the log says who stopped it
                _settle(answer, lambda: self._runner.cancel(session_id))
                acting.reset(who)
            case Loaded(engine_id):
                if self._runner.loaded(engine_id, self._tell_loaded):
                    for waited in self._waiting.pop(engine_id, []):
                        self._work_on(waited)
                    self._runner.forget_failure(engine_id)
                    self._note_waiting()
            case Preview(answer=answer):
                _settle(answer, lambda: self._preview(message))
            case Forget(session_id, answer):
                _settle(answer, lambda: self._runner.forget(session_id))
            case WakeUp():
                pass

    def _missing_engine(self, message: Refresh | Track) -> str | None:
        session_id = message.session_id
        try:
            if isinstance(message, Refresh) and not self._runner.needs_engine(session_id, message.glimpse):
                return None
            return self._runner.missing_engine(session_id)
        except Exception:  # whatever it is, the work meets it again, and says so to the one who asked
            return None

    def _tell_loaded(self, engine_id: str) -> None:
        """Called from the thread that loaded it."""
        self._mailbox.put(Loaded(engine_id))

    def _note_waiting(self) -> None:
        waiting = [message for messages in self._waiting.values() for message in messages]
        self._about_to_track = frozenset(m.session_id for m in waiting if isinstance(m, Track))

    def _work_on(self, message: Refresh | Track) -> None:
        request_id.set(message.asked_by)  # not that of the engine which was waited for
        session_id, glimpse = message.session_id, message.glimpse
        match message:
            case Refresh(answer=answer, asked_s=asked_s):
                _settle(answer, lambda: self._runner.refresh(session_id, glimpse, asked_s))
            case Track(propagation_id=propagation_id):
                self._begin(session_id, propagation_id, glimpse)

    def _preview(self, message: Preview) -> Rle | None:
        of_object = message.session_id, message.prompt.object_id
        with self._door:
            if self._newest_preview.get(of_object) != message.number:
                return None
            del self._newest_preview[of_object]
        engine_id = self._runner.missing_engine(message.session_id)
        if engine_id is not None:  # a look ahead is not worth the wait, but the next one shall have it
            self._waiting.setdefault(engine_id, [])
            self._runner.load(engine_id, self._tell_loaded)
            return None
        return encode_mask(self._runner.preview(message.session_id, message.prompt).mask)

    def _begin(self, session_id: str, propagation_id: str, glimpse: Glimpse) -> None:
        try:
            walk = self._runner.begin(session_id, propagation_id, glimpse)
        except Exception:
            logger.exception("A propagation of session %s could not begin", session_id)
        else:
            if walk is not None:
                self._turns.add(walk)

    def _walk_one_frame(self) -> None:
        walk = self._turns.next()
        try:
            goes_on = self._runner.step(walk)
        except Exception:  # the runner answers for its own failures; others must not end everyone's work
            logger.exception("Tracking in session %s broke off; cancel it to go on", walk.session_id)
            goes_on = False
        if not goes_on:
            self._turns.remove(walk.session_id)
        self._walked_s, self._messages_since = time.monotonic(), 0

    def _clear_up(self) -> None:
        try:
            self._runner.close()
        except Exception:
            logger.exception("The live sessions could not all be saved; they are rebuilt at the next start")
        with self._door:
            self._stopping = True
            for waiting in self._waiting.values():
                for message in waiting:
                    _refuse(message)
            while not self._mailbox.empty():
                _refuse(self._mailbox.get())


def _refuse(message: Message) -> None:
    match message:
        case Refresh(answer=answer) | Cancel(answer=answer) | Preview(answer=answer) | Forget(answer=answer):
            _settle(answer, _stopping)


def _stopping() -> int:
    raise Unavailable("The server is stopping; what you did is kept and goes on at the next start.")


def _settle(answer: Future[T], work: Callable[[], T]) -> None:
    """Do the work and answer with what came of it, unless nobody waits any more."""
    outcome: T | MaskletError
    try:
        outcome = work()
    except MaskletError as error:
        outcome = error
    except Exception as error:
        logger.exception("A message to the session actor failed")
        outcome = Unavailable(f"The server could not do this: {error}; its log has more.")
    if not answer.set_running_or_notify_cancel():
        return
    if isinstance(outcome, MaskletError):
        answer.set_exception(outcome)
    else:
        answer.set_result(outcome)
