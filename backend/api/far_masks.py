"""Masks by range: what a page fetches around its playhead where the feed only summed them up."""

from __future__ import annotations

from itertools import groupby

import strawberry

from backend.api import types
from backend.api.context import Service
from backend.api.mapping import mask_type
from backend.domain.errors import InvalidInput
from backend.domain.session import FrameMask

MASKS_AT_ONCE = 512  # whole frames up to about so many: some 30 ms of the event loop

Info = strawberry.Info[Service, None]


@strawberry.type(description="The masks of whole frames, from the first that was asked for.")
class MaskWindow:
    last_frame: int = strawberry.field(
        description="Complete up to here; where that is less than was asked for, ask again from the next."
    )
    masks: list[types.FrameMask]


@strawberry.type
class Query:
    @strawberry.field(description="The masks on these frames, both inclusive, as they are now.")
    async def mask_window(
        self, info: Info, session_id: strawberry.ID, first_frame: int, last_frame: int
    ) -> MaskWindow:
        if not 0 <= first_frame <= last_frame:
            raise InvalidInput(f"There are no frames from {first_frame} to {last_frame}.")
        window = await info.context.read(lambda s: _window(s, session_id, first_frame, last_frame))
        upto, found = window
        return MaskWindow(last_frame=upto, masks=[mask_type(mask) for mask in found])


def _window(service: Service, session_id: str, first: int, last: int) -> tuple[int, list[FrameMask]]:
    """The last frame that is complete, and the masks."""
    found: list[FrameMask] = []
    masks = service.sessions.masks(session_id, first, last)
    for frame_idx, on_frame in groupby(masks, key=lambda mask: mask.frame_idx):
        found.extend(on_frame)
        if len(found) >= MASKS_AT_ONCE:
            return frame_idx, found
    return last, found
