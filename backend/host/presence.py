"""The rooms of this server: who has which session open and who holds what; told to other servers, if any."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from backend.domain.errors import Conflict
from backend.domain.leases import Lease, Page, held_by
from backend.domain.presence import (
    QUIET_S,
    Face,
    Presence,
    Room,
    Sight,
    Spot,
    View,
    pace_s,
    public_id,
)
from backend.host.notes import PageGone, PageHere

MAX_ROOMS = 2000

Carry = Callable[[PageHere | PageGone], None]


@dataclass(frozen=True)
class Welcome:
    """What a page is told after a beat: how the others know its person, whether there are others, and how
    long to wait, at least, until its next beat."""

    person_id: str
    others: int
    every_s: float


@dataclass
class _Place:
    room: Room
    people: tuple[Presence, ...] = ()
    until_s: float = 0.0  # until then `people` holds unless somebody says something


class PresenceRegistry:
    """Implements `backend.domain.leases.Leases`. Safe to use from several threads and from the event loop:
    nothing here waits."""

    def __init__(
        self,
        wake: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._wake = wake  # the readers of a session: they see something new
        self._clock = clock
        self._wall = wall
        self._carry: Carry = lambda note: None
        self._lock = threading.Lock()
        self._places: dict[str, _Place] = {}

    def carried_by(self, carry: Carry) -> None:
        """There are other servers: `carry` tells them all. It never waits."""
        self._carry = carry

    def knows(self, session_id: str, page: Page) -> bool:
        with self._lock:
            place = self._places.get(session_id)
            return place is not None and page in place.room.visits

    def beat(
        self, session_id: str, page: Page, face: Face, sight: Sight, holds: tuple[int, ...] = ()
    ) -> Welcome:
        """The page is open, and looks at that. Raises Conflict where too many are."""
        with self._lock:
            place = self._entered(session_id)
            place.room.beat(page, face, sight, holds, self._clock(), self._wall())
            news = self._look(place)
            note = self._note(session_id, page, place.room)
            others, pages = len(place.people) - 1, len(place.room.visits)
        self._tell(session_id, news, note)
        return Welcome(public_id(page.who), others, pace_s(pages) if others > 0 else QUIET_S)

    def leave(self, session_id: str, page: Page) -> None:
        with self._lock:
            news = self._left(session_id, page)
        self._tell(session_id, news, PageGone(session_id, page.who, page.page_id))

    def people(self, session_id: str) -> tuple[Presence, ...]:
        """Everybody who is here now. The same tuple until something changes."""
        with self._lock:
            place = self._places.get(session_id)
            if place is None:
                return ()
            if self._clock() >= place.until_s:
                self._look(place)
                self._close_if_empty(session_id)
            return place.people

    def hold(self, session_id: str, object_id: int, object_name: str, page: Page, takes_over: bool) -> None:
        """For somebody who is about to edit. Raises Held, but where they take it over."""
        if name := self._take(session_id, object_id, page, takes_over):
            raise held_by(name, object_name)

    def take(self, session_id: str, object_id: int, page: Page) -> str | None:
        return self._take(session_id, object_id, page, takes_over=False)

    def holder(self, session_id: str, object_id: int, page: Page) -> str | None:
        with self._lock:
            place = self._places.get(session_id)
            return self._other_holder(place.room, object_id, page) if place else None

    def receive(self, note: PageHere | PageGone) -> None:
        """Another server tells of one of its pages."""
        page = Page(note.who, note.page_id)
        try:
            with self._lock:
                gone = isinstance(note, PageGone)
                news = self._left(note.session_id, page) if gone else self._learned(note, page)
        except Conflict:
            return  # there is no room for one more here
        if news:
            self._wake(note.session_id)

    def _left(self, session_id: str, page: Page) -> bool:
        place = self._places.get(session_id)
        if place is None:
            return False
        place.room.leave(page, self._clock())
        news = self._look(place)
        self._close_if_empty(session_id)
        return news

    def _learned(self, note: PageHere, page: Page) -> bool:
        place, now_s = self._entered(note.session_id), self._clock()
        face = Face(note.name, note.colour, note.guest)
        place.room.beat(page, face, _sight_of(note), (), now_s, note.said_s)
        for object_id, term, since_s in note.leases:
            place.room.leases.learn(object_id, Lease(page, term, since_s), now_s)
        return self._look(place)

    def _take(self, session_id: str, object_id: int, page: Page, takes_over: bool) -> str | None:
        with self._lock:
            place = self._places.get(session_id)
            if place is None:
                return None
            name = self._other_holder(place.room, object_id, page)
            if name and not takes_over:
                return name
            if page not in place.room.visits:
                return None  # nobody would keep the lease alive
            place.room.leases.take(object_id, page, self._clock(), self._wall())
            news = self._look(place)
            note = self._note(session_id, page, place.room)
        self._tell(session_id, news, note)
        return None

    def _other_holder(self, room: Room, object_id: int, page: Page) -> str | None:
        holder = room.leases.holder(object_id, self._clock())
        return room.name_of(holder) if holder and holder.who != page.who else None

    def _entered(self, session_id: str) -> _Place:
        if session_id not in self._places:
            if len(self._places) >= MAX_ROOMS:
                for other in list(self._places):
                    self._close_if_empty(other)
            if len(self._places) >= MAX_ROOMS:
                raise Conflict(f"{MAX_ROOMS} sessions are open already; who has this one open is not shown.")
            self._places[session_id] = _Place(Room())
        return self._places[session_id]

    def _close_if_empty(self, session_id: str) -> None:
        if self._places[session_id].room.is_empty(self._clock()):
            del self._places[session_id]

    def _look(self, place: _Place) -> bool:
        """Who is here now? Says whether that is news."""
        now_s = self._clock()
        people = place.room.people(now_s)
        place.until_s = place.room.next_lapse_s(now_s)
        if people == place.people:
            return False
        place.people = people
        return True

    def _note(self, session_id: str, page: Page, room: Room) -> PageHere:
        visit, sight = room.visits[page], room.visits[page].sight
        leases = room.leases
        return PageHere(
            session_id,
            page.who,
            page.page_id,
            visit.said_s,
            visit.face.name,
            visit.face.colour,
            visit.face.guest,
            sight.frame_idx,
            [sight.cursor.x, sight.cursor.y] if sight.cursor else None,
            [sight.view.x, sight.view.y, sight.view.zoom] if sight.view else None,
            sight.playing,
            [
                (object_id, leases.lease(object_id).term, leases.lease(object_id).since_s)
                for object_id in leases.held_by(page, self._clock())
            ],
        )

    def _tell(self, session_id: str, news: bool, note: PageHere | PageGone) -> None:
        """Outside the lock: whoever is woken may ask at once."""
        if news:
            self._wake(session_id)
        self._carry(note)


def _sight_of(note: PageHere) -> Sight:
    return Sight(
        note.frame_idx,
        Spot(*note.cursor) if note.cursor else None,
        View(*note.view) if note.view else None,
        note.playing,
    )
