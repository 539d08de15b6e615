"""Without a connection: what is done meanwhile is kept and sent once, in order; what somebody else was first
to change is offered again."""

from __future__ import annotations

import json
import re
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.annotated import Click, VideoInfo, koi_pond, new_session, open_session
from tests.e2e.editor import Editor, Pictures, new_context
from tests.e2e.server import MaskletServer
from tests.e2e.session_view import SessionView, view, wait_for

FRAMES = 24
PATIENCE_S = 90.0
SPOT = (60.0, 60.0)


@pytest.fixture(scope="module")
def video(server: MaskletServer, tmp_path_factory: pytest.TempPathFactory) -> VideoInfo:
    return koi_pond(server, tmp_path_factory.mktemp("clip"), FRAMES)


@pytest.fixture
def session_id(server: MaskletServer, video: VideoInfo) -> str:
    return new_session(server, video, ["Koi"], [Click(1, 0, *SPOT)])


@pytest.fixture
def ana(browser: Browser, server: MaskletServer, session_id: str, video: VideoInfo) -> Iterator[Editor]:
    context = new_context(browser)
    yield open_session(context.new_page(), server, session_id, video)
    context.close()


@pytest.fixture
def ben(browser: Browser, server: MaskletServer, session_id: str, video: VideoInfo) -> Iterator[Editor]:
    context = new_context(browser)
    yield open_session(context.new_page(), server, session_id, video)
    context.close()


@pytest.fixture
def album(pictures: Path) -> Pictures:
    return Pictures(pictures / "offline")


PROMPTS = """subscription ($session: ID!) { sessionFeed(sessionId: $session, after: 0) {
    version prompts { objectId frameIdx points { x } version } } }"""


def in_order(server: MaskletServer, session_id: str) -> list[tuple[int, int, int]]:
    """(object id, frame, points) of the prompts, by when the server took them in."""
    body = json.dumps({"query": PROMPTS, "variables": {"session": session_id}}).encode()
    headers = {"Content-Type": "application/json", "Accept": "text/event-stream"}
    request = urllib.request.Request(f"{server.url}/graphql", body, headers)
    with urllib.request.urlopen(request, timeout=60) as events:
        line = next(line for line in events if line.startswith(b"data: {"))
    prompts = json.loads(line[len("data: ") :])["data"]["sessionFeed"]["prompts"]
    prompts.sort(key=lambda prompt: prompt["version"])
    return [(one["objectId"], one["frameIdx"], len(one["points"])) for one in prompts if one["points"]]


def is_away(editor: Editor, unsent: int) -> None:
    expect(editor.lost).to_have_attribute("data-unsent", str(unsent))


def has_sent_all(editor: Editor) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while left := kept(editor.page):
        assert time.monotonic() < deadline, left
        time.sleep(0.05)
    expect(editor.lost).to_have_count(0)


def kept(page: Page) -> list[str]:
    """What the browser keeps of unsent edits."""
    names = page.evaluate("Object.keys(localStorage)")
    return [name for name in names if name.startswith("masklet.edit.")]


def add_object_and_click(editor: Editor) -> None:
    """A new object on frame 3, with two points; and one point on frame 8."""
    editor.page.get_by_test_id("add-object").click()
    editor.go_to(3)
    editor.click((150, 90))
    editor.click((170, 100))
    editor.go_to(8)
    editor.click((155, 95))


def test_what_is_done_offline_is_sent_once_and_in_order(
    server: MaskletServer, ana: Editor, session_id: str, album: Pictures
) -> None:
    ana.page.context.set_offline(True)
    ana.go_to(5)
    ana.click(SPOT)
    is_away(ana, 1)
    ana.rename(1, "Carp")
    add_object_and_click(ana)
    is_away(ana, 5)  # the click, the name, the object, and its prompts on two frames
    album.take(ana.page, "away")
    assert in_order(server, session_id) == [(1, 0, 1)]
    ana.page.context.set_offline(False)
    has_sent_all(ana)
    assert in_order(server, session_id) == [(1, 0, 1), (1, 5, 1), (2, 3, 2), (2, 8, 1)]
    assert sorted(view(server, session_id).names.values()) == ["Carp", "Object 2"]
    ana.shows_masks_of(2)
    ana.page.keyboard.press("Control+z")
    wait_for(server, session_id, lambda seen: (2, 8) not in seen.points, "undo after all")


