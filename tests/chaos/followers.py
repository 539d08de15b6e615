"""Readers of a session's feed who come back after every cut, and note whatever breaks its promises."""

from __future__ import annotations

import json
import random
import threading
import urllib.request
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

from tests.e2e.session_view import FEED, SessionView

Place = tuple[int, int]  # (object id, frame index)
BACK_AFTER_S = (0.05, 0.4)
FEED_WITH_VERSIONS = FEED.replace("points {", "version points {").replace("rle {", "version rle {")


@dataclass
class Told:
    """What a reader was told, and what was wrong with it."""

    view: SessionView = field(default_factory=SessionView)
    prompt_versions: dict[Place, int] = field(default_factory=dict)
    mask_versions: dict[Place, int] = field(default_factory=dict)
    messages: int = 0
    connections: int = 0
    wrong: list[str] = field(default_factory=list)

    def take(self, delta: dict[str, Any]) -> None:
        before, after = self.view.version, delta["version"]
        if after <= before:
            self.wrong.append(f"version {after} came after {before}")
        for kind, versions in (("prompts", self.prompt_versions), ("masks", self.mask_versions)):
            for row in delta[kind]:
                place = row["objectId"], row["frameIdx"]
                if not before < row["version"] <= after:
                    self.wrong.append(f"{kind} {place}: {row['version']} is not in {before + 1}..{after}")
                if versions.get(place, 0) >= row["version"]:
                    self.wrong.append(f"{kind} {place} came twice with version {row['version']}")
                versions[place] = row["version"]
        self.view.take(delta)
        self.messages += 1


class Follower(threading.Thread):
    """Follows one session until it is stopped."""

    def __init__(self, url: str, session_id: str, seed: int) -> None:
        super().__init__(daemon=True, name=f"follower-{session_id[:6]}")
        self.told = Told()
        self._url = url
        self._session_id = session_id
        self._chance = random.Random(seed)
        self._stopping = threading.Event()
        self._changed = threading.Condition()

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._read_on()
            except (OSError, HTTPException, json.JSONDecodeError):
                pass  # the server was killed; half a message was not told
            self._stopping.wait(self._chance.uniform(*BACK_AFTER_S))

    def _read_on(self) -> None:
        variables = {"session": self._session_id, "after": self.told.view.version}
        request = urllib.request.Request(
            f"{self._url}/graphql",
            json.dumps({"query": FEED_WITH_VERSIONS, "variables": variables}).encode(),
            {"Content-Type": "application/json", "Accept": "text/event-stream"},
        )
        with urllib.request.urlopen(request, timeout=30) as events:
            self.told.connections += 1
            for line in events:
                if self._stopping.is_set():
                    return
                if line.startswith(b"data: {"):
                    self._take(json.loads(line[len("data: ") :]))

    def _take(self, answer: dict[str, Any]) -> None:
        with self._changed:
            if "errors" in answer:  # such as a disk that is full
                codes = [error["extensions"]["code"] for error in answer["errors"]]
                if codes != ["UNAVAILABLE"]:
                    self.told.wrong.append(f"the feed ended with {answer['errors']}")
            else:
                self.told.take(answer["data"]["sessionFeed"])
            self._changed.notify_all()

    def reached(self, version: int, timeout_s: float) -> bool:
        """Wait until everything up to that version was told."""
        with self._changed:
            return self._changed.wait_for(lambda: self.told.view.version >= version, timeout_s)

    def stop(self) -> None:
        self._stopping.set()
