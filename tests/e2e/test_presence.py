"""Two people in one session, a browser each: they see each other, follow, and do not pull at one object."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from sam2.procedural.clips import rendered_clips
from tests.e2e.annotated import Click, VideoInfo, koi_pond, new_session, open_session
from tests.e2e.clips import inside
from tests.e2e.editor import Editor, Pictures, new_context
from tests.e2e.server import MaskletServer

FRAMES = 24


@pytest.fixture(scope="module")
def video(server: MaskletServer, tmp_path_factory: pytest.TempPathFactory) -> VideoInfo:
    return koi_pond(server, tmp_path_factory.mktemp("clip"), FRAMES)


@dataclass
class Fish:
    """A pixel inside each of the two on frame 0."""

    orange: tuple[float, float]
    young: tuple[float, float]


@pytest.fixture(scope="module")
def fish() -> Fish:
    masks = next(clip for clip in rendered_clips() if clip.name == "koi-pond").masks(0)
    return Fish(inside(masks["orange koi"]), inside(masks["young koi"]))


@pytest.fixture
def session_id(server: MaskletServer, video: VideoInfo, fish: Fish) -> str:
    clicks = [Click(1, 0, *fish.orange), Click(2, 0, *fish.young)]
    return new_session(server, video, ["Orange koi", "Young koi"], clicks)


@dataclass
class Team:
    ana: Editor
    ben: Editor

    @property
    def pages(self) -> tuple[Page, Page]:
        return self.ana.page, self.ben.page


@pytest.fixture
def team(browser: Browser, server: MaskletServer, session_id: str, video: VideoInfo) -> Iterator[Team]:
    """Two browsers that keep nothing of each other, with a name each."""
    contexts = []
    editors = []
    for name in ("Ana", "Ben"):
        context = new_context(browser)
        context.add_init_script(f"localStorage.setItem('masklet.name', '{name}')")
        contexts.append(context)
        editors.append(open_session(context.new_page(), server, session_id, video))
    yield Team(*editors)
    for context in contexts:
        context.close()


def test_each_sees_where_the_other_is(team: Team, fish: Fish, pictures: Path) -> None:
    ana, ben = team.pages
    shots = Pictures(pictures / "presence")
    mark = ben.get_by_test_id("timeline-person")
    expect(mark).to_have_attribute("title", "Ana")
    expect(mark).to_have_attribute("data-frame", "0")
    team.ana.go_to(12)
    expect(mark).to_have_attribute("data-frame", "12")

    team.ana.hover(fish.orange)
    expect(ben.get_by_test_id("cursor")).to_have_count(0)  # on another frame
    team.ben.go_to(12)
    cursor = ben.get_by_test_id("cursor")
    expect(cursor).to_have_text("Ana")
    expect(cursor).to_have_attribute("data-place", place_near(fish.orange))
    team.ana.hover(fish.young)
    expect(cursor).to_have_attribute("data-place", place_near(fish.young))
    box, stage = cursor.bounding_box(), team.ben.stage.bounding_box()
    assert box and stage and stage["x"] <= box["x"] <= stage["x"] + stage["width"]
    shots.take(ben, "cursor-and-mark")

    ben.get_by_test_id("here").click()
    expect(ben.get_by_test_id("person")).to_contain_text("Frame 12")
    shots.take(ben, "who-is-here")
    name = ben.get_by_test_id("own-name")
    name.fill("Benjamin")
    name.press("Enter")
    expect(ana.get_by_test_id("timeline-person")).to_have_attribute("title", "Benjamin")
    ben.context.close()
    expect(ana.get_by_test_id("timeline-person")).to_have_count(0)
    expect(ana.get_by_test_id("here")).to_have_count(0)  # alone again, the bar is as it was


def test_who_follows_sees_the_same_frame_and_view_until_they_do_something_themselves(
    team: Team, pictures: Path
) -> None:
    _, ben = team.pages
    ben.get_by_test_id("here").click()
    ben.get_by_test_id("follow").click()
    bar = ben.get_by_test_id("following")
    expect(bar).to_contain_text("Following Ana")
    team.ana.go_to(7)
    expect(team.ben.stage).to_have_attribute("data-frame", "7")
    whole = scale_of(team.ben)
    team.ana.page.keyboard.press("+")
    expect(team.ana.stage).not_to_have_attribute("data-view", re.compile(f"^{whole}"))
    expect(team.ben.stage).to_have_attribute("data-view", re.compile(f"^{str(scale_of(team.ana))[:6]}"))
    Pictures(pictures / "presence-follow").take(ben, "following")
    ben.keyboard.press("ArrowRight")
    expect(bar).to_have_count(0)
    expect(team.ben.stage).to_have_attribute("data-frame", "8")
    team.ana.go_to(3)
    expect(ben.get_by_test_id("timeline-person")).to_have_attribute("data-frame", "3")
    expect(team.ben.stage).to_have_attribute("data-frame", "8")


def test_an_object_that_somebody_edits_is_theirs_until_it_is_taken_over(
    team: Team, fish: Fish, pictures: Path
) -> None:
    ana, ben = team.pages
    shots = Pictures(pictures / "presence-lease")
    x, y = fish.orange
    expect(ana.get_by_test_id("here")).to_be_visible()
    team.ana.click((x + 16, y))
    team.ana.shows_points(2)
    holder = team.ben.row(1).get_by_test_id("holder")
    expect(holder).to_have_text("Ana")
    expect(team.ana.row(1).get_by_test_id("holder")).to_have_count(0)  # nobody is told of themselves
    shots.take(ben, "ana-holds")

    team.ben.click((x + 8, y + 16))
    toast = ben.get_by_test_id("toast")
    expect(toast).to_contain_text("Ana is editing Orange koi")
    team.ben.shows_points(2)  # Ana's two, and none of Ben's
    shots.take(ben, "refused")

    ben.get_by_test_id("lane-name").nth(1).click()  # another object, meanwhile: nobody waits
    team.ben.click((fish.young[0] + 16, fish.young[1]))
    expect(team.ana.row(2).get_by_test_id("holder")).to_have_text("Ben")
    ben.get_by_test_id("lane-name").nth(0).click()

    team.ana.click((x - 16, y))  # Ana goes on, so it is still hers
    expect(ben.get_by_test_id("held-object")).to_contain_text("Ana is editing this object")
    ben.get_by_test_id("take-over").click()
    notices = ana.get_by_test_id("toast")
    expect(notices.filter(has_text="Ben took over Orange koi.")).to_be_visible()
    expect(team.ana.row(1).get_by_test_id("holder")).to_have_text("Ben")
    shots.take(ana, "taken-over")
    team.ben.click((x + 8, y + 16))
    expect(toast).to_have_count(0)
    expect(team.ben.stage).to_have_attribute("data-points", "4")


def test_an_object_is_held_from_the_moment_that_a_drawing_begins(team: Team, fish: Fish) -> None:
    ana, _ = team.pages
    expect(ana.get_by_test_id("here")).to_be_visible()
    ana.get_by_test_id("tool-brush").click()
    team.ana.hover(fish.orange)
    ana.mouse.down()
    expect(team.ben.row(1).get_by_test_id("holder")).to_have_text("Ana")
    ana.mouse.up()


def test_what_a_browser_held_is_free_when_it_goes(team: Team, fish: Fish) -> None:
    ana, ben = team.pages
    x, y = fish.orange
    expect(ana.get_by_test_id("here")).to_be_visible()
    team.ana.click((x + 16, y))
    expect(team.ben.row(1).get_by_test_id("holder")).to_have_text("Ana")
    ana.close()
    expect(team.ben.row(1).get_by_test_id("holder")).to_have_count(0)
    team.ben.click((x + 8, y + 16))
    team.ben.shows_points(3)
    expect(ben.get_by_test_id("toast")).to_have_count(0)


def test_two_tabs_of_one_browser_are_one_person_and_in_nobodys_way(
    team: Team, server: MaskletServer, session_id: str, video: VideoInfo, fish: Fish
) -> None:
    ana, ben = team.pages
    x, y = fish.orange
    other = open_session(ana.context.new_page(), server, session_id, video)
    expect(ben.get_by_test_id("timeline-person")).to_have_count(1)
    expect(other.page.get_by_test_id("here")).to_be_visible()
    team.ana.click((x + 16, y))
    expect(team.ben.row(1).get_by_test_id("holder")).to_have_text("Ana")
    other.shows_points(2)
    other.click((x + 8, y + 16))
    other.shows_points(3)
    expect(other.page.get_by_test_id("toast")).to_have_count(0)
    expect(other.row(1).get_by_test_id("holder")).to_have_count(0)


def scale_of(editor: Editor) -> float:
    return float((editor.stage.get_attribute("data-view") or "").split()[0])


def place_near(point: tuple[float, float]) -> re.Pattern[str]:
    """`data-place` within a pixel of a place of the video: the pointer lies on whole pixels of the screen."""
    x, y = (f"({'|'.join(str(int(v) + d) for d in (-1, 0, 1))})([.]\\d+)?" for v in point)
    return re.compile(f"^{x} {y}$")
