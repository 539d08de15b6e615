"""A project's work shared out between two people: an owner says who does what, an annotator finds it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from sam2.procedural.clips import rendered_clips
from tests.e2e.annotated import Click, VideoInfo, koi_pond, new_session
from tests.e2e.axe import Axe
from tests.e2e.clips import inside
from tests.e2e.closed import ClosedServer, Terms, join, make_link, visitor

FRAMES = 8


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClosedServer]:
    running = ClosedServer(tmp_path_factory.mktemp("closed"))
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def video(server: ClosedServer, tmp_path_factory: pytest.TempPathFactory) -> VideoInfo:
    return koi_pond(server, tmp_path_factory.mktemp("clip"), FRAMES)


@pytest.fixture(scope="module")
def project_id(server: ClosedServer, video: VideoInfo) -> str:
    """With two sessions, each with a clicked fish; a third session stays outside."""
    made = server.graphql('mutation { createProject(title: "Ponds") { id } }')
    orange = inside(next(clip for clip in rendered_clips() if clip.name == "koi-pond").masks(0)["orange koi"])
    move = "mutation ($s: ID!, $p: ID!) { moveSession(sessionId: $s, projectId: $p) { id } }"
    for title in ("Morning", "Evening", "Private"):
        session_id = new_session(server, video, ["Orange koi"], [Click(1, 0, *orange)])
        name = "mutation ($s: ID!, $t: String!) { renameSession(sessionId: $s, title: $t) }"
        server.graphql(name, s=session_id, t=title)
        if title != "Private":
            server.graphql(move, s=session_id, p=made["createProject"]["id"])
    return made["createProject"]["id"]


@pytest.fixture
def owner(browser: Browser, server: ClosedServer) -> Iterator[Page]:
    context, page = visitor(browser)
    join(page, server.owner_link, "Olga Owner")
    yield page
    context.close()


@pytest.fixture
def annotator(browser: Browser) -> Iterator[Page]:
    context, page = visitor(browser)
    yield page
    context.close()


def card(page: Page, title: str):
    return page.get_by_test_id("session-card").filter(has_text=title)


def test_work_is_given_to_somebody_who_finds_it(
    owner: Page, annotator: Page, server: ClosedServer, project_id: str, pictures: Path, repository: Path
) -> None:
    axe = Axe(repository)
    place = f"{server.url}/p/{project_id}"
    owner.goto(place)
    owner.get_by_test_id("share").click()
    link = make_link(owner, Terms("ANNOTATOR"))
    owner.keyboard.press("Escape")
    join(annotator, link, "Ben Brush")
    annotator.goto(place)
    expect(annotator.get_by_test_id("project-title")).to_have_text("Ponds")
    for what in ("project-classes", "project-menu", "assign"):
        expect(annotator.get_by_test_id(what)).to_have_count(0)

    # The owner gives away a session, by keys, and an object of the other one.
    owner.reload()
    card(owner, "Morning").get_by_test_id("assign").focus()
    owner.keyboard.press("Enter")
    owner.get_by_role("menuitemradio", name="Ben Brush").press("Enter")
    expect(card(owner, "Morning").get_by_test_id("assign")).to_have_accessible_name("For Ben Brush")
    card(owner, "Evening").get_by_role("link").click()
    owner.get_by_test_id("object-row").first.click()
    owner.get_by_test_id("object-assignee").get_by_test_id("assign").click()
    owner.get_by_role("menuitemradio", name="Olga Owner").click()
    expect(owner.get_by_test_id("object-assignee").get_by_test_id("assign")).to_have_accessible_name(
        "For Olga Owner"
    )

    # The annotator finds it among what is theirs, and nothing of what lies outside.
    annotator.reload()
    expect(annotator.get_by_test_id("session-card")).to_have_count(2)
    annotator.get_by_test_id("whose-mine").click()
    expect(annotator.get_by_test_id("session-card")).to_have_count(1)
    expect(card(annotator, "Morning")).to_be_visible()
    annotator.get_by_test_id("whose-nobody").click()
    expect(annotator.get_by_test_id("session-card")).to_have_count(0)
    annotator.get_by_test_id("whose-all").click()
    axe.judge(annotator, "a project for an annotator")
    annotator.goto(f"{server.url}/projects")
    expect(annotator.get_by_test_id("project-card")).to_have_count(1)
    expect(annotator.get_by_test_id("new-project")).to_have_count(0)
    annotator.goto(f"{server.url}/p/home")
    expect(annotator.get_by_test_id("message-page")).to_be_visible()

    owner.goto(place)
    expect(card(owner, "Evening").get_by_test_id("assign")).to_have_accessible_name("For Olga Owner")
    owner.wait_for_load_state("networkidle")
    owner.screenshot(path=pictures / "project-team.png", full_page=True)
    axe.judge(owner, "a project for its owner")
