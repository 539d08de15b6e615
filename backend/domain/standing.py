"""Whether an object's masklet is good enough: its state of review, and which steps lead from one to another.

An accepted object whose masks or prompts change is a draft again, and somebody sends it anew when they are
done: to go back to "for review" by itself would put half an edit into the reviewers' queue.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from backend.domain.errors import Conflict, InvalidInput
from backend.domain.people import Person

MAX_REASON = 1000


class ReviewState(StrEnum):
    DRAFT = "draft"  # somebody works on it
    FOR_REVIEW = "for_review"  # it waits for somebody to accept or reject it
    ACCEPTED = "accepted"
    REJECTED = "rejected"  # with a reason; it waits to be mended and sent again


class ReviewStep(StrEnum):
    SEND = "send"
    WITHDRAW = "withdraw"
    ACCEPT = "accept"
    REJECT = "reject"


@dataclass(frozen=True)
class Review:
    """An object's state of review. `frame_idx`: the one that shows most of it, when it was sent."""

    state: ReviewState = ReviewState.DRAFT
    reason: str = ""  # of a rejection
    by: Person | None = None  # who set the state; None: nobody yet
    at_s: float | None = None  # since 1970
    sent_by: Person | None = None  # who last sent it
    sent_s: float | None = None
    frame_idx: int | None = None


_LEADS_TO = {
    ReviewStep.SEND: ReviewState.FOR_REVIEW,
    ReviewStep.WITHDRAW: ReviewState.DRAFT,
    ReviewStep.ACCEPT: ReviewState.ACCEPTED,
    ReviewStep.REJECT: ReviewState.REJECTED,
}
_DECISIONS = (ReviewStep.ACCEPT, ReviewStep.REJECT)


def after_step(state: ReviewState, step: ReviewStep, name: str) -> ReviewState:
    """Where the step leads. Raises Conflict where it cannot be taken from here; `name` is the object's."""
    if step in _DECISIONS and state is ReviewState.DRAFT:
        raise Conflict(f"{name} is a draft; it has to be sent for review first.")
    if step is ReviewStep.SEND and state is ReviewState.ACCEPTED:
        raise Conflict(f"{name} is accepted already; change it, or take it back, before you send it again.")
    return _LEADS_TO[step]


def checked_reason(reason: str) -> str:
    """What a rejection says, tidied."""
    tidy = " ".join(reason.split())
    if not 0 < len(tidy) <= MAX_REASON:
        raise InvalidInput(f"Say why it is rejected, in 1 to {MAX_REASON} characters.")
    return tidy
