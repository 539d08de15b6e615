"""Masklet's web side on a real socket, with moving shapes for an engine, and clients that look at bytes."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx2
import uvicorn

from backend.api.context import Service
from backend.app import open_service, web_app
from backend.domain.ports import Host, SessionStore, VideoStore
from backend.domain.video import Video, VideoState
from backend.host.fake_host import FakeHost
from backend.settings import Settings
from tests.e2e.server import free_port

PATIENCE_S = 60.0
FRAMES, HEIGHT, WIDTH = 20, 72, 96
CLIP = Video(
    "clip", "Clip.mp4", "0" * 64, VideoState.READY, WIDTH, HEIGHT, tuple(i / 25 for i in range(FRAMES)), True
)


@dataclass
class Live:
    """A running server and a client to it."""

    url: str
    service: Service
    client: httpx2.Client

    def graphql(self, query: str, **variables: Any) -> dict[str, Any]:
        """The whole answer, errors and all."""
        response = self.client.post("/graphql", json={"query": query, "variables": variables})
        return response.json()

    def ask(self, query: str, **variables: Any) -> Any:
        """The one field of the answer's data."""
        answer = self.graphql(query, **variables)
        assert "errors" not in answer, answer
        (value,) = answer["data"].values()
        return value

    def refusal(self, query: str, **variables: Any) -> tuple[str, str]:
        """(code, sentence) of an operation that must fail."""
        (error,) = self.graphql(query, **variables)["errors"]
        return error["extensions"]["code"], error["message"]

    def session(self, video_id: str = "clip") -> str:
        return self.ask("mutation($v: ID!) { createSession(videoId: $v) { id } }", v=video_id)["id"]

    def click(self, session_id: str, object_id: int, frame_idx: int, x: float, y: float) -> int:
        known = {tracked.object_id for tracked in self.service.sessions.objects(session_id)}
        if object_id not in known:
            self.service.commands.add_object(session_id, object_id=object_id)
        prompt = {"objectId": object_id, "frameIdx": frame_idx, "points": [{"x": x, "y": y}]}
        return self.ask(SET_PROMPT, s=session_id, p=prompt)

    @contextmanager
    def feed(self, session_id: str, after: int = 0) -> Iterator[Iterator[dict[str, Any]]]:
        """Deltas as they arrive."""
        body = {"query": FEED, "variables": {"s": session_id, "after": after}}
        with self.client.stream(
            "POST", "/graphql", json=body, headers={"accept": "text/event-stream"}, timeout=PATIENCE_S
        ) as response:
            assert response.status_code == 200, response.read()
            assert response.headers["content-type"].startswith("text/event-stream")
            yield deltas(response.iter_lines())


SET_PROMPT = "mutation($s: ID!, $p: FramePromptInput!) { setPrompt(sessionId: $s, prompt: $p) }"
TRACK = "mutation($s: ID!, $d: Direction!) { track(sessionId: $s, direction: $d) { id framesTotal } }"
FEED = """subscription($s: ID!, $after: Int!) { sessionFeed(sessionId: $s, after: $after) {
  version
  objects { objectId name colour removed version }
  prompts { objectId frameIdx points { x y include } version }
  masks { objectId frameIdx rle { height width counts } area origin engineId version }
  propagation { id state framesDone framesTotal error version }
} }"""


def deltas(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """The feed's messages, out of Server-Sent Events as their specification reads them."""
    event, data = "", ""
    for line in lines:
        if line.startswith(":"):
            continue
        name, _, value = line.partition(":")
        if name == "event":
            event = value.strip()
        elif name == "data":
            data += value.strip()
        elif not line:
            if event == "complete":
                return
            message = json.loads(data)
            assert "errors" not in message, message
            yield message["data"]["sessionFeed"]
            event, data = "", ""


@dataclass
class Seen:
    """What a reader of the feed knows, by applying each delta."""

    version: int = 0
    masks: dict[tuple[int, int], str] = field(default_factory=dict)
    state: str | None = None
    messages: int = 0

    def take(self, delta: dict[str, Any]) -> None:
        assert delta["version"] > self.version
        self.version = delta["version"]
        self.messages += 1
        for mask in delta["masks"]:
            place = mask["objectId"], mask["frameIdx"]
            if mask["rle"] is None:
                self.masks.pop(place, None)
            else:
                self.masks[place] = mask["rle"]["counts"]
        if delta["propagation"] is not None:
            self.state = delta["propagation"]["state"]

    def until(self, feed: Iterator[dict[str, Any]], enough: Callable[[Seen], bool]) -> Seen:
        while not enough(self):
            self.take(next(feed))
        return self


@contextmanager
def live(folder: Path, frame_delay_s: float = 0.0, **settings: Any) -> Iterator[Live]:
    """A server on the data folder, with one clip in its library."""
    port = free_port()
    settings_here = Settings(
        port=port, data=folder / "data", checkpoints=folder, frontend=folder / "dist", gallery=False
    )
    wanted = replace(settings_here, **settings)

    def moving_shapes(store: SessionStore, videos: VideoStore) -> Host:
        return FakeHost(store, videos, frame_delay_s=frame_delay_s)

    service = open_service(wanted, moving_shapes)
    service.videos.put_video(CLIP)
    server = uvicorn.Server(
        uvicorn.Config(web_app(service), port=port, log_level="warning", ws="none", lifespan="on")
    )
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: server.started or not thread.is_alive())
        with httpx2.Client(base_url=url, timeout=PATIENCE_S) as client:
            yield Live(url, service, client)
    finally:
        service.doorbell.close()
        server.should_exit = True
        thread.join(PATIENCE_S)
        assert not thread.is_alive(), "the server did not stop"


def wait_until(condition: Callable[[], bool]) -> None:
    waiting = threading.Event()
    for _ in range(int(PATIENCE_S / 0.01)):
        if condition():
            return
        waiting.wait(0.01)
    raise AssertionError("it did not happen in time")
