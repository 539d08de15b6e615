"""Links, roles and people on a closed server, in two browsers: who comes in, what they may, how it ends."""

from __future__ import annotations

import urllib.error
from collections.abc import Iterator
from copy import copy
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from sam2.procedural.clips import rendered_clips
from tests.e2e.annotated import Click, VideoInfo, koi_pond, new_session, open_session
from tests.e2e.axe import Axe
from tests.e2e.clips import inside
from tests.e2e.closed import ClosedServer, Terms, join, make_link, visitor
from tests.e2e.editor import Editor, Pictures

FRAMES = 12
OUT_WITHIN_MS = 15_000  # measured: about a second; a busy machine is no failure
EDITING = ("tool-point", "click-include", "track", "add-object", "edit-classes", "undo", "remove-object")


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
def session_id(server: ClosedServer, video: VideoInfo) -> str:
    orange = inside(next(clip for clip in rendered_clips() if clip.name == "koi-pond").masks(0)["orange koi"])
    return new_session(server, video, ["Orange koi"], [Click(1, 0, *orange)])


@pytest.fixture(scope="module")
def shots(pictures: Path) -> Pictures:
    return Pictures(pictures / "team-access")


@pytest.fixture(scope="module")
def owner(browser: Browser, server: ClosedServer) -> Iterator[Page]:
    """In by the printed link, as Olga."""
    context, page = visitor(browser)
    join(page, server.owner_link, "Olga Owner")
    yield page
    context.close()


@pytest.fixture
def guest(browser: Browser) -> Iterator[Page]:
    """A browser that nobody let in yet."""
    context, page = visitor(browser)
    yield page
    context.close()


@pytest.fixture
def share(owner: Page, server: ClosedServer, session_id: str, video: VideoInfo) -> Iterator[Page]:
    """The owner's page, with the share dialog of the session open."""
    open_session(owner, server, session_id, video)
    owner.get_by_test_id("share").click()
    expect(owner.get_by_test_id("share-dialog")).to_be_visible()
    return owner


def test_a_stranger_sees_what_to_do_and_nothing_else(
    guest: Page, server: ClosedServer, session_id: str, repository: Path, shots: Pictures
) -> None:
    for path in ("/", "/sessions", f"/s/{session_id}"):
        guest.goto(server.url + path)
        expect(guest.get_by_test_id("closed-page")).to_be_visible()
        expect(guest.get_by_test_id("closed-page")).to_have_attribute("data-was-in", "false")
    expect(guest.get_by_role("heading", name="This Masklet is closed")).to_be_visible()
    expect(guest.get_by_test_id("sign-in")).to_have_count(0)  # no provider is set up
    Axe(repository).judge(guest, "closed")
    shots.take(guest, "closed")


def test_the_owner_comes_in_by_the_printed_link(
    guest: Page, server: ClosedServer, repository: Path, shots: Pictures
) -> None:
    guest.goto(server.owner_link)
    expect(guest.get_by_test_id("join-name")).to_be_visible()
    assert "#" not in guest.url, "the secret must not stay in the address bar"
    Axe(repository).judge(guest, "join")
    shots.take(guest, "join")
    guest.get_by_test_id("join-name").fill("Otto")
    guest.get_by_test_id("join").click()
    expect(guest.get_by_test_id("gallery")).to_be_visible()
    guest.go_back()
    assert "/join" not in guest.url
    guest.goto(server.url)
    guest.get_by_test_id("person-menu").click()
    expect(guest.get_by_test_id("person-menu-rename")).to_contain_text("Otto")
    shots.take(guest, "owner-menu")
    guest.get_by_test_id("person-menu-sign-out").click()
    expect(guest.get_by_test_id("closed-page")).to_be_visible()


def test_a_link_that_is_cut_off_or_made_up_says_so(guest: Page, server: ClosedServer) -> None:
    guest.goto(f"{server.url}/join")
    expect(guest.get_by_test_id("join-page")).to_contain_text("not whole")
    guest.goto(f"{server.url}/join#made-up-made-up-made-up")
    guest.get_by_test_id("join-name").fill("Eve")
    guest.get_by_test_id("join").click()
    expect(guest.get_by_test_id("join-refused")).to_contain_text("There is no such link")


def test_a_viewer_looks_on_and_is_not_offered_more(
    share: Page, guest: Page, server: ClosedServer, video: VideoInfo, repository: Path, shots: Pictures
) -> None:
    axe = Axe(repository)
    link = make_link(share, Terms("VIEWER", uses="1", passphrase="quiet rain", label="For Vera"))
    axe.judge(share, "share")
    shots.take(share, "share")
    guest.goto(link)
    guest.get_by_test_id("join-name").fill("Vera")
    guest.get_by_test_id("join").click()
    guest.get_by_test_id("join-passphrase").fill("loud sun")
    guest.get_by_test_id("join").click()
    expect(guest.get_by_test_id("join-refused")).to_contain_text("not the passphrase")
    axe.judge(guest, "passphrase")
    shots.take(guest, "passphrase")
    guest.get_by_test_id("join-passphrase").fill("quiet rain")
    guest.get_by_test_id("join").click()
    guest.wait_for_url("**/s/*")

    editor = Editor(guest, video.width, video.height)
    editor.shows_masks_of(1)
    expect(guest.get_by_test_id("role-badge")).to_have_text("Viewer")
    for offered in EDITING:
        expect(guest.get_by_test_id(offered)).to_have_count(0)
    axe.judge(guest, "viewer")
    shots.take(guest, "viewer")
    editor.click((video.width / 2, video.height / 2))
    guest.keyboard.press("n")
    expect(guest.get_by_test_id("toast")).to_contain_text("You look on here")
    expect(editor.rows).to_have_count(1)
    editor.go_to(3)  # and looking is all there
    guest.keyboard.press("Home")
    editor.plays_on_from(0)
    guest.get_by_test_id("export").click()
    expect(guest.get_by_test_id("exchange-import")).to_have_count(0)
    guest.keyboard.press("Escape")

    row = share.get_by_test_id("link-row").filter(has_text="For Vera")
    expect(row).to_contain_text("used up")
    expect(row).to_contain_text("used just now")


