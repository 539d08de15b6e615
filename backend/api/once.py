"""How a request says which change it carries, and how it is told what a stale one came too late for."""

from __future__ import annotations

from typing import TypedDict

from starlette.datastructures import Headers
from starlette.types import Scope

from backend.domain.once import Asked
from backend.domain.session import FramePrompt, TrackedObject
from backend.domain.stale import Present

KEY = "Idempotency-Key"
CLIENT = "Masklet-Client"
SEEN = (
    "With `seen`, the session's version that the caller has seen, what somebody else changed since is "
    "refused: CONFLICT, with `present` in the error's extensions."
)
MAX_HEADER = 64


def asked_in(scope: Scope) -> Asked:
    """A client's name of itself is cut, as it is only compared; a key of a wrong shape is refused later."""
    headers = Headers(scope=scope)
    return Asked(headers.get(KEY, "")[: MAX_HEADER + 1], headers.get(CLIENT, "")[:MAX_HEADER])


class PresentObject(TypedDict):
    name: str
    colour: str
    label: str
    locked: bool
    removed: bool
    absent: list[list[int]]  # [first, last]


class PresentPrompts(TypedDict):
    points: list[dict[str, float | bool]]
    box: dict[str, float] | None
    hasMask: bool


class PresentState(TypedDict):
    """`extensions.present`. What is null is not of this kind, or is not there any more."""

    kind: str
    version: int
    by: str | None
    objectId: int | None
    frameIdx: int | None
    object: PresentObject | None
    prompts: PresentPrompts | None
    verdict: str | None
    order: list[int] | None
    title: str | None
    classes: list[str] | None


def present_state(now: Present) -> PresentState:
    return {
        "kind": now.kind.name,
        "version": now.version,
        "by": now.by,
        "objectId": now.object_id,
        "frameIdx": now.frame_idx,
        "object": _object(now.object) if now.object else None,
        "prompts": _prompts(now.prompt) if now.prompt else None,
        "verdict": now.verdict.name if now.verdict else None,
        "order": list(now.order) if now.order is not None else None,
        "title": now.title,
        "classes": list(now.classes) if now.classes is not None else None,
    }


def _object(tracked: TrackedObject) -> PresentObject:
    return {
        "name": tracked.name,
        "colour": tracked.colour,
        "label": tracked.label,
        "locked": tracked.locked,
        "removed": tracked.removed,
        "absent": [[stretch.first, stretch.last] for stretch in tracked.absent],
    }


def _prompts(prompt: FramePrompt) -> PresentPrompts:
    """Without the mask's runs, which may be many: the feed brings them."""
    box = prompt.box
    return {
        "points": [{"x": point.x, "y": point.y, "include": point.include} for point in prompt.points],
        "box": {"x0": box.x0, "y0": box.y0, "x1": box.x1, "y1": box.y1} if box else None,
        "hasMask": prompt.mask is not None,
    }
