"""Projects in a browser: made, filled, searched, given classes, exported, deleted and brought back."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from backend.exchange.verify import verify
from sam2.procedural.clips import rendered_clips
from tests.e2e.annotated import Click, VideoInfo, koi_pond, new_session, track
from tests.e2e.axe import Axe
from tests.e2e.clips import inside
from tests.e2e.server import MaskletServer

FRAMES = 12


@pytest.fixture(scope="module")
def video(server: MaskletServer, tmp_path_factory: pytest.TempPathFactory) -> VideoInfo:
    return koi_pond(server, tmp_path_factory.mktemp("clip"), FRAMES)


@pytest.fixture(scope="module")
def tracked(server: MaskletServer, video: VideoInfo) -> str:
    """A session whose one object is tracked."""
    masks = next(clip for clip in rendered_clips() if clip.name == "koi-pond").masks(0)
    session_id = new_session(server, video, ["Orange koi"], [Click(1, 0, *inside(masks["orange koi"]))])
    track(server, session_id)
    return session_id


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 1360, "height": 860}, bypass_csp=True, accept_downloads=True, locale="en-GB"
    )
    context.set_default_timeout(30_000)
    page = context.new_page()
    yield page
    context.close()


@pytest.fixture
def axe(repository: Path) -> Axe:
    return Axe(repository)


def make_project(page: Page, server: MaskletServer, title: str) -> str:
    """From the first page, by keys alone; its id."""
    page.goto(server.url)
    page.get_by_test_id("projects").focus()
    page.keyboard.press("Enter")
    page.get_by_test_id("new-project").press("Enter")
    page.get_by_test_id("project-name-field").fill(title)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("project-title")).to_have_text(title)
    return page.get_by_test_id("project-page").get_attribute("data-project") or ""


def test_the_focus_stays_when_the_server_has_said_what_one_may(page: Page, server: MaskletServer) -> None:
    held: list[Route] = []

    def asks(request: Request) -> bool:
        return '"ProjectNames"' in (request.post_data or "")

    page.route("**/graphql", lambda route: held.append(route) if asks(route.request) else route.continue_())
    with page.expect_request(asks):
        page.goto(server.url)
    page.get_by_test_id("projects").focus()
    expect(page.get_by_test_id("choose-video")).to_have_count(0)
    held[0].continue_()
    expect(page.get_by_test_id("choose-video")).to_be_visible()
    expect(page.get_by_test_id("projects")).to_be_focused()


def test_a_project_from_its_making_to_its_export(
    page: Page,
    server: MaskletServer,
    video: VideoInfo,
    tracked: str,
    pictures: Path,
    axe: Axe,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    project_id = make_project(page, server, "Ponds of spring")
    expect(page.get_by_test_id("no-sessions")).to_be_visible()
    axe.judge(page, "an empty project")

    # A video goes into it, and a session begins in it.
    clip = tmp_path / "second pond.mp4"
    clip.write_bytes(next(tmp_path_factory.getbasetemp().glob("clip*/koi pond.mp4")).read_bytes() + b"\0")
    page.get_by_test_id("file-input").set_input_files(clip)
    card = page.locator('[data-testid="video-card"][data-state="READY"]')
    expect(card).to_have_count(1, timeout=90_000)
    card.click()
    page.wait_for_url("**/s/*")
    expect(page.get_by_test_id("project-crumb")).to_have_text("Ponds of spring")
    page.get_by_test_id("project-crumb").click()
    expect(page.get_by_test_id("session-card")).to_have_count(1)

    # A tracked session comes over from the first project.
    page.goto(f"{server.url}/p/home")
    mine = page.locator(f'[data-session="{tracked}"]')
    expect(mine.get_by_test_id("progress-words")).to_contain_text("100 % with masks, 0 % verified")
    picture = mine.locator("img")
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalHeight") > 100
    mine.get_by_test_id("session-menu").click()
    page.get_by_test_id("session-menu-move").click()
    axe.judge(page, "the choice of a project")
    page.get_by_test_id("move-target").filter(has_text="Ponds of spring").click()
    expect(mine).to_have_count(0)

    page.goto(f"{server.url}/p/{project_id}")
    expect(page.get_by_test_id("session-card")).to_have_count(2)
    expect(page.get_by_test_id("project-progress")).to_contain_text("2 sessions · 1 object")
    expect(page.get_by_test_id("project-progress")).to_contain_text("50 % with masks")
    page.get_by_test_id("find-session").fill("second")
    expect(page.get_by_test_id("session-card")).to_have_count(1)
    page.get_by_test_id("find-session").fill("")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=pictures / "project.png", full_page=True)
    axe.judge(page, "a project with sessions")

    # All of it leaves as one file, which verifies.
    page.get_by_test_id("export-project").click()
    axe.judge(page, "the export of a project")
    page.get_by_test_id("start-project-export").click()
    with page.expect_download(timeout=90_000) as download:
        page.get_by_test_id("download-export").click()
    folder = tmp_path / "export"
    zipfile.ZipFile(download.value.path()).extractall(folder)
    contents = json.loads((folder / "project.json").read_text())
    assert contents["project"] == "Ponds of spring"
    assert [entry["session_id"] for entry in contents["sessions"]] == [tracked]
    source = next(tmp_path_factory.getbasetemp().glob("clip*/koi pond.mp4"))
    assert verify(folder, source).masks > 0


def test_classes_reach_new_sessions_and_others_if_one_says_so(
    page: Page, server: MaskletServer, video: VideoInfo, axe: Axe
) -> None:
    project_id = make_project(page, server, "With classes")
    made = server.graphql(
        "mutation ($v: ID!, $p: ID!) { createSession(videoId: $v, projectId: $p) { id } }",
        v=video.video_id,
        p=project_id,
    )
    before = made["createSession"]["id"]
    page.reload()

    def add_class(name: str, in_sessions: bool) -> None:
        page.get_by_test_id("project-classes").click()
        page.get_by_test_id("add-class").click()
        page.get_by_test_id("class-name").last.fill(name)
        page.get_by_test_id("in-sessions").set_checked(in_sessions)
        axe.judge(page, "the classes of a project")
        page.get_by_test_id("save-classes").click()
        expect(page.get_by_test_id("class-dialog")).to_have_count(0)

    def classes() -> list[str]:
        asked = server.graphql("query ($s: ID!) { session(id: $s) { ontology { name } } }", s=before)
        return [one["name"] for one in asked["session"]["ontology"]]

    expect(page.get_by_test_id("session-card")).to_have_count(1)
    add_class("koi", in_sessions=False)
    assert classes() == []
    add_class("leaf", in_sessions=True)
    assert classes() == ["koi", "leaf"]


def test_a_deleted_project_comes_back_with_its_sessions(
    page: Page, server: MaskletServer, video: VideoInfo, pictures: Path, axe: Axe
) -> None:
    project_id = make_project(page, server, "To be deleted")
    server.graphql(
        "mutation ($v: ID!, $p: ID!) { createSession(videoId: $v, projectId: $p) { id } }",
        v=video.video_id,
        p=project_id,
    )
    page.get_by_test_id("project-menu").click()
    page.get_by_test_id("project-menu-delete").click()
    expect(page.get_by_test_id("projects-page")).to_be_visible()
    gone = page.locator(f'[data-project="{project_id}"]')
    expect(gone).to_have_count(0)
    page.get_by_test_id("toast-action").click()  # undo
    expect(page.get_by_test_id("project-title")).to_have_text("To be deleted")
    expect(page.get_by_test_id("session-card")).to_have_count(1)

    page.get_by_test_id("project-menu").click()
    page.get_by_test_id("project-menu-delete").click()
    page.get_by_test_id("deleted-project").get_by_test_id("restore-project").click()  # from the bin
    expect(gone).to_contain_text("1 session")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=pictures / "projects.png", full_page=True)
    axe.judge(page, "all projects")


def test_a_project_is_renamed_and_an_unknown_one_is_said_to_be(page: Page, server: MaskletServer) -> None:
    make_project(page, server, "Old name")
    page.get_by_test_id("project-title").get_by_role("button").press("Enter")
    page.get_by_test_id("project-name-field").fill("New name")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("project-title")).to_have_text("New name")
    page.goto(f"{server.url}/p/nothing")
    expect(page.get_by_test_id("message-page")).to_contain_text("This project does not exist")
