"""Comments, objects sent for review, the queue of those who review, the log and the effort."""

from __future__ import annotations

import strawberry

from backend.api import discussion_types as own
from backend.api import types
from backend.api.context import Service
from backend.api.mapping import object_type, rle_type
from backend.api.people_types import Person, person_type
from backend.domain.acceptance import WaitingObject
from backend.domain.comments import places
from backend.domain.discussion import Pin, Spot
from backend.domain.errors import InvalidInput
from backend.domain.ledger import Wanted
from backend.domain.people import May, acting

MOST_ENTRIES = 200
MOST_MENTIONS = 100

Info = strawberry.Info[Service, None]


@strawberry.type(description="An object that waits for somebody to accept or reject it.")
class QueuedObject:
    session_id: strawberry.ID
    session_title: str
    object: types.TrackedObject
    thumbnail_url: str = strawberry.field(description="Of the frame that shows most of the object.")
    mask: types.RleMask | None = strawberry.field(description="The object's, on that frame.")
    num_masks: int = strawberry.field(description="On how many frames it is seen.")
    open_comments: int = strawberry.field(description="Threads about it that are not resolved.")
    may_review: bool = strawberry.field(description="May whoever asks accept or reject it?")


@strawberry.type(description="A page of what waits for review, the longest waiting first.")
class ReviewQueue:
    total: int
    objects: list[QueuedObject]


@strawberry.type(description="A comment that names whoever asks, in a thread that is not resolved.")
class Mention:
    session_id: strawberry.ID
    session_title: str
    comment: own.Comment


@strawberry.type
class Query:
    @strawberry.field(description="All of a session, as the feed brings them.")
    async def comments(self, info: Info, session_id: strawberry.ID) -> list[own.Comment]:
        found = await info.context.read(lambda s: s.comments.all(session_id))
        return [own.comment_type(comment) for comment in found]

    @strawberry.field(description="Whom a comment in this session can mention.")
    async def mentionable(self, info: Info, session_id: strawberry.ID) -> list[Person]:
        return await info.context.read(lambda s: [person_type(one) for one in s.comments.people(session_id)])

    @strawberry.field(description="Comments that name whoever asks, in all sessions, the newest first.")
    async def mentions_of_me(self, info: Info) -> list[Mention]:
        return await info.context.read(_mentions_of_me)

    @strawberry.field(description="Objects that wait for review in all sessions that whoever asks may see.")
    async def review_queue(self, info: Info, first: int = 50, skip: int = 0) -> ReviewQueue:
        return await info.context.read(lambda s: _queue(s, first, skip))

    @strawberry.field(
        description="Who did what when in a session, newest first. `personId`: only theirs; empty: only what "
        "engines did. `objectId`: only what concerned that object."
    )
    async def ledger(
        self,
        info: Info,
        session_id: strawberry.ID,
        first: int = 50,
        before: strawberry.ID | None = None,
        person_id: strawberry.ID | None = None,
        object_id: int | None = None,
    ) -> own.Ledger:
        if not 0 < first <= MOST_ENTRIES:
            raise InvalidInput(f"Ask for 1 to {MOST_ENTRIES} entries at a time.")
        caller = acting.get()
        manages = caller is not None and caller.may(May.MANAGE, ())
        wanted = Wanted(_entry_id(before), person_id, object_id, of_server=manages)
        return await info.context.read(lambda s: _ledger(s, session_id, wanted, first))

    @strawberry.field(description="What each object of a session cost.")
    async def effort(self, info: Info, session_id: strawberry.ID) -> list[own.Effort]:
        return await info.context.read(
            lambda s: [own.effort_type(one) for one in s.ledger.effort(session_id)]
        )


