"""Long sessions over the network: a summary instead of masks, masks by range, and the pace of a Track."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backend.api import far_masks
from tests.backend.live import FRAMES, TRACK, Live, Seen, deltas, live, wait_until

WINDOW = """query ($s: ID!, $first: Int!, $last: Int!) {
  maskWindow(sessionId: $s, firstFrame: $first, lastFrame: $last) {
    lastFrame masks { objectId frameIdx rle { counts } }
  }
}"""
RESUME = "mutation ($s: ID!) { resumeTracking(sessionId: $s) { framesTotal pace { beside } } }"
CANCEL = "mutation ($s: ID!) { cancelTracking(sessionId: $s) }"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Live]:
    with live(tmp_path, frame_delay_s=0.002) as running:
        yield running


@pytest.fixture
def tracked(server: Live) -> str:
    """A session with two objects, tracked to the end."""
    session = server.session()
    server.click(session, 1, 0, 40, 30)
    server.click(session, 2, 0, 60, 50)
    with server.feed(session) as feed:
        server.ask(TRACK, s=session, d="FORWARD")
        Seen().until(feed, lambda seen: seen.state == "DONE")
    return session


def stored(server: Live, session_id: str) -> dict[tuple[int, int], str]:
    masks = server.service.sessions.masks(session_id)
    return {(mask.object_id, mask.frame_idx): mask.rle.counts for mask in masks if mask.rle}


FEED = """subscription ($s: ID!, $most: Int) { sessionFeed(sessionId: $s, masksAtMost: $most) {
  version masks { frameIdx } coverage { objectId firstFrame looks }
  objects { objectId } prompts { frameIdx } propagation { state pace { beside } }
} }"""


def first_delta(server: Live, session_id: str, masks_at_most: int) -> dict[str, Any]:
    body = {"query": FEED, "variables": {"s": session_id, "most": masks_at_most}}
    headers = {"Accept": "text/event-stream"}
    with server.client.stream("POST", "/graphql", json=body, headers=headers) as events:
        return next(deltas(events.iter_lines()))


def test_a_feed_sums_up_what_is_too_much_in_one_message(server: Live, tracked: str) -> None:
    delta = first_delta(server, tracked, masks_at_most=10)
    assert delta["version"] == server.service.sessions.session(tracked).version
    assert delta["masks"] == []
    assert [(one["objectId"], one["firstFrame"]) for one in delta["coverage"]] == [(1, 0), (2, 0)]
    assert all(re.fullmatch(r"(\d*[a-e])+", one["looks"]) for one in delta["coverage"])
    assert (len(delta["objects"]), len(delta["prompts"])) == (2, 2)
    assert delta["propagation"] == {"state": "DONE", "pace": None}


def test_a_reader_that_wants_all_gets_all(server: Live, tracked: str) -> None:
    delta = first_delta(server, tracked, masks_at_most=10_000)
    assert delta["coverage"] == [] and len(delta["masks"]) > 0


def test_masks_come_by_range_whole_frames_at_a_time(
    server: Live, tracked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(far_masks, "MASKS_AT_ONCE", 5)
    found, first, answers = {}, 3, 0
    while first <= 12:
        window = server.ask(WINDOW, s=tracked, first=first, last=12)
        found |= {(m["objectId"], m["frameIdx"]): m["rle"]["counts"] for m in window["masks"]}
        first, answers = window["lastFrame"] + 1, answers + 1
    every = stored(server, tracked)
    assert found == {place: counts for place, counts in every.items() if 3 <= place[1] <= 12}
    assert answers == 4  # 3 frames of 2 masks are the first whole frames with 5


@pytest.mark.parametrize(("first", "last"), [(-1, 5), (5, 4)])
def test_a_range_that_cannot_be_is_refused(server: Live, tracked: str, first: int, last: int) -> None:
    code, sentence = server.refusal(WINDOW, s=tracked, first=first, last=last)
    assert code == "INVALID_INPUT" and "no frames" in sentence


def test_the_pace_is_told_while_it_runs_and_a_cancelled_track_goes_on(server: Live) -> None:
    session = server.session()
    server.click(session, 1, 0, 40, 30)
    server.ask(TRACK, s=session, d="FORWARD")
    wait_until(lambda: server.service.host.pace(session) is not None)
    server.ask(CANCEL, s=session)
    wait_until(lambda: server.service.host.pace(session) is None)
    done = len(stored(server, session))
    assert done < FRAMES
    assert server.ask(RESUME, s=session)["framesTotal"] == FRAMES - done
    wait_until(lambda: len(stored(server, session)) == FRAMES)
