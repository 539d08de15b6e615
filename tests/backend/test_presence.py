"""Who is here and who holds what, with a clock of one's own: nothing of it outlives what was said last."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.domain.errors import Conflict, InvalidInput
from backend.domain.leases import LEASE_S, MAX_HELD, Held, Lease, LeaseTable, Page
from backend.domain.presence import (
    BEATS_PER_S,
    HERE_S,
    MAX_PAGES,
    MAX_PAGES_OF_ONE,
    MAX_SHOWN,
    MOVING_S,
    QUIET_S,
    Face,
    Room,
    Sight,
    Spot,
    View,
    checked_face,
    checked_holds,
    checked_sight,
    pace_s,
)
from backend.host.notes import PageGone, PageHere, note_of, text_of
from backend.host.presence import PresenceRegistry

ANA, BEN = Page("ana", "page-1"), Page("ben", "page-1")
GUEST = Face("", "")


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


class Server:
    """A registry with its clock, who it woke, and what it told other servers."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.woken: list[str] = []
        self.registry = PresenceRegistry(self.woken.append, self.clock, self.clock)

    def beat(self, page: Page, frame_idx: int = 0, name: str = "", **more: object) -> object:
        return self.registry.beat("s", page, Face(name, ""), Sight(frame_idx), **more)

    def holds(self) -> dict[str, tuple[int, ...]]:
        return {one.name: one.holds for one in self.registry.people("s")}


@pytest.fixture
def server() -> Server:
    return Server()


def test_who_beats_is_here_and_who_falls_silent_is_not(server: Server) -> None:
    server.beat(ANA, 3, "Ana")
    server.clock.now_s += HERE_S - 1
    server.beat(BEN, 5)
    assert [(one.name, one.sight.frame_idx) for one in server.registry.people("s")] == [
        ("Ana", 3),
        ("Guest 2", 5),
    ]
    server.clock.now_s += 1
    assert [one.name for one in server.registry.people("s")] == ["Guest 2"]
    server.registry.leave("s", BEN)
    assert server.registry.people("s") == ()
    assert not server.registry._places  # nothing is left of them


def test_the_list_is_the_same_until_something_changes_and_only_then_is_anybody_woken(server: Server) -> None:
    server.beat(ANA)
    before = server.registry.people("s")
    server.woken.clear()
    server.clock.now_s += 1
    server.beat(ANA)
    assert server.registry.people("s") is before and not server.woken
    server.beat(ANA, 7)
    assert server.registry.people("s")[0].sight.frame_idx == 7 and server.woken == ["s"]


def test_a_person_is_there_once_with_the_page_that_moved_last(server: Server) -> None:
    other = replace(ANA, page_id="page-2")
    server.beat(ANA, 1, "Ana")
    welcome = server.beat(other, 2, "Ana")
    assert welcome.others == 0
    server.beat(ANA, 1, "Ana")  # open, but not touched
    (ana,) = server.registry.people("s")
    assert ana.sight.frame_idx == 2 and ana.person_id == welcome.person_id
    server.registry.leave("s", other)
    assert server.registry.people("s")[0].sight.frame_idx == 1


def test_nothing_that_others_see_gives_a_page_away(server: Server) -> None:
    server.beat(Page("browser 0123456789abcdef", "fedcba9876543210"))
    shown = repr(server.registry.people("s"))
    assert "0123456789abcdef" not in shown and "fedcba9876543210" not in shown


def test_guests_take_the_lowest_number_that_is_free(server: Server) -> None:
    for who in ("a", "b", "c"):
        server.beat(Page(who, "1"))
    server.registry.leave("s", Page("a", "1"))
    server.beat(Page("b", "2"))  # of somebody who has a number
    server.beat(Page("d", "1"))
    assert sorted(server.holds()) == ["Guest 1", "Guest 2", "Guest 3"]
    colours = {one.colour for one in server.registry.people("s")}
    assert len(colours) == 3


