"""The annotation workbench: objects and their classes, verified frames, kept and dropped ranges, previews."""

from __future__ import annotations

import strawberry

from backend.api import types
from backend.api import workbench_types as own
from backend.api.context import Service
from backend.api.mapping import object_type, prompt_of, rle_type
from backend.api.once import SEEN
from backend.domain.label_lists import read_classes

Info = strawberry.Info[Service, None]


@strawberry.type
class Query:
    @strawberry.field(
        description="The mask that a prompt would give; nothing is kept. Null: a newer one was asked for."
    )
    async def preview_prompt(
        self, info: Info, session_id: strawberry.ID, prompt: types.FramePromptInput
    ) -> types.RleMask | None:
        return await info.context.command(lambda s: rle_type(s.review.preview(session_id, prompt_of(prompt))))

    @strawberry.field(description="Classes out of a file: Masklet's own, or CVAT, COCO or Label Studio.")
    async def read_classes(self, info: Info, text: str) -> list[own.ObjectClass]:
        return [own.class_type(one) for one in read_classes(text)]


@strawberry.type
class Mutation:
    @strawberry.mutation(description=f"Changes what is named. {SEEN}")
    async def describe_object(
        self,
        info: Info,
        session_id: strawberry.ID,
        object_id: int,
        name: str | None = None,
        colour: str | None = None,
        label: str | None = None,
        attributes: list[own.AttributeInput] | None = None,
        locked: bool | None = None,
        seen: int | None = None,
    ) -> types.TrackedObject:
        said = own.attributes_of(attributes)
        return await info.context.command(
            lambda s: object_type(
                s.objects.describe(session_id, object_id, name, colour, label, said, locked, seen)
            )
        )

    @strawberry.mutation(
        description=f"The object is absent on these frames and on no others; tracking obeys. {SEEN}"
    )
    async def set_absent_ranges(
        self,
        info: Info,
        session_id: strawberry.ID,
        object_id: int,
        ranges: list[own.FrameRangeInput],
        seen: int | None = None,
    ) -> types.TrackedObject:
        stretches = [own.range_of(one.first, one.last) for one in ranges]
        return await info.context.command(
            lambda s: object_type(s.objects.set_absent(session_id, object_id, stretches, seen))
        )

    @strawberry.mutation(
        description="Says that these masks are right, or takes that back. Tracking never overwrites a "
        f"verified mask unasked. The session's version. {SEEN} So is a mask that was drawn since."
    )
    async def set_verified(
        self,
        info: Info,
        session_id: strawberry.ID,
        places: list[own.VerifiedInput],
        verified: bool = True,
        seen: int | None = None,
    ) -> int:
        where = [own.verified_of(place) for place in places]
        return await info.context.command(lambda s: s.review.set_verified(session_id, where, verified, seen))

    @strawberry.mutation(
        description="Keeps a tracked range (APPLIED), drops it, or opens the question again. The session's "
        f"version. {SEEN}"
    )
    async def set_verdict(
        self,
        info: Info,
        session_id: strawberry.ID,
        propagation_id: strawberry.ID,
        verdict: own.Verdict,
        seen: int | None = None,
    ) -> int:
        return await info.context.command(
            lambda s: s.review.set_verdict(session_id, propagation_id, verdict, seen)
        )

    @strawberry.mutation(description=f"The order of the list, first to last. The session's version. {SEEN}")
    async def order_objects(
        self, info: Info, session_id: strawberry.ID, object_ids: list[int], seen: int | None = None
    ) -> int:
        return await info.context.command(lambda s: s.objects.order(session_id, object_ids, seen))

    @strawberry.mutation(
        description="Removes objects and brings removed ones back with their prompts and masks, at once. The "
        f"session's version. {SEEN}"
    )
    async def exchange_objects(
        self,
        info: Info,
        session_id: strawberry.ID,
        remove: list[int],
        restore: list[int],
        seen: int | None = None,
    ) -> int:
        return await info.context.command(lambda s: s.objects.exchange(session_id, remove, restore, seen))

    @strawberry.mutation(description=f"One new object in place of these, called as the first. {SEEN}")
    async def merge_objects(
        self, info: Info, session_id: strawberry.ID, object_ids: list[int], seen: int | None = None
    ) -> types.TrackedObject:
        return await info.context.command(
            lambda s: object_type(s.objects.merge(session_id, object_ids, seen))
        )

    @strawberry.mutation(
        description=f"Two new objects in place of one: what it was before that frame, and from it on. {SEEN}"
    )
    async def split_object(
        self,
        info: Info,
        session_id: strawberry.ID,
        object_id: int,
        frame_idx: int,
        seen: int | None = None,
    ) -> list[types.TrackedObject]:
        return await info.context.command(
            lambda s: [object_type(one) for one in s.objects.split(session_id, object_id, frame_idx, seen)]
        )

    @strawberry.mutation(description=f"The classes of the session's objects. {SEEN}")
    async def set_ontology(
        self,
        info: Info,
        session_id: strawberry.ID,
        classes: list[own.ObjectClassInput],
        seen: int | None = None,
    ) -> list[own.ObjectClass]:
        given = [own.class_of(one) for one in classes]
        return await info.context.command(
            lambda s: [own.class_type(one) for one in s.objects.set_ontology(session_id, given, seen)]
        )