@strawberry.type
class Mutation:
    @strawberry.mutation(description="Begins a thread, pinned to a frame, and to an object or a point of it.")
    async def add_comment(
        self,
        info: Info,
        session_id: strawberry.ID,
        frame_idx: int,
        text: str,
        object_id: int | None = None,
        x: float | None = None,
        y: float | None = None,
        mentions: list[strawberry.ID] | None = None,
    ) -> own.Comment:
        if (x is None) != (y is None):
            raise InvalidInput("A point has an x and a y; give both, or neither.")
        spot = None if x is None or y is None else Spot(x, y)
        pin = Pin(frame_idx, object_id, spot)
        return await info.context.command(
            lambda s: own.comment_type(s.comments.add(session_id, text, pin, tuple(mentions or ())))
        )

    @strawberry.mutation(description="Answers in a thread.")
    async def reply_to_comment(
        self,
        info: Info,
        session_id: strawberry.ID,
        thread_id: strawberry.ID,
        text: str,
        mentions: list[strawberry.ID] | None = None,
    ) -> own.Comment:
        return await info.context.command(
            lambda s: own.comment_type(s.comments.reply(session_id, thread_id, text, tuple(mentions or ())))
        )

    @strawberry.mutation(description="Only its author may.")
    async def edit_comment(
        self,
        info: Info,
        session_id: strawberry.ID,
        comment_id: strawberry.ID,
        text: str,
        mentions: list[strawberry.ID] | None = None,
    ) -> own.Comment:
        return await info.context.command(
            lambda s: own.comment_type(s.comments.edit(session_id, comment_id, text, tuple(mentions or ())))
        )

    @strawberry.mutation(description="Its author may, and an owner. Its text is gone; answers to it stay.")
    async def delete_comment(
        self, info: Info, session_id: strawberry.ID, comment_id: strawberry.ID
    ) -> own.Comment:
        return await info.context.command(
            lambda s: own.comment_type(s.comments.delete(session_id, comment_id))
        )

    @strawberry.mutation(description="Closes a thread, or opens it again. Its first comment.")
    async def resolve_comment(
        self, info: Info, session_id: strawberry.ID, comment_id: strawberry.ID, resolved: bool = True
    ) -> own.Comment:
        return await info.context.command(
            lambda s: own.comment_type(s.comments.resolve(session_id, comment_id, resolved))
        )

    @strawberry.mutation(description="Objects wait for review from now on.")
    async def send_for_review(
        self, info: Info, session_id: strawberry.ID, object_ids: list[int]
    ) -> list[types.TrackedObject]:
        return await info.context.command(
            lambda s: [object_type(one) for one in s.acceptance.send(session_id, object_ids)]
        )

    @strawberry.mutation(description="Objects are drafts again.")
    async def withdraw_from_review(
        self, info: Info, session_id: strawberry.ID, object_ids: list[int]
    ) -> list[types.TrackedObject]:
        return await info.context.command(
            lambda s: [object_type(one) for one in s.acceptance.withdraw(session_id, object_ids)]
        )

    @strawberry.mutation(
        description="Says that these objects are good. With `seen`, the session's version that the caller "
        "has seen, a newer change of one, its prompts or masks is refused."
    )
    async def accept_objects(
        self, info: Info, session_id: strawberry.ID, object_ids: list[int], seen: int | None = None
    ) -> list[types.TrackedObject]:
        return await info.context.command(
            lambda s: [object_type(one) for one in s.acceptance.accept(session_id, object_ids, seen)]
        )

    @strawberry.mutation(description="Says why they are not good yet. `seen`: as in `acceptObjects`.")
    async def reject_objects(
        self,
        info: Info,
        session_id: strawberry.ID,
        object_ids: list[int],
        reason: str,
        seen: int | None = None,
    ) -> list[types.TrackedObject]:
        return await info.context.command(
            lambda s: [object_type(one) for one in s.acceptance.reject(session_id, object_ids, reason, seen)]
        )


def _mentions_of_me(service: Service) -> list[Mention]:
    return [
        Mention(
            session_id=strawberry.ID(session.session_id),
            session_title=session.title or service.videos.video(session.video_id).title,
            comment=own.comment_type(comment),
        )
        for session, comment in service.comments.mentions_of_me(MOST_MENTIONS)
    ]


def _queue(service: Service, first: int, skip: int) -> ReviewQueue:
    found = service.acceptance.queue(first, skip)
    return ReviewQueue(total=found.total, objects=[_queued(item) for item in found.items])


def _queued(item: WaitingObject) -> QueuedObject:
    session, video, waiting = item.session, item.video, item.waiting
    caller = acting.get()
    return QueuedObject(
        session_id=strawberry.ID(session.session_id),
        session_title=session.title or video.title,
        object=object_type(waiting.tracked),
        thumbnail_url=f"/media/{video.video_id}/thumbnails/{waiting.tracked.review.frame_idx or 0}.jpg",
        mask=rle_type(waiting.rle),
        num_masks=waiting.num_masks,
        open_comments=waiting.open_comments,
        may_review=caller is not None and caller.may(May.REVIEW, places(session)),
    )


def _ledger(service: Service, session_id: str, wanted: Wanted, first: int) -> own.Ledger:
    found = service.ledger.entries(session_id, wanted, first + 1)
    page = found[:first]
    return own.Ledger(
        entries=[own.entry_type(entry) for entry in page],
        next=strawberry.ID(str(page[-1].entry_id)) if len(found) > first else None,
        people=[person_type(person) for person in service.ledger.people(session_id)],
    )


def _entry_id(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise InvalidInput("`before` is the `next` of the page before.")
    return int(text)