def test_a_lease_keeps_others_out_until_it_lapses(server: Server) -> None:
    server.beat(ANA, name="Ana")
    server.beat(BEN, name="Ben")
    assert server.registry.take("s", 1, ANA) is None
    assert server.registry.take("s", 1, BEN) == "Ana"
    assert server.registry.holder("s", 1, BEN) == "Ana" and server.registry.holder("s", 1, ANA) is None
    assert server.registry.take("s", 2, BEN) is None  # another object: nobody waits
    assert server.holds() == {"Ana": (1,), "Ben": (2,)}
    server.clock.now_s += LEASE_S - 1
    server.beat(ANA, name="Ana", holds=(1, 2))  # what is not Ana's is not renewed by her saying so
    server.clock.now_s += 1
    assert server.holds() == {"Ana": (1,), "Ben": ()}
    server.clock.now_s += LEASE_S
    assert server.registry.take("s", 1, BEN) is None
    server.beat(ANA, name="Ana", holds=(1,))
    assert server.holds() == {"Ana": (), "Ben": (1,)}


def test_a_browser_that_goes_gives_back_at_once_what_it_held(server: Server) -> None:
    server.beat(ANA)
    server.registry.take("s", 1, ANA)
    server.registry.leave("s", ANA)
    assert server.registry.holder("s", 1, BEN) is None


def test_taking_over_is_asked_for_and_seen_by_who_held_it(server: Server) -> None:
    server.beat(ANA, name="Ana")
    server.beat(BEN, name="Ben")
    server.registry.hold("s", 1, "Dog", ANA, takes_over=False)
    with pytest.raises(Held, match="Ana is editing Dog: wait a moment, or take it over."):
        server.registry.hold("s", 1, "Dog", BEN, takes_over=False)
    server.woken.clear()
    server.registry.hold("s", 1, "Dog", BEN, takes_over=True)
    assert server.holds() == {"Ana": (), "Ben": (1,)} and server.woken
    server.beat(ANA, name="Ana", holds=(1,))
    assert server.registry.holder("s", 1, ANA) == "Ben"


def test_of_ones_own_pages_the_one_that_edits_holds_without_a_word(server: Server) -> None:
    other = replace(ANA, page_id="page-2")
    server.beat(ANA)
    server.beat(other)
    server.registry.take("s", 1, ANA)
    assert server.registry.take("s", 1, other) is None
    server.registry.leave("s", ANA)
    assert server.registry.holder("s", 1, BEN) == "Guest 1"


def test_a_script_holds_nothing_because_nothing_would_keep_the_lease_alive(server: Server) -> None:
    server.beat(BEN)
    assert server.registry.take("s", 1, Page("ana")) is None
    assert server.registry.holder("s", 1, BEN) is None


def test_a_page_holds_few_objects_the_latest_ones() -> None:
    table = LeaseTable()
    for object_id in range(MAX_HELD + 3):
        table.take(object_id, ANA, 10.0 + object_id / 100, 0.0)
    assert table.held_by(ANA, 10.2) == tuple(range(3, MAX_HELD + 3))


def test_many_pages_are_few_people_and_too_many_are_refused() -> None:
    room = Room()
    for number in range(MAX_PAGES):
        room.beat(Page(f"p{number}", "1"), GUEST, Sight(0), (), 0.0)
    with pytest.raises(Conflict, match=f"{MAX_PAGES} pages have this session open"):
        room.beat(Page("late", "1"), GUEST, Sight(0), (), 0.0)
    room.leases.take(5, Page(f"p{MAX_PAGES - 1}", "1"), 0.0, 0.0)
    people = room.people(1.0)
    assert len(people) == MAX_SHOWN
    assert people[-1].holds == (5,)  # came last, but whoever holds something is shown


def test_one_person_cannot_fill_the_room() -> None:
    room = Room()
    for number in range(MAX_PAGES_OF_ONE + 5):
        room.beat(Page("eve", str(number)), GUEST, Sight(0), (), 0.0)
    assert len(room.visits) == MAX_PAGES_OF_ONE


def test_the_more_pages_move_the_less_often_each_tells_of_it() -> None:
    assert pace_s(2) == MOVING_S
    assert pace_s(200) == 200 / BEATS_PER_S
    assert pace_s(MAX_PAGES) < QUIET_S < LEASE_S * 2 < HERE_S


