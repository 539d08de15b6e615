"""Who is here on a closed server: people as they signed in, each with what their role lets them do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from backend.api.presence.editors import HEADER
from backend.domain.people import SERVER, Role
from tests.backend.live import SET_PROMPT
from tests.backend.team import Member, Place, Team, team
from tests.backend.test_presence_api import HOLD

PROMPT = {"objectId": 1, "frameIdx": 4, "points": [{"x": 40, "y": 30}]}


@pytest.fixture
def crew(tmp_path: Path) -> Iterator[Team]:
    with team(tmp_path) as made:
        yield made


@pytest.fixture
def place(crew: Team) -> Place:
    made = crew.place()
    crew.server.service.commands.add_object(made.session_id, object_id=1)
    return made


def on_page(member: Member, browser: str, tab: str = "tab") -> Member:
    member.client.headers[HEADER] = f"{browser:-<20}.{tab:-<20}"
    return member


def here(member: Member, place: Place, **said: object) -> httpx2.Response:
    return member.client.post(f"/api/sessions/{place.session_id}/here", json={"frame_idx": 0, **said})


def test_a_viewer_is_seen_and_holds_nothing(crew: Team, place: Place) -> None:
    vera = on_page(crew.member("Vera", Role.VIEWER, place.scope), "vera")
    ana = on_page(crew.member("Ana", Role.ANNOTATOR, place.scope), "ana")
    assert here(ana, place).json()["others"] == 0
    answer = here(vera, place, frame_idx=3, cursor=[1, 2], holds=[1], name="Ana").json()
    assert answer["others"] == 1 and answer["names_itself"] is False
    people = crew.server.service.presence.people(place.session_id)
    assert [(one.name, one.holds) for one in people] == [
        ("Ana", ()),
        ("Vera", ()),
    ]  # nobody says who they are
    for takes_over in (False, True):
        assert vera.code(HOLD, s=place.session_id, o=1, t=takes_over) == "FORBIDDEN"
    assert ana.code(SET_PROMPT, s=place.session_id, p=PROMPT) is None


def test_who_may_not_see_a_session_is_not_there(crew: Team, place: Place) -> None:
    outsider = on_page(crew.member("Otto", Role.ANNOTATOR, crew.place().scope), "otto")
    assert here(outsider, place).status_code == 404
    assert here(on_page(crew.stranger(), "eve"), place).status_code == 401
    assert crew.server.service.presence.people(place.session_id) == ()


def test_nobody_speaks_for_another_by_sending_their_page(crew: Team, place: Place) -> None:
    ana = on_page(crew.member("Ana", Role.ANNOTATOR, place.scope), "ana")
    ben = on_page(crew.member("Ben", Role.ANNOTATOR, place.scope), "ana")
    here(ana, place)
    assert ana.code(SET_PROMPT, s=place.session_id, p=PROMPT) is None
    assert ben.code(SET_PROMPT, s=place.session_id, p=PROMPT) == "HELD"
    assert here(ben, place, gone=True).status_code == 204  # his own page, which is not here
    assert ben.code(SET_PROMPT, s=place.session_id, p=PROMPT) == "HELD"


def test_a_person_on_two_machines_is_one_and_a_script_of_theirs_too(crew: Team, place: Place) -> None:
    ana = on_page(crew.member("Ana", Role.ANNOTATOR, SERVER), "desk")
    laptop = crew.browser(**{HEADER: f"{'laptop':-<20}.{'tab':-<20}"})
    laptop.cookies.update(ana.client.cookies)
    script = crew.browser()
    script.cookies.update(ana.client.cookies)
    here(ana, place)
    assert here(Member(ana.person, laptop), place).json()["others"] == 0
    for client in (ana.client, laptop, script):
        assert Member(ana.person, client).code(SET_PROMPT, s=place.session_id, p=PROMPT) is None
