"""The demo's GraphQL types. Input types carry its names, since its documents spell them out."""

from __future__ import annotations

import strawberry


@strawberry.type(description="A video of the official demo.")
class DemoVideo:
    id: strawberry.ID
    path: str
    poster_path: str | None
    url: str
    poster_url: str
    height: int
    width: int


@strawberry.type
class DemoVideoEdge:
    cursor: str
    node: DemoVideo


@strawberry.type
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type
class DemoVideoConnection:
    page_info: PageInfo
    edges: list[DemoVideoEdge]


@strawberry.type
class DemoSession:
    session_id: str


@strawberry.type
class Success:
    success: bool


@strawberry.type
class DemoRle:
    size: list[int] = strawberry.field(description="[height, width]")
    counts: str
    order: str = "F"


@strawberry.type
class DemoObjectMask:
    object_id: int
    rle_mask: DemoRle


@strawberry.type
class DemoFrameMasks:
    frame_index: int
    rle_mask_list: list[DemoObjectMask]


@strawberry.input
class StartSessionInput:
    path: str


@strawberry.input
class CloseSessionInput:
    session_id: str


@strawberry.input(description="Points are [x / width, y / height]; labels 2 and 3, first, a box's corners.")
class AddPointsInput:
    session_id: str
    frame_index: int
    object_id: int
    labels: list[int]
    points: list[list[float]]
    clear_old_points: bool


@strawberry.input
class ClearPointsInFrameInput:
    session_id: str
    frame_index: int
    object_id: int


@strawberry.input
class ClearPointsInVideoInput:
    session_id: str


@strawberry.input
class RemoveObjectInput:
    session_id: str
    object_id: int


@strawberry.input
class CancelPropagateInVideoInput:
    session_id: str