def test_a_link_is_good_as_often_as_it_says(share: Page, browser: Browser) -> None:
    link = make_link(share, Terms("REVIEWER", uses="1"))
    for name, comes_in in (("First", True), ("Second", False)):
        context, page = visitor(browser)
        page.goto(link)
        page.get_by_test_id("join-name").fill(name)
        page.get_by_test_id("join").click()
        if comes_in:
            expect(page.get_by_test_id("role-badge")).to_have_text("Reviewer")
        else:
            expect(page.get_by_test_id("join-refused")).to_contain_text("as often as it may")
        context.close()


def test_a_role_that_changes_is_offered_at_once(share: Page, guest: Page, video: VideoInfo) -> None:
    join(guest, make_link(share, Terms("VIEWER")), "Rae")
    editor = Editor(guest, video.width, video.height)
    member = share.get_by_test_id("member-row").filter(has_text="Rae")
    member.get_by_test_id("member-role").select_option("ANNOTATOR")
    expect(guest.get_by_test_id("track")).to_be_visible(timeout=OUT_WITHIN_MS)
    expect(guest.get_by_test_id("role-badge")).to_have_count(0)
    guest.keyboard.press("n")
    expect(editor.rows).to_have_count(2)
    member.get_by_test_id("member-role").select_option("VIEWER")
    expect(guest.get_by_test_id("track")).to_have_count(0, timeout=OUT_WITHIN_MS)


def test_a_revoked_link_ends_access_within_seconds(
    share: Page, guest: Page, video: VideoInfo, repository: Path, shots: Pictures
) -> None:
    link = make_link(share, Terms("ANNOTATOR", label="To be revoked"))
    join(guest, link, "Ada")
    editor = Editor(guest, video.width, video.height)
    expect(guest.get_by_test_id("track")).to_be_visible()
    row = share.get_by_test_id("link-row").filter(has_text="To be revoked")
    row.get_by_test_id("revoke-link").click()
    ended = guest.get_by_test_id("message-page")
    expect(ended).to_contain_text("closed to you now", timeout=OUT_WITHIN_MS)
    expect(editor.stage).to_have_count(0)
    Axe(repository).judge(guest, "ended")
    shots.take(guest, "ended")
    guest.goto(share.url)
    expect(guest.get_by_test_id("message-page")).to_contain_text("no such session")
    guest.goto(link)
    guest.get_by_test_id("join").click()  # they are known by name already
    expect(guest.get_by_test_id("join-refused")).to_contain_text("revoked")
    shots.take(guest, "revoked")


def test_a_member_who_is_removed_is_out(share: Page, guest: Page, video: VideoInfo) -> None:
    join(guest, make_link(share, Terms("VIEWER")), "Remo")
    Editor(guest, video.width, video.height)
    share.get_by_test_id("member-row").filter(has_text="Remo").get_by_test_id("remove-member").click()
    ended = guest.get_by_test_id("message-page")
    expect(ended).to_contain_text("closed to you now", timeout=OUT_WITHIN_MS)
    ended.get_by_role("button").first.click()
    expect(guest.get_by_test_id("nothing-shared")).to_be_visible()
    expect(guest.get_by_test_id("choose-video")).to_have_count(0)


def test_a_person_is_called_as_they_like(share: Page, guest: Page) -> None:
    join(guest, make_link(share, Terms("VIEWER")), "Tpyo")
    guest.get_by_test_id("person-menu").click()
    guest.get_by_test_id("person-menu-rename").click()
    guest.get_by_test_id("rename-me-field").fill("Typo")
    guest.get_by_test_id("rename-me-save").click()
    expect(guest.get_by_test_id("rename-me")).to_have_count(0)
    expect(share.get_by_test_id("member-row").filter(has_text="Typo")).to_be_visible()


def test_a_token_is_shown_once_works_and_ends(
    owner: Page, server: ClosedServer, repository: Path, shots: Pictures
) -> None:
    owner.goto(server.url)
    owner.get_by_test_id("person-menu").click()
    owner.get_by_test_id("person-menu-tokens").click()
    owner.get_by_test_id("token-name").fill("nightly export")
    owner.get_by_test_id("token-role").select_option("VIEWER")
    owner.get_by_test_id("create-token").click()
    secret = owner.get_by_test_id("new-token").input_value()
    Axe(repository).judge(owner, "tokens")
    shots.take(owner, "tokens")

    program = copy(server)  # the same server, asked with the token
    program.headers = {"Authorization": f"Bearer {secret}"}
    assert program.graphql("{ sessions { id } }")["sessions"]
    with pytest.raises(AssertionError, match="FORBIDDEN"):
        session = program.graphql("{ sessions { id } }")["sessions"][0]["id"]
        program.graphql("mutation ($s: ID!) { addObject(sessionId: $s) { objectId } }", s=session)

    owner.keyboard.press("Escape")
    owner.get_by_test_id("person-menu").click()
    owner.get_by_test_id("person-menu-tokens").click()
    expect(owner.get_by_test_id("new-token")).to_have_count(0)
    row = owner.get_by_test_id("token-row").filter(has_text="nightly export")
    row.get_by_test_id("revoke-token").click()
    expect(row).to_have_count(0)
    with pytest.raises((AssertionError, urllib.error.HTTPError)):
        program.graphql("{ sessions { id } }")
