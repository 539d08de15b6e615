"""The writer thread between the actor and the store.

The actor computes while masks are committed. What has piled up in the meantime goes into one
transaction per session. The queue is bounded: a slow disk slows tracking down instead of filling memory.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from backend.domain.errors import MaskletError, Unavailable
from backend.domain.ports import SessionStore
from backend.domain.session import FrameMask, Propagation

logger = logging.getLogger(__name__)

UNDER_WAY = 64  # results; each is one frame's masks, some kilobytes an object


@dataclass(frozen=True)
class Result:
    """Masks and progress that wait to be stored."""

    session_id: str
    masks: Sequence[FrameMask]
    propagation: Propagation | None
    stored: Future[int] = field(default_factory=Future)


class _Closed:
    """The last thing in the queue."""


class ResultWriter:
    """Stores results in the order of each session. Any thread may put; closing stores what is queued."""

    def __init__(self, store: SessionStore, under_way: int = UNDER_WAY) -> None:
        self._store = store
        self._results: queue.Queue[Result | _Closed] = queue.Queue(under_way)
        self._door = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="masklet-writer", daemon=True)
        self._thread.start()

    def put(
        self, session_id: str, masks: Sequence[FrameMask], propagation: Propagation | None = None
    ) -> Future[int]:
        """Resolves to the session's version once stored. Waits while the queue is full."""
        result = Result(session_id, masks, propagation)
        with self._door:  # also keeps `close` from overtaking
            if self._closed:
                result.stored.set_exception(Unavailable("The server is stopping; these masks come again."))
            else:
                self._results.put(result)
        return result.stored

    def close(self) -> None:
        """Store everything that was put, then stop. Idempotent."""
        with self._door:
            if not self._closed:
                self._closed = True
                self._results.put(_Closed())
        self._thread.join()

    def _run(self) -> None:
        closing = False
        while not closing:
            waiting = [self._results.get()]
            while len(waiting) < UNDER_WAY and not self._results.empty():
                waiting.append(self._results.get())
            closing = isinstance(waiting[-1], _Closed)
            for group in _grouped([item for item in waiting if isinstance(item, Result)]):
                self._store_group(group)

    def _store_group(self, group: Sequence[Result]) -> None:
        """One transaction. Whatever goes wrong, the writer lives on and the ones who wait are told."""
        newest = {(mask.object_id, mask.frame_idx): mask for result in group for mask in result.masks}
        propagation = next((r.propagation for r in reversed(group) if r.propagation is not None), None)
        try:
            version = self._store.put_masks(group[0].session_id, list(newest.values()), propagation)
        except Exception as error:
            told = _explained(error)
            for result in group:
                result.stored.set_exception(told)
        else:
            for result in group:
                result.stored.set_result(version)


def _grouped(results: Sequence[Result]) -> list[list[Result]]:
    """Results that can share a transaction: one session, and one state of one propagation at most."""
    groups: dict[str, list[list[Result]]] = defaultdict(list)
    for result in results:
        of_session = groups[result.session_id]
        if of_session and _can_join(of_session[-1], result):
            of_session[-1].append(result)
        else:
            of_session.append([result])
    return [group for of_session in groups.values() for group in of_session]


def _can_join(group: Sequence[Result], result: Result) -> bool:
    newest = next((r.propagation for r in reversed(group) if r.propagation is not None), None)
    if newest is None or result.propagation is None:
        return True
    return newest.propagation_id == result.propagation.propagation_id


def _explained(error: Exception) -> MaskletError:
    if isinstance(error, MaskletError):
        return error
    logger.error("Masks could not be stored", exc_info=error)
    reason = str(error).strip().splitlines()
    return Unavailable(
        f"Masks could not be stored ({reason[0] if reason else type(error).__name__}): "
        "see that the disk has room and can be written to, then track again."
    )