def test_it_survives_that_the_page_goes_away(
    server: MaskletServer, ana: Editor, session_id: str, video: VideoInfo
) -> None:
    """Without a service worker no page loads offline; what an earlier one kept waits for when it can."""
    ana.page.context.set_offline(True)
    ana.go_to(5)
    ana.click(SPOT)
    is_away(ana, 1)
    add_object_and_click(ana)
    is_away(ana, 4)
    asked: list[str] = []
    ana.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    ana.page.close(run_before_unload=True)
    context = ana.page.context
    context.set_offline(False)
    page = context.new_page()
    assert asked == ["beforeunload"]
    later = open_session(page, server, session_id, video)
    expect(later.rows).to_have_count(2)
    has_sent_all(later)
    wait_for(server, session_id, lambda seen: (2, 8) in seen.points, "the last click")
    assert in_order(server, session_id) == [(1, 0, 1), (1, 5, 1), (2, 3, 2), (2, 8, 1)]


def test_a_lost_answer_makes_nothing_twice(server: MaskletServer, ana: Editor, session_id: str) -> None:
    """Every change arrives, and the answer to its first try does not."""
    tried: set[str] = set()

    def lose_first_answer(route: Route) -> None:
        key = route.request.headers.get("idempotency-key")
        if key is None or key in tried:
            route.continue_()
            return
        tried.add(key)
        route.fetch()
        route.abort("connectionreset")

    ana.page.route(re.compile("/graphql$"), lose_first_answer)
    add_object_and_click(ana)
    has_sent_all(ana)
    expect(ana.rows).to_have_count(2)
    assert len(tried) >= 3
    assert in_order(server, session_id) == [(1, 0, 1), (2, 3, 2), (2, 8, 1)]


@pytest.mark.parametrize("answer", ["do-again", "keep-theirs"])
def test_a_contested_click_is_offered_again(
    server: MaskletServer, ana: Editor, ben: Editor, session_id: str, album: Pictures, answer: str
) -> None:
    contest = ana.page.get_by_test_id("contest")
    ana.page.context.set_offline(True)
    ana.click((120, 80))
    is_away(ana, 1)
    ben.click((40, 50))
    ben.shows_points(2)
    theirs = wait_for(server, session_id, has_points((1, 0), 2), "Ben's click").points[1, 0]
    ben.page.close()
    ana.page.context.set_offline(False)
    expect(contest).to_have_attribute("data-thing", "prompts/1/0")
    album.take(ana.page, f"contested-{answer}")
    ana.shows_points(2)  # his, for now
    assert view(server, session_id).points[1, 0] == theirs
    contest.get_by_test_id(answer).click()
    expect(contest).to_have_count(0)
    if answer == "keep-theirs":
        assert view(server, session_id).points[1, 0] == theirs
        return
    mine = wait_for(server, session_id, lambda seen: seen.points[1, 0] != theirs, "Ana's click").points[1, 0]
    assert [round(x) for x, _, _ in mine] == [60, 120]
    ana.page.keyboard.press("Control+z")
    wait_for(server, session_id, lambda seen: seen.points[1, 0] == theirs, "undo to Ben's")


@pytest.mark.parametrize("answer", ["do-again", "keep-theirs"])
def test_a_click_on_what_somebody_removed_is_offered_with_it(
    server: MaskletServer, ana: Editor, ben: Editor, session_id: str, album: Pictures, answer: str
) -> None:
    contest = ana.page.get_by_test_id("contest")
    ana.page.context.set_offline(True)
    ana.go_to(5)
    ana.click((120, 80))
    is_away(ana, 1)
    ben.page.keyboard.press("Delete")
    wait_for(server, session_id, lambda seen: not seen.names, "Ben's removal")
    ben.page.close()
    ana.page.context.set_offline(False)
    expect(contest).to_contain_text("Koi was removed in the meantime.")
    expect(ana.rows).to_have_count(0)
    album.take(ana.page, f"removed-{answer}")
    contest.get_by_test_id(answer).click()
    expect(contest).to_have_count(0)
    if answer == "keep-theirs":
        assert not view(server, session_id).names
        return
    wait_for(server, session_id, has_points((1, 5), 1), "Ana's click")
    assert view(server, session_id).names == {1: "Koi"}
    assert len(view(server, session_id).points[1, 0]) == 1, "it came back with all it had"
    ana.shows_masks_of(1)


def has_points(place: tuple[int, int], count: int) -> Any:
    def check(seen: SessionView) -> bool:
        return len(seen.points.get(place, [])) == count

    return check
