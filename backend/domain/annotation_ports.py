"""What the commands on objects, verified frames and verdicts need of the store, which provides it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from backend.domain.frames import FrameRange
from backend.domain.ontology import ObjectClass
from backend.domain.session import FrameMask, FramePrompt, TrackedObject, Verdict


@dataclass(frozen=True)
class Verified:
    """An object's masks on these frames."""

    object_id: int
    frames: FrameRange


@dataclass(frozen=True)
class ObjectContent:
    """An object to come: all but its id, which the store gives. Rank 0 puts it last."""

    like: TrackedObject
    prompts: Sequence[FramePrompt]
    masks: Sequence[FrameMask]


class AnnotationStore(Protocol):
    """Each write is one transaction, as in `SessionStore`. `seen` is the session's version that the caller
    has seen: somebody else's newer change of the same thing raises Stale. None: do it anyway."""

    def set_absent(
        self, session_id: str, object_id: int, ranges: Sequence[FrameRange], seen: int | None = None
    ) -> TrackedObject:
        """The object is absent on these frames and no others. Prompts there go, masks there become empty and
        are kept aside; where the object is no longer absent they come back."""
        ...

    def set_verified(
        self, session_id: str, places: Sequence[Verified], verified: bool, seen: int | None = None
    ) -> int:
        """Of the masks that are there. Raises Conflict where there is none to verify; Stale also where an
        engine drew one of them anew since."""
        ...

    def first_verified(self, session_id: str, object_id: int, ranges: Sequence[FrameRange]) -> int | None:
        """The first frame in these ranges with a verified mask that is not empty."""
        ...

    def set_order(self, session_id: str, object_ids: Sequence[int], seen: int | None = None) -> int:
        """Their places in the list, from the first."""
        ...

    def exchange_objects(
        self,
        session_id: str,
        remove: Collection[int],
        restore: Collection[int],
        seen: int | None = None,
    ) -> int:
        """Remove some objects and bring removed ones back with the prompts and masks that they had."""
        ...

    def replace_objects(
        self,
        session_id: str,
        made: Sequence[ObjectContent],
        removed: Collection[int],
        read_at: int,
        seen: int | None = None,
    ) -> list[TrackedObject]:
        """Add objects with their content and remove others. Raises Conflict unless the session's version
        is still `read_at`, at which the content was read."""
        ...

    def set_verdict(
        self, session_id: str, propagation_id: str, verdict: Verdict, seen: int | None = None
    ) -> int:
        """Let the propagation's masks and what they replaced change places, where the verdict asks for it.
        Raises Conflict while it runs, and where a newer one has left masks."""
        ...

    def set_details(
        self,
        session_id: str,
        title: str | None = None,
        ontology: Sequence[ObjectClass] | None = None,
        seen: int | None = None,
    ) -> int: ...
