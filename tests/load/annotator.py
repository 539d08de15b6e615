"""Somebody at work on a session of their own, over the network as a browser is: tracking without end, a click
now and then, and a feed that is read."""

from __future__ import annotations

import asyncio
import random
import re
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.load.clip import LoadClip

CLICK_EVERY_S = 10.0  # on average
BUSY = re.compile(rb'"state": ?"RUNNING"')
ENDED = re.compile(rb'"state": ?"(DONE|FAILED|CANCELLED)"')
MASK = re.compile(rb'"frameIdx"')

CREATE = "mutation ($video: ID!) { createSession(videoId: $video) { id } }"
ADD = "mutation ($session: ID!) { addObject(sessionId: $session) { objectId } }"
CLICK = (
    "mutation ($session: ID!, $prompt: FramePromptInput!) { setPrompt(sessionId: $session, prompt: $prompt) }"
)
TRACK = "mutation ($session: ID!) { track(sessionId: $session, direction: FORWARD, startFrame: 0) { id } }"
CANCEL = "mutation ($session: ID!) { cancelTracking(sessionId: $session) }"
FEED = """
subscription ($session: ID!) {
  sessionFeed(sessionId: $session, after: 0, masksAtMost: 2000) {
    version
    masks { objectId frameIdx rle { counts } area objectScore predictedIou }
    coverage { objectId firstFrame looks }
    propagation { state framesDone error pace { beside place framesPerS remainingS } }
  }
}
"""


class Refused(Exception):
    """The server's sentence."""


@dataclass
class Annotator:
    """`clicks_s` are how long each click took, from sending it to the answer that its mask is stored."""

    client: httpx2.AsyncClient
    video_id: str
    clip: LoadClip
    chance: random.Random
    session_id: str = ""
    object_id: int = 0
    masks: int = 0
    tracks: int = 0
    clicks_s: list[float] = field(default_factory=list)
    cancels_s: list[float] = field(default_factory=list)
    _idle: asyncio.Event = field(default_factory=asyncio.Event)

    async def open(self) -> None:
        self.session_id = (await self.graphql(CREATE, video=self.video_id))["createSession"]["id"]
        self.object_id = (await self.graphql(ADD, session=self.session_id))["addObject"]["objectId"]
        await self.click(min(self.clip.inside))
        self.clicks_s.clear()  # the first one opens the video too
        self._idle.set()

    async def click(self, frame_idx: int | None = None) -> None:
        """On the object, a little to a side of where it was clicked before."""
        if frame_idx is None:
            frame_idx = self.chance.choice(sorted(self.clip.inside))
        x, y = self.clip.inside[frame_idx]
        point = {"x": x + self.chance.uniform(-2, 2), "y": y + self.chance.uniform(-2, 2), "include": True}
        prompt = {"objectId": self.object_id, "frameIdx": frame_idx, "points": [point]}
        began_s = time.monotonic()
        await self.graphql(CLICK, session=self.session_id, prompt=prompt)
        self.clicks_s.append(time.monotonic() - began_s)

    async def click_now_and_then(self, every_s: float = CLICK_EVERY_S) -> None:
        while True:
            await asyncio.sleep(self.chance.uniform(0, 2 * every_s))
            await self.click()

    async def keep_tracking(self) -> None:
        """Needs `read_feed` beside it, which tells when a Track has ended."""
        while True:
            await self._idle.wait()
            self._idle.clear()
            await self.graphql(TRACK, session=self.session_id)
            self.tracks += 1

    async def cancel(self) -> None:
        began_s = time.monotonic()
        await self.graphql(CANCEL, session=self.session_id)
        self.cancels_s.append(time.monotonic() - began_s)

    async def read_feed(self) -> None:
        body = {"query": FEED, "variables": {"session": self.session_id}}
        headers = {"Accept": "text/event-stream"}
        async with self.client.stream("POST", "/graphql", json=body, headers=headers, timeout=None) as events:
            assert events.status_code == 200, await events.aread()
            async for line in events.aiter_lines():
                data = line.encode()
                self.masks += len(MASK.findall(data))
                if ENDED.search(data) and not BUSY.search(data):
                    self._idle.set()

    async def graphql(self, query: str, **variables: Any) -> dict[str, Any]:
        answer = (await self.client.post("/graphql", json={"query": query, "variables": variables})).json()
        if "errors" in answer:
            raise Refused(answer["errors"][0]["message"])
        return answer["data"]


async def stop(tasks: list[asyncio.Task[None]]) -> None:
    """Raises what one of them raised before it was stopped."""
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task
