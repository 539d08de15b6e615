"""Three people in one session of a closed server, a browser each: they work at once, contest an object,
follow, lose a connection, and one of them is put out."""

from __future__ import annotations

import json
import re
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from backend.api.access import COOKIE
from sam2.procedural.clips import rendered_clips
from tests.e2e.annotated import Click, VideoInfo, koi_pond, new_session, open_session
from tests.e2e.clips import inside
from tests.e2e.closed import ClosedServer, Terms, join, make_link, visitor
from tests.e2e.editor import Editor, Pictures
from tests.e2e.session_view import view, wait_for

FRAMES = 16
ORANGE, YOUNG = 1, 2  # the objects' ids
OUT_WITHIN_S = 15.0  # some two seconds on a machine of its own
FEED = "subscription ($s: ID!) { sessionFeed(sessionId: $s, after: 0) { version } }"
Point = tuple[float, float]


@dataclass
class Team:
    """`olga` owns the server; the others came in by links of hers."""

    olga: Editor
    ana: Editor
    ben: Editor


@dataclass
class OpenFeed:
    """Somebody's feed, held open outside of their page by who has their cookie."""

    began: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ClosedServer]:
    running = ClosedServer(tmp_path)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def video(server: ClosedServer, tmp_path: Path) -> VideoInfo:
    return koi_pond(server, tmp_path, FRAMES)


@pytest.fixture(scope="module")
def fish() -> tuple[Point, Point]:
    """A pixel inside of each of the two on frame 0."""
    masks = next(clip for clip in rendered_clips() if clip.name == "koi-pond").masks(0)
    return inside(masks["orange koi"]), inside(masks["young koi"])


@pytest.fixture
def session_id(server: ClosedServer, video: VideoInfo, fish: tuple[Point, Point]) -> str:
    orange, young = fish
    clicks = [Click(ORANGE, 0, *orange), Click(YOUNG, 0, *young)]
    return new_session(server, video, ["Orange koi", "Young koi"], clicks)


@pytest.fixture
def team(browser: Browser, server: ClosedServer, session_id: str, video: VideoInfo) -> Iterator[Team]:
    people = [visitor(browser) for _ in range(3)]
    olga, ana, ben = (page for _, page in people)
    join(olga, server.owner_link, "Olga")
    owner = open_session(olga, server, session_id, video)
    olga.get_by_test_id("share").click()
    for page, name in ((ana, "Ana"), (ben, "Ben")):
        join(page, make_link(olga, Terms("ANNOTATOR", label=f"For {name}")), name)
    olga.keyboard.press("Escape")
    yield Team(owner, *(Editor(page, video.width, video.height) for page in (ana, ben)))
    for context, _ in people:
        context.close()


def test_three_people_in_one_session(
    team: Team, server: ClosedServer, session_id: str, fish: tuple[Point, Point], pictures: Path
) -> None:
    shots = Pictures(pictures / "team-story")
    work_on_different_objects(team, server, session_id, fish, shots)
    contest_an_object(team, fish, shots)
    follow(team, shots)
    lose_the_connection(team, server, session_id, shots)
    put_one_out(team, server, session_id, fish, shots)


def work_on_different_objects(
    team: Team, server: ClosedServer, session_id: str, fish: tuple[Point, Point], shots: Pictures
) -> None:
    """At the same time, and everybody sees both."""
    (orange_x, orange_y), (young_x, young_y) = fish
    choose(team.ana, ORANGE)
    choose(team.ben, YOUNG)
    team.ana.click((orange_x + 16, orange_y))
    team.ben.click((young_x + 12, young_y))
    for editor, others in ((team.olga, "Ana, Ben"), (team.ana, "Ben, Olga"), (team.ben, "Ana, Olga")):
        here = editor.page.get_by_test_id("here").get_attribute("title") or ""
        assert sorted(here.split(", ")) == others.split(", ")
        editor.shows_masks_of(ORANGE, YOUNG)
        editor.shows_points(2)
    expect(team.olga.row(ORANGE).get_by_test_id("holder")).to_have_text("Ana")
    expect(team.olga.row(YOUNG).get_by_test_id("holder")).to_have_text("Ben")
    wait_for(
        server,
        session_id,
        lambda seen: len(seen.points[ORANGE, 0]) == len(seen.points[YOUNG, 0]) == 2,
        "both clicks",
    )
    shots.take(team.olga.page, "parallel")


def contest_an_object(team: Team, fish: tuple[Point, Point], shots: Pictures) -> None:
    """Who is first holds it; another one is told so, and may take it over, of which the first is told."""
    x, y = fish[0]
    choose(team.ben, ORANGE)
    team.ana.click((x - 16, y))
    team.ana.shows_points(3)
    expect(team.ben.row(ORANGE).get_by_test_id("holder")).to_have_text("Ana")
    team.ben.click((x, y + 12))
    expect(team.ben.page.get_by_test_id("toast")).to_contain_text("Ana is editing Orange koi")
    team.ben.shows_points(3)  # Ana's three
    shots.take(team.ben.page, "held")
    team.ana.click((x - 8, y + 8))  # she goes on, so it is still hers
    team.ben.shows_points(4)
    team.ben.page.get_by_test_id("take-over").click()
    told = team.ana.page.get_by_test_id("toast").filter(has_text="Ben took over Orange koi")
    expect(told).to_be_visible()
    shots.take(team.ana.page, "taken-over")
    team.ben.click((x, y + 12))
    for editor in (team.ana, team.ben):
        editor.shows_points(5)


