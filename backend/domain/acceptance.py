"""Sending objects for review, accepting and rejecting them, and the queue of what waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from backend.domain.comments import places, whoever_asks
from backend.domain.errors import InvalidInput
from backend.domain.lookup import unheld_objects
from backend.domain.people import May, acting
from backend.domain.ports import SessionStore, VideoStore
from backend.domain.rle import Rle
from backend.domain.session import Session, TrackedObject
from backend.domain.standing import Review, ReviewState, ReviewStep, after_step, checked_reason
from backend.domain.video import Video

MAX_OBJECTS = 1000
MAX_PAGE = 100

Judge = Callable[[TrackedObject], Review]


@dataclass(frozen=True)
class Waiting:
    """An object that waits for review. `rle`: its mask on `review.frame_idx`, if it is still there."""

    session_id: str
    tracked: TrackedObject
    rle: Rle | None
    num_masks: int
    open_comments: int  # unresolved threads about it


@dataclass(frozen=True)
class WaitingObject:
    session: Session
    video: Video
    waiting: Waiting


@dataclass(frozen=True)
class ReviewQueue:
    total: int
    items: tuple[WaitingObject, ...]


class AcceptanceStore(Protocol):
    def set_reviews(
        self, session_id: str, object_ids: Sequence[int], judge: Judge, seen: int | None = None
    ) -> list[TrackedObject]:
        """`judge` sees each object as it is when it is written; what it raises undoes all of it. With `seen`,
        a newer change of an object, its prompts or its masks raises Conflict."""
        ...

    def largest_frame(self, session_id: str, object_id: int) -> int | None:
        """The frame on which most of the object is seen; None: it has no mask that is not empty."""
        ...

    def count_waiting(self, session_ids: Collection[str]) -> int: ...

    def waiting(self, session_ids: Collection[str], limit: int, skip: int = 0) -> list[Waiting]:
        """What was sent first comes first."""
        ...


class AcceptanceCommands:
    """Commands on objects' states; who asks is `acting`, and `backend.api.permissions` lets them in."""

    def __init__(
        self,
        store: SessionStore,
        acceptance: AcceptanceStore,
        videos: VideoStore,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._acceptance = acceptance
        self._videos = videos
        self._clock = clock

    def send(self, session_id: str, object_ids: Sequence[int]) -> list[TrackedObject]:
        """Send objects for review; those that wait already stay where they are in the queue."""
        frames = {one: self._acceptance.largest_frame(session_id, one) for one in _checked(object_ids)}

        def judge(old: TrackedObject) -> Review:
            state = after_step(old.review.state, ReviewStep.SEND, old.name)
            frame_idx = frames[old.object_id]
            if frame_idx is None:
                raise InvalidInput(f"{old.name} has no mask yet; there is nothing to review.")
            me, now = whoever_asks(), self._clock()
            return Review(state, "", me, now, me, now, frame_idx)

        return self._step(session_id, object_ids, ReviewState.FOR_REVIEW, judge)

    def withdraw(self, session_id: str, object_ids: Sequence[int]) -> list[TrackedObject]:
        """Objects become drafts again."""
        return self._step(session_id, object_ids, ReviewState.DRAFT, self._judge(ReviewStep.WITHDRAW))

    def accept(
        self, session_id: str, object_ids: Sequence[int], seen: int | None = None
    ) -> list[TrackedObject]:
        return self._step(session_id, object_ids, ReviewState.ACCEPTED, self._judge(ReviewStep.ACCEPT), seen)

    def reject(
        self, session_id: str, object_ids: Sequence[int], reason: str, seen: int | None = None
    ) -> list[TrackedObject]:
        """A rejection with another reason takes the place of the one before."""
        judge = self._judge(ReviewStep.REJECT, checked_reason(reason))
        unheld_objects(self._store, session_id, object_ids)
        return self._acceptance.set_reviews(session_id, _checked(object_ids), judge, seen)

    def queue(self, limit: int, skip: int = 0) -> ReviewQueue:
        """What waits in the sessions that the caller may see, the longest waiting first."""
        caller = acting.get()
        if not 0 < limit <= MAX_PAGE or skip < 0:
            raise InvalidInput(f"Ask for 1 to {MAX_PAGE} objects at a time.")
        everything = self._store.sessions() if caller else []
        seen = {one.session_id: one for one in everything if caller and caller.may(May.LOOK, places(one))}
        found = self._acceptance.waiting(list(seen), limit, skip)
        videos = {
            video_id: self._videos.video(video_id)
            for video_id in {seen[one.session_id].video_id for one in found}
        }
        items = [
            WaitingObject(seen[one.session_id], videos[seen[one.session_id].video_id], one) for one in found
        ]
        return ReviewQueue(self._acceptance.count_waiting(list(seen)), tuple(items))

    def _judge(self, step: ReviewStep, reason: str = "") -> Judge:
        def judge(old: TrackedObject) -> Review:
            state = after_step(old.review.state, step, old.name)
            return replace(old.review, state=state, reason=reason, by=whoever_asks(), at_s=self._clock())

        return judge

    def _step(
        self,
        session_id: str,
        object_ids: Sequence[int],
        goal: ReviewState,
        judge: Judge,
        seen: int | None = None,
    ) -> list[TrackedObject]:
        """What is there already stays as it is: sending twice does no harm."""
        unheld_objects(self._store, session_id, object_ids)

        def unless_there(old: TrackedObject) -> Review:
            return old.review if old.review.state is goal else judge(old)

        return self._acceptance.set_reviews(session_id, _checked(object_ids), unless_there, seen)


def _checked(object_ids: Sequence[int]) -> list[int]:
    chosen = list(dict.fromkeys(object_ids))
    if not 0 < len(chosen) <= MAX_OBJECTS:
        raise InvalidInput(f"Choose 1 to {MAX_OBJECTS} objects.")
    return chosen
