"""Fuzz the GraphQL address: `python -m tests.fuzz.graphql --requests 1000`. A bounded run is in the tests.

A real server on a socket, with moving shapes for an engine. Whatever is sent: no 500, no internal error, no
traceback, no path of this machine in an answer, an answer in time, and a server that still serves.
"""

from __future__ import annotations

import argparse
import http.client
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from graphql import build_schema

from backend.api.schema import print_schema
from backend.limits import Limits
from tests.backend.live import Live, live
from tests.fuzz.graphql_requests import Known, Sent, request_of

PATIENCE_S = 30.0
FEED_S = 0.3  # a feed that began well is left after so long
ANEW = 50  # requests: sessions may be deleted meanwhile
LEAKS = (
    "Traceback",
    'File "',
    "site-packages",
    ".py",
    "sqlalchemy",
    "sqlite",
    "psycopg",
    "/tmp/",
    "/root",
)


@dataclass
class Outcome:
    """How the requests went."""

    statuses: Counter[str] = field(default_factory=Counter)  # kind and status -> requests
    codes: Counter[str] = field(default_factory=Counter)  # error code, or "data" -> answers
    faults: list[str] = field(default_factory=list)  # what must not happen
    slowest_s: float = 0.0
    slowest: str = ""

    def __str__(self) -> str:
        lines = [f"{sum(self.statuses.values())} requests"]
        lines += [f"  {count:5}  {what}" for what, count in sorted(self.statuses.items())]
        lines += ["answers:", *(f"  {count:5}  {code}" for code, count in self.codes.most_common())]
        lines += [f"slowest: {self.slowest_s:.2f} s ({self.slowest})"]
        return "\n".join([*lines, f"{len(self.faults)} faults", *self.faults])


@dataclass(frozen=True)
class Answer:
    status: int
    content_type: str
    text: str


def fuzz(seeds: Sequence[int], folder: Path) -> Outcome:
    outcome = Outcome()
    schema = build_schema(print_schema())
    with live(folder, limits=Limits(requests_per_minute=0)) as server:
        known = known_of(server)
        leaks = (*LEAKS, str(folder))
        for count, seed in enumerate(seeds):
            if count % ANEW == ANEW - 1:
                known = known_of(server)
            sent = request_of(seed, schema, known)
            began_s = time.monotonic()
            try:
                answer = send(server, sent)
            except (OSError, http.client.HTTPException) as error:
                outcome.faults.append(f"seed {seed} ({sent.kind}): no answer, {error!r}")
                continue
            took_s = time.monotonic() - began_s
            if took_s > outcome.slowest_s:
                outcome.slowest_s, outcome.slowest = took_s, f"seed {seed}, {sent.kind}"
            judge(outcome, seed, sent, answer, leaks)
        still_serves(server)
    return outcome


def known_of(server: Live) -> Known:
    """A session with two objects and a mask, so that there is something to break."""
    session = server.session()
    server.click(session, 1, 0, 40, 30)
    server.click(session, 2, 3, 20, 20)
    return Known((session, session, session, "clip", "none", "gallery/clip.mp4"))


def send(server: Live, sent: Sent) -> Answer:
    """By hand: a client library would refuse to send some of these."""
    connection = http.client.HTTPConnection("127.0.0.1", server.service.settings.port, timeout=PATIENCE_S)
    try:
        path = "/graphql" + (f"?{quote(sent.query, safe='=%')}" if sent.query else "")
        connection.request(sent.method, path, sent.body, sent.headers)
        response = connection.getresponse()
        content_type = response.headers.get("content-type", "")
        if "event-stream" in content_type:
            return Answer(response.status, content_type, read_for_a_moment(connection, response))
        return Answer(response.status, content_type, response.read().decode("utf-8", "replace"))
    finally:
        connection.close()


def read_for_a_moment(connection: http.client.HTTPConnection, response: http.client.HTTPResponse) -> str:
    connection.sock.settimeout(FEED_S)
    text = ""
    try:
        while line := response.readline():
            text += line.decode("utf-8", "replace")
    except TimeoutError:
        pass  # it goes on for as long as someone reads
    return text


def judge(outcome: Outcome, seed: int, sent: Sent, answer: Answer, leaks: Sequence[str]) -> None:
    outcome.statuses[f"{sent.kind}: {answer.status}"] += 1
    complaint = None
    if answer.status >= 500:
        complaint = f"status {answer.status}"
    for leak in leaks:
        if leak in answer.text and leak.encode() not in sent.body:
            complaint = f"{leak!r} in the answer"
    code = code_of(answer)
    outcome.codes[code] += 1
    if code == "INTERNAL" or '"INTERNAL"' in answer.text:
        complaint = "an internal error"
    if answer.content_type.startswith("application/json") and code == "no JSON" and sent.method != "HEAD":
        complaint = "an answer that says it is JSON and is not"
    if complaint:
        shown = sent.body[:300].decode("utf-8", "replace")
        outcome.faults.append(f"seed {seed} ({sent.kind}): {complaint}\n    {shown}\n    {answer.text[:300]}")


def code_of(answer: Answer) -> str:
    try:
        told = json.loads(answer.text)
        errors = told.get("errors")
        return errors[0]["extensions"]["code"] if errors else "data"
    except (ValueError, AttributeError):
        return "feed" if "event-stream" in answer.content_type else "no JSON"


def still_serves(server: Live) -> None:
    """As if nothing had happened."""
    session = server.session()
    assert server.click(session, 1, 0, 40, 30) > 0
    with server.feed(session) as feed:
        assert next(feed)["objects"]
    assert server.client.get("/readyz").json()["ready"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        began_s = time.monotonic()
        outcome = fuzz(range(given.first, given.first + given.requests), Path(folder))
        print(outcome)
        print(f"{time.monotonic() - began_s:.0f} s")
    sys.exit(1 if outcome.faults else 0)


if __name__ == "__main__":
    main()
