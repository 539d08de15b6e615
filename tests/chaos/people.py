"""People who work on a session over HTTP, and do not give up when the server goes away under their hands.

What the server answered counts as acknowledged. After a cut they send a click again under the same key, as a
browser does that comes back: it is made once, whatever became of it the first time.
"""

from __future__ import annotations

import json
import random
import threading
import time
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

from tests.chaos.clip import FRAMES, centre

Place = tuple[int, int]  # (object id, frame index)
Points = tuple[tuple[float, float, bool], ...]
PATIENCE_S = 900.0
RUNNING, DONE, CANCELLED, FAILED = "RUNNING", "DONE", "CANCELLED", "FAILED"

CREATE = "mutation ($video: ID!) { createSession(videoId: $video) { id } }"
ADD = "mutation ($session: ID!) { addObject(sessionId: $session) { objectId } }"
PROMPT = (
    "mutation ($session: ID!, $prompt: FramePromptInput!) { setPrompt(sessionId: $session, prompt: $prompt) }"
)
TRACK = "mutation ($session: ID!) { track(sessionId: $session) { id } }"
CANCEL = "mutation ($session: ID!) { cancelTracking(sessionId: $session) }"
VERSION = "query ($session: ID!) { session(id: $session) { version } }"
STATE = """subscription ($session: ID!) { sessionFeed(sessionId: $session, after: 0) {
  version
  prompts { objectId frameIdx points { x y include } version }
  masks { objectId frameIdx origin version }
  propagation { id state framesDone }
} }"""


class Refused(Exception):
    """The server answered with a sentence. `code` is for programs."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class Cut(Exception):
    """No answer: nobody knows whether it was done."""


@dataclass(frozen=True)
class Clicked:
    """An acknowledged set of points; without any, one that was taken back."""

    place: Place
    points: Points
    version: int


@dataclass(frozen=True)
class Tracked:
    """A propagation that ended, and how far it came."""

    state: str
    frames_done: int


@dataclass
class Seen:
    """A session as it is now."""

    version: int = 0
    prompts: dict[Place, tuple[Points, int]] = field(default_factory=dict)  # points, version
    drawn: dict[Place, int] = field(default_factory=dict)  # version of the mask that a prompt drew there
    propagation: dict[str, Any] | None = None

    def is_drawn(self, place: Place) -> bool:
        return place in self.drawn and self.drawn[place] > self.prompts[place][1]


class Desk:
    """One person's connection to a server that may be away."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.refusals: list[str] = []
        self.cuts = 0

    def ask(self, query: str, key: str | None = None, **variables: Any) -> Any:
        """The one field of the answer. Raises Refused or Cut. `key`: of a change that is made once, however
        often it is sent."""
        try:
            with self._post(query, variables, "application/json", key) as response:
                answer = json.load(response)
        except urllib.error.HTTPError as error:
            raise Refused(str(error.code), error.read().decode("utf-8", "replace")[:300]) from error
        except (OSError, HTTPException, json.JSONDecodeError) as error:
            self.cuts += 1
            raise Cut(str(error)) from error
        if "errors" in answer:
            error = answer["errors"][0]
            self.refusals.append(error["message"])
            raise Refused(error["extensions"]["code"], error["message"])
        (value,) = answer["data"].values()
        return value

    def insist(self, query: str, **variables: Any) -> Any:
        """For what does no harm when it is done twice."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                return self.ask(query, **variables)
            except Cut:
                assert time.monotonic() < deadline, "the server does not come back"
                time.sleep(0.1)

    def look(self, session_id: str) -> Seen:
        """The session up to its version at this moment."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                return self._look(session_id)
            except (Cut, Refused):
                assert time.monotonic() < deadline, "the server does not come back"
                time.sleep(0.1)

    def _look(self, session_id: str) -> Seen:
        wanted = self.ask(VERSION, session=session_id)["version"]
        seen = Seen()
        try:
            with self._post(STATE, {"session": session_id}, "text/event-stream") as events:
                for line in events:
                    if not line.startswith(b"data: {"):
                        continue
                    answer = json.loads(line[len("data: ") :])
                    if "errors" in answer:
                        raise Refused("FEED", answer["errors"][0]["message"])
                    _fold(seen, answer["data"]["sessionFeed"])
                    if seen.version >= wanted:
                        return seen
        except (OSError, HTTPException, json.JSONDecodeError) as error:
            raise Cut(str(error)) from error
        raise Cut("the feed ended")

    def _post(self, query: str, variables: dict[str, Any], accept: str, key: str | None = None) -> Any:
        body = json.dumps({"query": query, "variables": variables}).encode()
        headers = {"Content-Type": "application/json", "Accept": accept}
        if key is not None:
            headers["Idempotency-Key"] = key
        return urllib.request.urlopen(
            urllib.request.Request(f"{self.url}/graphql", body, headers), timeout=120
        )


