"""Whatever a page offers to somebody, they may do: every button pressed, in a role, on a closed server.

Two roles walk each time, all five with MASKLET_ALL_ROLES=1.
"""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from sam2.procedural.clips import rendered_clips
from tests.e2e.annotated import Click, koi_pond, new_session, track
from tests.e2e.clips import inside
from tests.e2e.closed import ClosedServer, join, visitor
from tests.e2e.walker import Walker

FRAMES = 6
HOME = "home"  # the id of the first project
PASSED_OVER = re.compile(
    "person-menu-sign-out|remove-member|revoke-link|project-menu-delete"  # what the others stand on
    "|choose-video|mask-menu-import"  # they ask for a file
    # What a server does not hear of: the player, the view, the keys.
    "|(background|object)-effect-.*|effects|download-video|surprise|rate.*|play|loop|(previous|next)-frame"
    "|(First|Last) frame|timeline-.*|Zoom .*|lane-name|Select .*|(solo|hide)-object|view-menu|help|Skip"
)
NEW_LINK = """mutation($role: Role!, $p: ID, $s: ID) {
  createLink(role: $role, projectId: $p, sessionId: $s, label: "For a walk") { url } }"""
MOVE = """mutation($s: ID!, $p: ID!) { moveSession(sessionId: $s, projectId: $p) { id }
  sendForReview(sessionId: $s, objectIds: [1]) { objectId } }"""
COMMENT = 'mutation($s: ID!) { addComment(sessionId: $s, frameIdx: 0, text: "Look here") { id } }'
LOOKS = {"WhoAmI", "OpenSession", "Gallery", "ReviewQueue"}
COMMENTS = {"ResolveComment"}
EDITS = {"AddObject", "Track", "SendForReview"}
IN_PROJECT = {"CreateSession", "DuplicateSession", "DeleteSession"}
REVIEWS = {"AcceptObjects"}
MANAGES = {"CreateLink", "DeleteProject", "DeleteVideo", "SetProjectOntology", "MoveSession"}


@dataclass(frozen=True)
class Walk:
    """By a link with this role, to the project or to its session alone."""

    role: str
    in_project: bool
    does: set[str]
    never: set[str]


WALKS = {
    "viewer": Walk("VIEWER", True, LOOKS, COMMENTS | EDITS | IN_PROJECT | REVIEWS | MANAGES),
    "reviewer": Walk("REVIEWER", True, LOOKS | COMMENTS | REVIEWS, EDITS | IN_PROJECT | MANAGES),
    "annotator of the session": Walk(
        "ANNOTATOR", False, LOOKS | COMMENTS | EDITS, IN_PROJECT | REVIEWS | MANAGES
    ),
    "annotator": Walk("ANNOTATOR", True, LOOKS | COMMENTS | EDITS | IN_PROJECT, REVIEWS | MANAGES),
    "owner": Walk("OWNER", True, LOOKS | COMMENTS | EDITS | IN_PROJECT | REVIEWS, set()),
}
USUAL = ("viewer", "annotator of the session")  # the others take some minutes


@dataclass(frozen=True)
class Place:
    session_id: str
    project_id: str
    comment_id: str


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClosedServer]:
    """With a second engine to choose; nothing is tracked with it, so nobody opens its weights."""
    running = ClosedServer(tmp_path_factory.mktemp("offers"))
    checkpoints = running.folder / "checkpoints"
    checkpoints.mkdir(parents=True)
    with zipfile.ZipFile(checkpoints / "sam2.1_hiera_tiny.pt", "w") as weights:
        weights.writestr("archive/data.pkl", b"")
    running.start()
    yield running
    running.stop()


@pytest.fixture
def place(server: ClosedServer, tmp_path: Path) -> Place:
    """A project with a tracked session: an object that waits for review, and a comment."""
    project = server.graphql('mutation { createProject(title: "Walked") { id } }')["createProject"]["id"]
    video = koi_pond(server, tmp_path, FRAMES)
    orange = inside(next(clip for clip in rendered_clips() if clip.name == "koi-pond").masks(0)["orange koi"])
    session = new_session(server, video, ["Orange koi", "Other"], [Click(1, 0, *orange)])
    track(server, session)
    server.graphql(MOVE, s=session, p=project)
    comment = server.graphql(COMMENT, s=session)["addComment"]["id"]
    return Place(session, project, comment)


def come_in(server: ClosedServer, page: Page, role: str, **where: str) -> None:
    made = server.graphql(NEW_LINK, role=role, **where)["createLink"]
    join(page, f"{server.url}/join#{made['url'].partition('#')[2]}", f"Walking {role.lower()}")


def walk_all(page: Page, server: ClosedServer, place: Place, in_project: bool) -> Walker:
    """Every page; those on which things are deleted come last."""
    walker = Walker(page, PASSED_OVER)
    for path, shows in (
        ("/", "[data-testid=gallery]"),
        ("/review", "[data-testid=review-page]"),
        (f"/s/{place.session_id}?comment={place.comment_id}", "[data-testid=thread][data-open=true]"),
        (f"/s/{place.session_id}", "[data-testid=object-row]"),
        ("/sessions", "[data-testid=session-card]"),
        ("/projects", "[data-testid=projects-page]"),
        *([(f"/p/{place.project_id}", "[data-testid=project-page]")] if in_project else []),
    ):
        walker.walk(server.url + path, shows)
    return walker


@pytest.mark.parametrize("name", list(WALKS) if os.environ.get("MASKLET_ALL_ROLES") else USUAL)
def test_what_is_offered_may_be_done(browser: Browser, server: ClosedServer, place: Place, name: str) -> None:
    walk = WALKS[name]
    context, page = visitor(browser)
    try:
        where = {"p": place.project_id} if walk.in_project else {"s": place.session_id}
        come_in(server, page, walk.role, **where)
        walker = walk_all(page, server, place, walk.in_project)
    finally:
        context.close()
    assert walker.refused == []
    assert walk.does <= walker.asked, walk.does - walker.asked
    assert not walk.never & walker.asked
