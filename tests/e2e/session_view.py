"""What the server says of a session, read as any client reads it: from the feed, after version 0."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pycocotools import mask as coco_mask

from backend.api.feed import MASKS_PER_MESSAGE
from tests.e2e.server import MaskletServer

FEED = """
subscription ($session: ID!, $after: Int!) {
  sessionFeed(sessionId: $session, after: $after) {
    version
    objects { objectId name colour removed }
    prompts { objectId frameIdx points { x y include } }
    masks { objectId frameIdx rle { height width counts } area origin }
    propagation { id state framesDone framesTotal error }
  }
}
"""
SESSION_VERSION = "query ($session: ID!) { session(id: $session) { version } }"

Place = tuple[int, int]  # (object id, frame index)


@dataclass
class SessionView:
    """A session's rows at one version; what was removed is not in it."""

    version: int = 0
    names: dict[int, str] = field(default_factory=dict)
    colours: dict[int, str] = field(default_factory=dict)
    points: dict[Place, list[tuple[float, float, bool]]] = field(default_factory=dict)
    rles: dict[Place, dict[str, Any]] = field(default_factory=dict)
    origins: dict[Place, str] = field(default_factory=dict)
    propagation: dict[str, Any] | None = None

    def mask(self, object_id: int, frame_idx: int) -> np.ndarray:
        """bool [height, width]."""
        rle = self.rles[object_id, frame_idx]
        return coco_mask.decode({"size": [rle["height"], rle["width"]], "counts": rle["counts"]}).astype(bool)

    def frames(self, object_id: int) -> set[int]:
        """The frames on which the object has a mask."""
        return {frame_idx for owner, frame_idx in self.rles if owner == object_id}

    def take(self, delta: dict[str, Any]) -> None:
        self.version = delta["version"]
        for row in delta["objects"]:
            self.names[row["objectId"]], self.colours[row["objectId"]] = row["name"], row["colour"]
            if row["removed"]:
                del self.names[row["objectId"]], self.colours[row["objectId"]]
        for row in delta["prompts"]:
            place = (row["objectId"], row["frameIdx"])
            self.points[place] = [(point["x"], point["y"], point["include"]) for point in row["points"]]
            if not row["points"]:
                del self.points[place]
        for row in delta["masks"]:
            place = (row["objectId"], row["frameIdx"])
            self.rles[place], self.origins[place] = row["rle"], row["origin"]
            if row["rle"] is None:
                del self.rles[place], self.origins[place]
        self.propagation = delta["propagation"] or self.propagation


def view(server: MaskletServer, session_id: str) -> SessionView:
    """The session as it is now."""
    wanted = server.graphql(SESSION_VERSION, session=session_id)["session"]["version"]
    seen = SessionView()
    if wanted == 0:
        return seen
    body = json.dumps({"query": FEED, "variables": {"session": session_id, "after": 0}}).encode()
    headers = {"Content-Type": "application/json", "Accept": "text/event-stream", **server.headers}
    request = urllib.request.Request(f"{server.url}/graphql", body, headers)
    with urllib.request.urlopen(request, timeout=60) as events:
        for line in events:
            if line.startswith(b"data: {"):
                delta = json.loads(line[len("data: ") :])["data"]["sessionFeed"]
                seen.take(delta)
                if seen.version >= wanted and len(delta["masks"]) < MASKS_PER_MESSAGE:
                    break  # a message that is not full has caught up with the store
    return seen


def wait_for(
    server: MaskletServer,
    session_id: str,
    condition: Callable[[SessionView], bool],
    what: str,
    timeout_s: float = 120.0,
) -> SessionView:
    """Read the session until the condition holds; `what` is said if it never does."""
    deadline = time.monotonic() + timeout_s
    while True:
        seen = view(server, session_id)
        if condition(seen):
            return seen
        assert time.monotonic() < deadline, (
            f"waited {timeout_s:g} s for {what}; last seen: {seen.propagation}"
        )
        time.sleep(0.1)


def intersection_over_union(one: np.ndarray, other: np.ndarray) -> float:
    return float((one & other).sum() / max(1, (one | other).sum()))