def _fold(seen: Seen, delta: dict[str, Any]) -> None:
    seen.version = delta["version"]
    for row in delta["prompts"]:
        points = tuple((p["x"], p["y"], p["include"]) for p in row["points"])
        seen.prompts[row["objectId"], row["frameIdx"]] = (points, row["version"])
    for row in delta["masks"]:
        if row["origin"] == "PROMPT":
            seen.drawn[row["objectId"], row["frameIdx"]] = row["version"]
    seen.propagation = delta["propagation"] or seen.propagation


class Person(threading.Thread):
    """Works in rounds, each to its end, until told to stop: clicks, tracks, waits or cancels, corrects."""

    def __init__(self, url: str, session_id: str, object_ids: list[int], seed: int, alone: bool) -> None:
        """`alone`: nobody else is on this session, so what is done can be done again in the same order."""
        super().__init__(daemon=True, name=f"person-{seed}")
        self.desk = Desk(url)
        self.session_id = session_id
        self.done: list[Clicked | Tracked] = []
        self.rounds = 0
        self.failure: BaseException | None = None
        self._object_ids = object_ids
        self._alone = alone
        self._chance = random.Random(seed)
        self._stopping = threading.Event()

    def stop(self) -> None:
        """After the round in hand."""
        self._stopping.set()

    def run(self) -> None:
        try:
            while not self._stopping.is_set() or self.rounds == 0:
                self._round()
                self.rounds += 1
        except BaseException as error:
            self.failure = error

    def _round(self) -> None:
        for _ in range(self._chance.choice((1, 1, 2))):
            self._click()
        if self._alone or self._chance.random() < 0.5:
            self._track()

    def _click(self) -> None:
        object_id, frame_idx = self._chance.choice(self._object_ids), self._chance.randrange(FRAMES)
        x, y = centre(object_id, frame_idx)
        jitter = self._chance.uniform(-8, 8), self._chance.uniform(-8, 8)
        points: Points = ((round(x + jitter[0], 2), round(y + jitter[1], 2), True),)
        if self._chance.random() < 0.3:
            points += ((round(x + 45, 2) % 320, round(y + 45, 2) % 240, False),)
        place = object_id, frame_idx
        mine = [done.place for done in self.done if isinstance(done, Clicked)]
        if len(set(mine)) > 1 and self._chance.random() < 0.1:
            place, points = self._chance.choice(mine), ()
        self._set(place, points)

    def _set(self, place: Place, points: Points) -> None:
        prompt = {
            "objectId": place[0],
            "frameIdx": place[1],
            "points": [{"x": x, "y": y, "include": include} for x, y, include in points],
        }
        key = uuid.uuid4().hex
        deadline = time.monotonic() + PATIENCE_S
        while True:
            assert time.monotonic() < deadline, "a click is not taken"
            try:
                version = self.desk.ask(PROMPT, key, session=self.session_id, prompt=prompt)
                break
            except Cut:
                pass
            except Refused as error:
                if error.code not in ("UNAVAILABLE", "503"):
                    raise
            time.sleep(0.1)
        self.done.append(Clicked(place, points, version))

    def _track(self) -> None:
        before = self.desk.look(self.session_id).propagation
        known = before["id"] if before else None
        while True:
            try:
                self.desk.ask(TRACK, session=self.session_id)
            except Refused as error:
                if error.code == "INVALID_INPUT":
                    return  # every prompt was taken back: nothing to track
                if error.code == "CONFLICT" and not self._alone:
                    return  # somebody else tracks
                if error.code not in ("UNAVAILABLE", "503", "CONFLICT"):
                    raise
            except Cut:
                pass
            now = self.desk.look(self.session_id).propagation
            if now is not None and now["id"] != known:
                break
            time.sleep(0.1)
        if self._chance.random() < 0.35:
            time.sleep(self._chance.uniform(0.0, 1.0))
            self._cancel()
        self._wait_until_ended()

    def _cancel(self) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            try:
                self.desk.ask(CANCEL, session=self.session_id)
                return
            except (Cut, Refused):
                time.sleep(0.1)
        raise AssertionError("cancel is not taken")

    def _wait_until_ended(self) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            now = self.desk.look(self.session_id).propagation
            assert now is not None
            if now["state"] != RUNNING:
                self.done.append(Tracked(now["state"], now["framesDone"]))
                return
            if not self._stopping.is_set():  # while it is killed again and again, tracking may take any time
                deadline = time.monotonic() + PATIENCE_S
            assert time.monotonic() < deadline, f"tracking does not end: {now}"
            time.sleep(0.15)