@pytest.mark.parametrize(
    "sight",
    [
        Sight(-1),
        Sight(10**9),
        Sight(0, Spot(float("nan"), 1.0)),
        Sight(0, Spot(1.0, float("inf"))),
        Sight(0, None, View(0.0, 0.0, 0.0)),
        Sight(0, None, View(1e12, 0.0, 1.0)),
    ],
)
def test_a_sight_that_cannot_be_is_refused_in_a_sentence(sight: Sight) -> None:
    with pytest.raises(InvalidInput):
        checked_sight(sight)


def test_names_and_numbers_have_bounds() -> None:
    assert checked_face("  Ana   Lee ").name == "Ana Lee"
    with pytest.raises(InvalidInput, match="at most 40 characters"):
        checked_face("x" * 41)
    with pytest.raises(InvalidInput, match="letters that can be seen"):
        checked_face("Ana\u202e")
    with pytest.raises(InvalidInput, match="at most 8 objects"):
        checked_holds(range(9))


class Wire:
    """Servers that hear each other's notes, as text, when it is said so."""

    def __init__(self, *servers: Server) -> None:
        self.waiting: list[tuple[Server, str]] = []
        for server in servers:
            others = [other for other in servers if other is not server]

            def carry(note: PageHere | PageGone, others: list[Server] = others) -> None:
                self.waiting += [(other, text_of(note)) for other in others]

            server.registry.carried_by(carry)

    def deliver(self) -> None:
        while self.waiting:
            server, text = self.waiting.pop(0)
            note = note_of(text)
            assert isinstance(note, PageHere | PageGone)
            server.registry.receive(note)


def test_servers_tell_each_other_who_is_here_and_who_holds_what() -> None:
    clock = Clock()
    one, two = Server(clock), Server(clock)
    wire = Wire(one, two)
    one.beat(ANA, 3, "Ana")
    two.beat(BEN, 4)
    one.registry.take("s", 1, ANA)
    wire.deliver()
    assert [p.name for p in one.registry.people("s")] == ["Ana", "Guest 1"]
    assert two.registry.holder("s", 1, BEN) == "Ana"
    two.registry.hold("s", 1, "Dog", BEN, takes_over=True)
    wire.deliver()
    assert one.registry.holder("s", 1, ANA) == "Guest 1"
    one.registry.leave("s", ANA)
    wire.deliver()
    assert [p.name for p in two.registry.people("s")] == ["Guest 1"]


def test_a_page_may_talk_to_another_server_each_time() -> None:
    clock = Clock()
    one, two = Server(clock), Server(clock)
    wire = Wire(one, two)
    one.beat(ANA, 1, "Ana")
    wire.deliver()
    one.registry.take("s", 1, ANA)
    clock.now_s += 0.01
    two.beat(ANA, 2, "Ana", holds=(1,))  # before the other server's word of the lease came
    wire.deliver()
    for server in (one, two):
        assert [(p.sight.frame_idx, p.holds) for p in server.registry.people("s")] == [(2, (1,))]
    clock.now_s += LEASE_S - 1
    two.beat(ANA, 2, "Ana", holds=(1,))
    wire.deliver()
    clock.now_s += LEASE_S - 1
    assert one.holds() == {"Ana": (1,)}


def test_of_two_who_take_at_once_on_two_servers_one_has_it_on_both() -> None:
    clock = Clock()
    one, two = Server(clock), Server(clock)
    wire = Wire(one, two)
    one.beat(ANA, name="Ana")
    two.beat(BEN, name="Ben")
    wire.deliver()
    one.registry.take("s", 1, ANA)
    clock.now_s += 0.01
    two.registry.take("s", 1, BEN)
    wire.deliver()
    assert one.holds() == two.holds() == {"Ana": (1,), "Ben": ()}  # the earlier one


def test_of_equal_terms_the_earlier_lease_counts_and_of_others_the_later_term() -> None:
    first, second = Lease(ANA, 1, 5.0), Lease(BEN, 1, 6.0)
    assert first.beats(second) and not second.beats(first)
    assert Lease(BEN, 2, 9.0).beats(first)