def follow(team: Team, shots: Pictures) -> None:
    team.olga.page.get_by_test_id("here").click()
    person = team.olga.page.get_by_test_id("person").filter(has_text="Ana")
    person.get_by_test_id("follow").click()
    team.ana.go_to(7)
    expect(team.olga.stage).to_have_attribute("data-frame", "7")
    shots.take(team.olga.page, "following")
    team.olga.page.keyboard.press("ArrowRight")  # and goes own ways again
    expect(team.olga.page.get_by_test_id("following")).to_have_count(0)


def lose_the_connection(team: Team, server: ClosedServer, session_id: str, shots: Pictures) -> None:
    """What Ana does meanwhile waits in her browser, and comes once."""
    choose(team.ana, YOUNG)
    expect(team.ana.row(YOUNG).get_by_test_id("holder")).to_have_count(0)  # Ben has let go of it
    team.ana.page.context.set_offline(True)
    team.ana.go_to(5)
    team.ana.click((150, 90))
    team.ana.click((170, 100))
    expect(team.ana.lost).to_have_attribute("data-unsent", re.compile("[12]"))
    shots.take(team.ana.page, "offline")
    team.olga.go_to(5)
    team.olga.page.wait_for_timeout(500)  # time enough for it to come, if it could
    assert (YOUNG, 5) not in view(server, session_id).points
    team.ana.page.context.set_offline(False)
    expect(team.ana.lost).to_have_count(0)
    wait_for(server, session_id, lambda seen: len(seen.points.get((YOUNG, 5), ())) == 2, "Ana's clicks")
    team.olga.shows_masks_of(YOUNG)
    team.ana.shows_masks_of(YOUNG)
    came = view(server, session_id)
    assert [round(x) for x, _, _ in came.points[YOUNG, 5]] == [150, 170]
    time.sleep(1.0)  # were it sent again, the version would grow
    assert view(server, session_id).version == came.version


def put_one_out(
    team: Team, server: ClosedServer, session_id: str, fish: tuple[Point, Point], shots: Pictures
) -> None:
    """His page ends, and so does the feed that he holds open; the others go on."""
    held = hold_feed_open(team.ben.page, server, session_id)
    team.olga.page.get_by_test_id("share").click()
    link = team.olga.page.get_by_test_id("link-row").filter(has_text="For Ben")
    link.get_by_test_id("revoke-link").click()
    ended = team.ben.page.get_by_test_id("message-page")
    expect(ended).to_contain_text("closed to you now", timeout=1000 * OUT_WITHIN_S)
    assert held.ended.wait(OUT_WITHIN_S), "the feed must end too"
    shots.take(team.ben.page, "out")
    team.ben.page.reload()
    expect(team.ben.page.get_by_test_id("message-page")).to_contain_text("no such session")

    expect(team.olga.page.get_by_test_id("member-row").filter(has_text="Ben")).to_have_count(0)
    team.olga.page.keyboard.press("Escape")
    expect(team.ana.page.get_by_test_id("here")).to_have_attribute("title", "Olga")
    team.ana.page.keyboard.press("Home")
    team.ana.click((fish[1][0] - 12, fish[1][1]))
    wait_for(server, session_id, lambda seen: len(seen.points[YOUNG, 0]) == 3, "Ana's next click")
    shots.take(team.ana.page, "goes-on")


def choose(editor: Editor, object_id: int) -> None:
    editor.page.get_by_test_id("lane-name").nth(object_id - 1).click()


def hold_feed_open(page: Page, server: ClosedServer, session_id: str) -> OpenFeed:
    (cookie,) = (one["value"] for one in page.context.cookies() if one["name"] == COOKIE)
    body = json.dumps({"query": FEED, "variables": {"s": session_id}}).encode()
    headers = {
        "Content-Type": "application/json",
        "Accept": "text/event-stream",
        "Cookie": f"{COOKIE}={cookie}",
    }
    feed = OpenFeed()

    def read() -> None:
        request = urllib.request.Request(f"{server.url}/graphql", body, headers)
        with urllib.request.urlopen(request, timeout=120) as events:
            for line in events:
                if line.startswith(b"data: {"):
                    feed.began.set()
        feed.ended.set()

    threading.Thread(target=read, daemon=True).start()
    assert feed.began.wait(30)
    time.sleep(1.0)
    assert not feed.ended.is_set(), "a feed stays open as long as its reader may read"
    return feed
