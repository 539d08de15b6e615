"""GraphQL types of who is here."""

from __future__ import annotations

import strawberry

from backend.domain import presence


@strawberry.type(description="A place in source-video pixels.")
class CursorSpot:
    x: float
    y: float


@strawberry.type(
    description="The video pixel in the middle of somebody's stage, and how near it is: 1 shows all of it."
)
class StageView:
    x: float
    y: float
    zoom: float


@strawberry.type(description="Somebody who has the session open now.")
class Presence:
    id: strawberry.ID
    name: str
    colour: str = strawberry.field(description="#rrggbb")
    frame_idx: int
    cursor: CursorSpot | None = strawberry.field(description="Null: the pointer is not on the video.")
    view: StageView | None
    playing: bool
    holds: list[int] = strawberry.field(description="Objects that they are editing, and nobody else may.")
    here: bool = strawberry.field(description="False: they have just gone.")


def presence_type(one: presence.Presence) -> Presence:
    sight = one.sight
    cursor, view = sight.cursor, sight.view
    return Presence(
        id=strawberry.ID(one.person_id),
        name=one.name,
        colour=one.colour,
        frame_idx=sight.frame_idx,
        cursor=CursorSpot(x=cursor.x, y=cursor.y) if cursor else None,
        view=StageView(x=view.x, y=view.y, zoom=view.zoom) if view else None,
        playing=sight.playing,
        holds=list(one.holds),
        here=one.here,
    )
