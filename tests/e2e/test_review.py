"""Review in a browser: a comment with its pin, an answer elsewhere, links, states, queue, log and effort."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from sam2.procedural.clips import rendered_clips
from tests.e2e.annotated import Click, VideoInfo, koi_pond, new_session, open_session
from tests.e2e.axe import Axe
from tests.e2e.clips import inside
from tests.e2e.closed import ClosedServer, join, visitor
from tests.e2e.editor import Editor, Pictures, new_context
from tests.e2e.server import MaskletServer

FRAMES = 12
PATIENCE_S = 90.0
TEXT = "The tail is cut off <b>here</b>, @You"


@pytest.fixture(scope="module")
def video(server: MaskletServer, tmp_path_factory: pytest.TempPathFactory) -> VideoInfo:
    return koi_pond(server, tmp_path_factory.mktemp("clip"), FRAMES)


@pytest.fixture(scope="module")
def fish() -> tuple[float, float]:
    """A pixel inside the orange one on frame 0."""
    masks = next(clip for clip in rendered_clips() if clip.name == "koi-pond").masks(0)
    return inside(masks["orange koi"])


@pytest.fixture
def session_id(server: MaskletServer, video: VideoInfo, fish: tuple[float, float]) -> str:
    return new_session(server, video, ["Orange koi", "Young koi"], [Click(1, 0, *fish)])


@pytest.fixture
def contexts(browser: Browser) -> Iterator[list[BrowserContext]]:
    """Two browsers that keep nothing of each other."""
    made = [new_context(browser, bypass_csp=True) for _ in range(2)]
    yield made
    for context in made:
        context.close()


@pytest.fixture
def axe(repository: Path) -> Axe:
    return Axe(repository)


@pytest.fixture
def shots(pictures: Path) -> Pictures:
    return Pictures(pictures / "review")


def comment_on(page: Page, editor: Editor, point: tuple[float, float], text: str) -> None:
    """By key: pinned to a point of the frame that is shown."""
    page.keyboard.press("m")
    expect(page.get_by_test_id("draft")).to_be_visible()
    editor.click(point)
    page.get_by_test_id("comment-text").fill(text)
    page.get_by_test_id("send-comment").click()


def test_a_comment_its_answer_its_link_and_its_end(
    contexts: list[BrowserContext],
    server: MaskletServer,
    session_id: str,
    video: VideoInfo,
    fish: tuple[float, float],
    axe: Axe,
    shots: Pictures,
) -> None:
    ana, ben = (context.new_page() for context in contexts)
    editor = open_session(ana, server, session_id, video)
    open_session(ben, server, session_id, video)
    editor.go_to(3)
    comment_on(ana, editor, fish, TEXT)
    expect(ana.get_by_test_id("thread")).to_have_attribute("data-open", "true")
    expect(ana.get_by_test_id("comment-shown")).to_have_text(TEXT)  # as it was written: no markup
    expect(ana.locator("[data-testid=comment-shown] b")).to_have_text(["@You"])  # when names come
    editor.shows_points(0)  # the press that pinned it was no prompt
    expect(ana.get_by_test_id("pin")).to_be_visible()
    shots.take(ana, "comment")

    # Ben sees a mark on the timeline, goes there, and answers.
    expect(ben.get_by_test_id("timeline-track")).to_have_attribute("data-comments", "3")
    expect(ben.get_by_test_id("open-threads")).to_have_text("1")
    expect(ben.get_by_test_id("pin")).to_have_count(0)  # it is on another frame
    ben.get_by_test_id("open-discussion").click()
    ben.get_by_test_id("open-thread").click()
    expect(ben.get_by_test_id("stage")).to_have_attribute("data-frame", "3")
    ben.get_by_test_id("comment-text").fill("Mended, I think")
    ben.keyboard.press("Control+Enter")
    expect(ana.get_by_test_id("comment-shown")).to_have_text([TEXT, "Mended, I think"])
    expect(ana.get_by_test_id("pin")).to_have_text("2")
    axe.judge(ben, "an open thread")
    shots.take(ben, "answer")

    # The link of the thread opens it for who never saw the session; the pin is where it was put.
    thread_id = ana.get_by_test_id("thread").get_attribute("data-comment")
    ben.goto(f"{server.url}/s/{session_id}?comment={thread_id}")
    expect(ben.get_by_test_id("stage")).to_have_attribute("data-frame", "3")
    expect(ben.get_by_test_id("thread")).to_have_attribute("data-open", "true")
    expect(ben.locator('[data-testid="object-row"][data-object="1"]')).to_have_attribute(
        "data-selected", "true"
    )
    assert pin_place(ben) == pytest.approx(fish, abs=1.5)

    ben.get_by_test_id("resolve-thread").click()
    expect(ana.get_by_test_id("timeline-track")).to_have_attribute("data-comments", "")
    expect(ana.get_by_test_id("open-threads")).to_have_count(0)
    ana.reload()
    expect(ana.get_by_test_id("stage")).to_have_attribute("data-frame", "3")  # where she was
    ana.get_by_test_id("open-discussion").click()
    expect(ana.get_by_test_id("thread")).to_have_count(0)
    ana.get_by_test_id("show-resolved").check()
    expect(ana.get_by_test_id("thread")).to_have_attribute("data-resolved", "true")


def test_sent_rejected_mended_and_accepted(
    contexts: list[BrowserContext],
    server: MaskletServer,
    session_id: str,
    video: VideoInfo,
    fish: tuple[float, float],
    axe: Axe,
    shots: Pictures,
) -> None:
    ana, rex = (context.new_page() for context in contexts)
    editor = open_session(ana, server, session_id, video)
    editor.row(1).click()
    expect(state(ana)).to_have_attribute("data-state", "DRAFT")
    ana.get_by_test_id("send-for-review").click()
    expect(state(ana)).to_have_attribute("data-state", "FOR_REVIEW")

    # It waits in the queue, from where its picture leads to it.
    rex.goto(f"{server.url}/review")
    mine = rex.locator(f'[data-testid="queue-item"][href*="{session_id}"]')
    expect(mine).to_contain_text("Orange koi")
    expect(mine.locator("img")).to_have_js_property("complete", True)
    axe.judge(rex, "the queue")
    shots.take(rex, "queue")
    rex.get_by_test_id("queue-item").first.focus()
    rex.keyboard.press("ArrowDown")  # it is the latest, so the last
    for _ in range(rex.get_by_test_id("queue-item").count()):
        rex.keyboard.press("j")
    expect(mine).to_be_focused()
    rex.keyboard.press("Enter")
    expect(state(rex)).to_have_attribute("data-state", "FOR_REVIEW")
    rex.get_by_test_id("reject-object").click()
    rex.get_by_test_id("reject-reason").fill("The tail is missing")
    rex.get_by_test_id("confirm-reject").click()

    # Ana sees why, in the list too; mends it, and sends it again by key.
    expect(state(ana)).to_have_attribute("data-state", "REJECTED")
    expect(ana.get_by_test_id("review-reason")).to_have_text("The tail is missing")
    expect(editor.row(1).get_by_test_id("review-state")).to_have_text("Rejected")
    shots.take(ana, "rejected")
    before = mask_version(server, session_id)
    editor.click((fish[0] + 6, fish[1]))
    editor.shows_points(2)
    wait_until(lambda: mask_version(server, session_id) > before)
    ana.keyboard.press("u")
    expect(state(rex)).to_have_attribute("data-state", "FOR_REVIEW")  # with all that came before it
    expect(rex.get_by_test_id("holder")).to_have_count(0)  # Ana has let go of it
    rex.get_by_test_id("accept-object").click()
    expect(state(ana)).to_have_attribute("data-state", "ACCEPTED")
    rex.keyboard.press("y")
    expect(rex.get_by_test_id("toast")).to_have_text("Nothing else waits for review.")

    # A change takes the acceptance back.
    editor.click((fish[0], fish[1] + 4))
    expect(state(ana)).to_have_attribute("data-state", "DRAFT")
    expect(state(rex)).to_have_attribute("data-state", "DRAFT")

    ana.get_by_test_id("open-discussion").click()
    ana.get_by_test_id("tab-log").click()
    for what in ("sendForReview", "rejectObjects", "acceptObjects", "acceptanceTakenBack"):
        expect(ana.locator(f'[data-what="{what}"]').first).to_contain_text("Orange koi")
    ana.get_by_test_id("log-object").select_option("2")
    expect(ana.get_by_test_id("log-entry")).to_have_count(1)  # that it was added
    axe.judge(ana, "the log")
    ana.get_by_test_id("log-object").select_option("")
    expect(ana.locator('[data-what="acceptObjects"]')).to_be_visible()
    shots.take(ana, "log")
    ana.get_by_test_id("tab-effort").click()
    row = ana.get_by_test_id("effort-row").filter(has_text="Orange koi")
    expect(row.locator("td").first).to_have_text("3")  # clicks
    axe.judge(ana, "the effort")
    shots.take(ana, "effort")
    table = csv.DictReader(io.StringIO(server.get(f"/api/sessions/{session_id}/effort.csv").decode()))
    assert [(line["name"], line["clicks"]) for line in table][0] == ("Orange koi", "3")


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClosedServer]:
    running = ClosedServer(tmp_path_factory.mktemp("closed"))
    running.start()
    yield running
    running.stop()


def test_each_is_offered_what_their_role_may_do(
    browser: Browser,
    closed: ClosedServer,
    fish: tuple[float, float],
    tmp_path: Path,
    axe: Axe,
    shots: Pictures,
) -> None:
    pond = koi_pond(closed, tmp_path, FRAMES)
    session_id = new_session(closed, pond, ["Orange koi"], [Click(1, 0, *fish)])
    pages = {}
    for name, role in (("Ana Costa", "ANNOTATOR"), ("Rex", "REVIEWER"), ("Vera", "VIEWER")):
        context, page = visitor(browser)
        make = "mutation ($s: ID!, $r: Role!) { createLink(role: $r, sessionId: $s) { url } }"
        link = closed.graphql(make, s=session_id, r=role)["createLink"]["url"]
        join(page, f"{closed.url}/join#{link.rsplit('#', 1)[1]}", name)
        page.goto(f"{closed.url}/s/{session_id}")
        expect(page.get_by_test_id("stage")).to_have_attribute("data-frame", "0")
        pages[name] = page
    ana, rex, vera = pages.values()

    ana.get_by_test_id("send-for-review").click()
    expect(state(rex)).to_have_attribute("data-state", "FOR_REVIEW")
    expect(rex.get_by_test_id("withdraw-object")).to_have_count(0)
    expect(ana.get_by_test_id("accept-object")).to_have_count(0)
    for test_id in ("accept-object", "reject-object", "withdraw-object", "send-for-review"):
        expect(vera.get_by_test_id(test_id)).to_have_count(0)

    # Rex names Ana by her first letters, and her page tells her.
    rex.keyboard.press("m")
    rex.get_by_test_id("comment-text").fill("Is this the whole tail, @an")
    expect(rex.get_by_test_id("mention-offers")).to_have_text("@Ana Costa")
    rex.keyboard.press("Enter")
    expect(rex.get_by_test_id("comment-text")).to_have_value("Is this the whole tail, @Ana Costa ")
    axe.judge(rex, "a comment being written")
    rex.get_by_test_id("send-comment").click()
    expect(ana.get_by_test_id("open-threads")).to_have_attribute("data-names-me", "true")
    expect(vera.get_by_test_id("open-threads")).to_have_attribute("data-names-me", "false")
    vera.get_by_test_id("open-discussion").click()
    vera.get_by_test_id("open-thread").click()
    expect(vera.get_by_test_id("comment-shown")).to_have_text("Is this the whole tail, @Ana Costa")
    expect(vera.get_by_test_id("comment-text")).to_have_count(0)
    vera.get_by_test_id("comment-menu").click()
    expect(vera.get_by_test_id("comment-menu-edit")).to_have_count(0)
    shots.take(vera, "viewer")

    ana.goto(f"{closed.url}/review")
    ana.get_by_test_id("mention-item").click()
    expect(ana.get_by_test_id("thread")).to_have_attribute("data-open", "true")
    ana.get_by_test_id("tab-log").click()
    expect(ana.locator('[data-what="addComment"]')).to_contain_text("Rex")
    expect(ana.locator('[data-what="join"]').first).to_contain_text("Vera")
    expect(ana.locator('[data-what="createLink"]').first).to_contain_text("Owner")  # who is not Ana
    shots.take(ana, "log-of-a-team")
    for page in pages.values():
        page.context.close()


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def state(page: Page) -> Locator:
    """The selected object's."""
    return page.get_by_test_id("review-section").get_by_test_id("review-state")


def mask_version(server: MaskletServer, session_id: str) -> int:
    """Of the one mask that is there: an engine's answer to a click comes some time after the click."""
    query = "query ($s: ID!) { masks(sessionId: $s, firstFrame: 0, lastFrame: 0) { version } }"
    (mask,) = server.graphql(query, s=session_id)["masks"]
    return mask["version"]


def pin_place(page: Page) -> tuple[float, float]:
    """The pin's lower left corner, as a pixel of the video."""
    pin, stage = page.get_by_test_id("pin").bounding_box(), page.get_by_test_id("stage").bounding_box()
    view = page.get_by_test_id("stage").get_attribute("data-view")
    assert pin and stage and view
    scale, left, top = map(float, view.split())
    x, y = pin["x"] - stage["x"], pin["y"] + pin["height"] - stage["y"]
    return (x - left) / scale, (y - top) / scale
