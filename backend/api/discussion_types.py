"""GraphQL types of review: comments, objects' states, the queue, the log and the effort."""

from __future__ import annotations

import strawberry

from backend.api.people_types import Person, person_type
from backend.domain import discussion, ledger, people, standing

ReviewState = strawberry.enum(standing.ReviewState, name="ReviewState")


@strawberry.type(description="Whether an object's masklet is good enough, and who said so.")
class Review:
    state: ReviewState
    reason: str = strawberry.field(description="Of a rejection; else empty.")
    by: Person | None = strawberry.field(description="Who set the state; null: nobody yet.")
    at_s: float | None = strawberry.field(description="Seconds since 1970.")
    sent_by: Person | None = strawberry.field(description="Who last sent it for review.")
    sent_s: float | None
    frame_idx: int | None = strawberry.field(description="The frame that showed most of it when it was sent.")


@strawberry.type(
    description="Plain text, never markup. Where a thread is pinned, and whether it is resolved, its first "
    "comment says: the one whose `threadId` is its `id`."
)
class Comment:
    id: strawberry.ID
    thread_id: strawberry.ID
    frame_idx: int
    object_id: int | None
    x: float | None = strawberry.field(description="Source-video pixels.")
    y: float | None
    text: str = strawberry.field(description="Empty where it was removed.")
    author: Person
    mentions: list[Person]
    created_s: float = strawberry.field(description="Seconds since 1970.")
    edited_s: float | None
    removed: bool
    resolved_s: float | None
    resolved_by: Person | None
    version: int


@strawberry.type(description="What an entry of the log says of an object.")
class LedgerShare:
    object_id: int
    first_frame: int | None
    last_frame: int | None
    num_frames: int
    clicks: int


@strawberry.type(description="One line of the log. `person` null: an engine, or the server by itself.")
class LedgerEntry:
    id: strawberry.ID
    at_s: float = strawberry.field(description="Seconds since 1970.")
    person: Person | None
    what: str = strawberry.field(description="The mutation's name.")
    version: int | None = strawberry.field(description="Of the session, that it brought.")
    subject_id: strawberry.ID | None = strawberry.field(
        description="What it was about beyond objects: a comment, a link, a person, a Track."
    )
    value: str | None = strawberry.field(description="What became of it, in a word: a role, a state.")
    objects: list[LedgerShare]


@strawberry.type(description="A page of the log, newest first.")
class Ledger:
    entries: list[LedgerEntry]
    next: strawberry.ID | None = strawberry.field(description="Go on with `before: next`; null: no more.")
    people: list[Person] = strawberry.field(description="Those who have done something here.")


@strawberry.type(description="What an object cost; docs/user-guide.md says what is counted.")
class Effort:
    object_id: int | None = strawberry.field(description="Null: what named no object.")
    clicks: int
    corrections: int
    tracked_frames: int
    active_s: float
    people: int


def review_type(review: standing.Review) -> Review:
    return Review(
        state=review.state,
        reason=review.reason,
        by=_person(review.by),
        at_s=review.at_s,
        sent_by=_person(review.sent_by),
        sent_s=review.sent_s,
        frame_idx=review.frame_idx,
    )


def comment_type(comment: discussion.Comment) -> Comment:
    return Comment(
        id=strawberry.ID(comment.comment_id),
        thread_id=strawberry.ID(comment.thread_id),
        frame_idx=comment.frame_idx,
        object_id=comment.object_id,
        x=comment.spot.x if comment.spot else None,
        y=comment.spot.y if comment.spot else None,
        text=comment.text,
        author=person_type(comment.author),
        mentions=[person_type(person) for person in comment.mentions],
        created_s=comment.created_s,
        edited_s=comment.edited_s,
        removed=comment.removed,
        resolved_s=comment.resolved_s,
        resolved_by=_person(comment.resolved_by),
        version=comment.version,
    )


def entry_type(entry: ledger.Entry) -> LedgerEntry:
    return LedgerEntry(
        id=strawberry.ID(str(entry.entry_id)),
        at_s=entry.at_s,
        person=_person(entry.person),
        what=entry.what,
        version=entry.version,
        subject_id=strawberry.ID(entry.subject_id) if entry.subject_id is not None else None,
        value=entry.value,
        objects=[
            LedgerShare(
                object_id=share.object_id,
                first_frame=share.first_frame,
                last_frame=share.last_frame,
                num_frames=share.num_frames,
                clicks=share.clicks,
            )
            for share in entry.shares
        ],
    )


def effort_type(effort: ledger.Effort) -> Effort:
    return Effort(
        object_id=effort.object_id,
        clicks=effort.clicks,
        corrections=effort.corrections,
        tracked_frames=effort.tracked_frames,
        active_s=effort.active_s,
        people=effort.people,
    )


def _person(person: people.Person | None) -> Person | None:
    return person_type(person) if person else None
