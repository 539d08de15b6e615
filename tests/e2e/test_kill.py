"""`kill -9` in the middle of tracking, ten times at random moments: nothing acknowledged is lost."""

from __future__ import annotations

import json
import random
import threading
import time
import urllib.error
import urllib.request

from sam2.procedural.clips import rendered_clips
from tests.e2e.clips import inside
from tests.e2e.server import MaskletServer
from tests.e2e.session_view import FEED, SessionView, view, wait_for

KILLS = 10
CLIP = 3  # balloons: the objects are large, so a frame takes a while
LIBRARY = "{ library { id title } }"
SET_PROMPT = (
    "mutation ($session: ID!, $prompt: FramePromptInput!) { setPrompt(sessionId: $session, prompt: $prompt) }"
)
TRACK = "mutation ($session: ID!) { track(sessionId: $session) { id } }"
CANCEL = "mutation ($session: ID!) { cancelTracking(sessionId: $session) }"


class Watcher(threading.Thread):
    """A client that reads the feed until the server dies: what it was told counts as acknowledged."""

    def __init__(self, server: MaskletServer, session_id: str) -> None:
        super().__init__(daemon=True)
        self.told = SessionView()
        variables = {"session": session_id, "after": 0}
        self._request = urllib.request.Request(
            f"{server.url}/graphql",
            json.dumps({"query": FEED, "variables": variables}).encode(),
            {"Content-Type": "application/json", "Accept": "text/event-stream"},
        )

    def run(self) -> None:
        try:
            with urllib.request.urlopen(self._request, timeout=60) as events:
                for line in events:
                    if line.startswith(b"data: {"):
                        self.told.take(json.loads(line[len("data: ") :])["data"]["sessionFeed"])
        except (OSError, urllib.error.URLError, json.JSONDecodeError):
            pass  # the server was killed; half a message was not told


def test_nothing_acknowledged_is_lost(own_server: MaskletServer) -> None:
    clip = rendered_clips()[CLIP]
    session = start_session(own_server, clip.title)
    masks = clip.masks(0)
    objects = {add_object(own_server, session, name): mask for name, mask in masks.items()}
    for object_id, mask in objects.items():
        click(own_server, session, object_id, 0, inside(mask))

    moments = random.Random(2)
    acknowledged = view(own_server, session)
    in_the_middle = 0
    for round_ in range(KILLS):
        # A click at another frame each time, so that there is always something to track and to lose.
        object_id, mask = list(objects.items())[round_ % len(objects)]
        frame_idx = 3 + round_
        own_server.graphql(CANCEL, session=session)
        point = inside(clip.masks(frame_idx)[list(masks)[round_ % len(objects)]])
        version = click(own_server, session, object_id, frame_idx, point)
        own_server.graphql(TRACK, session=session)
        watcher = Watcher(own_server, session)
        watcher.start()
        wait_for(own_server, session, has_tracked, "a tracked frame")
        time.sleep(moments.uniform(0.0, 1.0))
        own_server.kill()
        watcher.join(60)
        told = watcher.told
        assert told.version >= version and (object_id, frame_idx) in told.points

        own_server.start()
        after = view(own_server, session)
        in_the_middle += told.propagation["state"] == "RUNNING"
        assert after.version >= told.version
        assert after.names == told.names
        assert after.points == told.points
        assert told.rles.keys() <= after.rles.keys(), "masks that a client had seen are gone"
        assert acknowledged.rles.keys() <= after.rles.keys()
        assert after.propagation["framesDone"] >= told.propagation["framesDone"]
        acknowledged = after

    assert in_the_middle >= KILLS // 2, "the test must kill it while it tracks"
    done = wait_for(
        own_server,
        session,
        is_done,
        "the tracking that was interrupted",
    )
    for object_id in objects:
        assert done.frames(object_id) == set(range(clip.num_frames))


def has_tracked(seen: SessionView) -> bool:
    return seen.propagation is not None and seen.propagation["framesDone"] > 0


def is_done(seen: SessionView) -> bool:
    return seen.propagation is not None and seen.propagation["state"] == "DONE"


def start_session(server: MaskletServer, title: str) -> str:
    video = next(one for one in server.graphql(LIBRARY)["library"] if one["title"] == title)
    create = "mutation ($video: ID!) { createSession(videoId: $video) { id } }"
    return server.graphql(create, video=video["id"])["createSession"]["id"]


def add_object(server: MaskletServer, session: str, name: str) -> int:
    add = (
        "mutation ($session: ID!, $name: String) { addObject(sessionId: $session, name: $name) { objectId } }"
    )
    return server.graphql(add, session=session, name=name)["addObject"]["objectId"]


def click(
    server: MaskletServer, session: str, object_id: int, frame_idx: int, point: tuple[float, float]
) -> int:
    """Returns the session's version once the click's mask is stored."""
    prompt = {"objectId": object_id, "frameIdx": frame_idx, "points": [{"x": point[0], "y": point[1]}]}
    return server.graphql(SET_PROMPT, session=session, prompt=prompt)["setPrompt"]
