"""Who has a session open now, and what each looks at. Nothing of it is stored: it is said again and again,
and forgotten soon after it was said last.

Time is given: `now_s` counts from anywhere. Pixels are source-video pixels.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from backend.domain.colours import light_colour_of
from backend.domain.errors import Conflict, InvalidInput
from backend.domain.leases import MAX_HELD, LeaseTable, Page

HERE_S = 18.0  # after its last beat a page is taken to be gone
QUIET_S = 6.0  # between the beats of a page where nothing moves, or nobody else looks
MOVING_S = 0.125  # between the beats of a page where something moves, while they are few
BEATS_PER_S = 80  # of all pages of a session together: where many move, each tells of it less often
MAX_PAGES = 400  # of a session
MAX_PAGES_OF_ONE = 20  # of one person; beyond, the oldest is forgotten
MAX_SHOWN = 32  # people; those who hold an object first, then by when they came
MAX_NAME = 40
FARTHEST = 10.0**7  # a frame index or pixel beyond this is a mistake
GUEST_COLOURS = 20  # guests' colours begin this far behind those of objects


@dataclass(frozen=True)
class Spot:
    x: float
    y: float


@dataclass(frozen=True)
class View:
    """The video pixel in the middle of somebody's stage, and how near it is: 1 shows the whole video."""

    x: float
    y: float
    zoom: float


@dataclass(frozen=True)
class Sight:
    """What a page looks at. `cursor` None: the pointer is not on the video."""

    frame_idx: int
    cursor: Spot | None = None
    view: View | None = None
    playing: bool = False


@dataclass(frozen=True)
class Face:
    """How somebody is shown. A guest without a name goes by a number."""

    name: str
    colour: str  # "#rrggbb"; empty: by the number
    guest: int = 0


@dataclass(frozen=True)
class Presence:
    """Somebody as the others see them; of several pages, the one where something moved last."""

    person_id: str  # of this presence; says nothing about pages or logins
    name: str
    colour: str
    sight: Sight
    holds: tuple[int, ...] = ()
    here: bool = True  # False: they have just gone


@dataclass
class Visit:
    """One page that is open."""

    face: Face
    sight: Sight
    came: int  # a count: who came first is first in the list
    moved: int  # a count: of somebody's pages the one that moved last is shown
    said_s: float  # since 1970; of what servers tell each other the later counts
    until_s: float


class Room:
    """The pages that have one session open. Not for several threads."""

    def __init__(self) -> None:
        self.visits: dict[Page, Visit] = {}
        self.leases = LeaseTable()
        self._count = 0

    def beat(
        self, page: Page, face: Face, sight: Sight, holds: Iterable[int], now_s: float, said_s: float = 0.0
    ) -> None:
        """The page says that it is open, or said so to another server at `said_s`. Raises Conflict where
        there is no room for one more."""
        self.leave_lapsed(now_s)
        self._count += 1
        known = self.visits.get(page)
        if known is None:
            self._make_room(page)
            face = self._numbered(page, face)
            self.visits[page] = Visit(face, sight, self._count, self._count, said_s, now_s + HERE_S)
        elif known.said_s <= said_s:
            known.face = replace(face, guest=known.face.guest)
            known.moved = self._count if known.sight != sight else known.moved
            known.sight, known.said_s, known.until_s = sight, said_s, now_s + HERE_S
        self.leases.renew(page, holds, now_s)

    def leave(self, page: Page, now_s: float) -> None:
        self.visits.pop(page, None)
        self.leases.release(page, now_s)

    def leave_lapsed(self, now_s: float) -> None:
        for page in [page for page, visit in self.visits.items() if visit.until_s <= now_s]:
            self.leave(page, now_s)

    def people(self, now_s: float) -> tuple[Presence, ...]:
        """Everybody once. At most MAX_SHOWN."""
        self.leave_lapsed(now_s)
        shown: dict[str, Visit] = {}
        came: dict[str, int] = {}
        for page, visit in self.visits.items():
            best = shown.get(page.who)
            if best is None or best.moved < visit.moved:
                shown[page.who] = visit
            came[page.who] = min(visit.came, came.get(page.who, visit.came))
        holds = self.leases.by_person(now_s)
        first = sorted(shown, key=lambda who: (who not in holds, came[who]))[:MAX_SHOWN]
        first.sort(key=lambda who: came[who])
        return tuple(_presence(who, shown[who], tuple(sorted(holds.get(who, ())))) for who in first)

    def name_of(self, page: Page) -> str:
        """Of somebody who may have just gone."""
        visit = self.visits.get(page) or next((v for p, v in self.visits.items() if p.who == page.who), None)
        return name_of(visit.face) if visit else "Somebody"

    def is_empty(self, now_s: float) -> bool:
        self.leave_lapsed(now_s)
        return not self.visits

    def next_lapse_s(self, now_s: float) -> float:
        """When `people` says something else although nobody said anything."""
        ends = (visit.until_s for visit in self.visits.values())
        return min(self.leases.next_lapse_s(now_s), min(ends, default=math.inf))

    def _make_room(self, page: Page) -> None:
        own = sorted((one for one in self.visits if one.who == page.who), key=lambda p: self.visits[p].came)
        if len(own) >= MAX_PAGES_OF_ONE:
            del self.visits[own[0]]
        if len(self.visits) >= MAX_PAGES:
            raise Conflict(f"{MAX_PAGES} pages have this session open; others do not see this one.")

    def _numbered(self, page: Page, face: Face) -> Face:
        """A guest keeps their number on all pages, and gets the lowest that is free."""
        if face.colour:
            return face
        numbers = {one.who: visit.face.guest for one, visit in self.visits.items() if visit.face.guest}
        taken = set(numbers.values())
        free = next(number for number in range(1, MAX_PAGES + 2) if number not in taken)
        return replace(face, guest=numbers.get(page.who, face.guest or free))


def _presence(who: str, visit: Visit, holds: tuple[int, ...]) -> Presence:
    colour = visit.face.colour or light_colour_of(visit.face.guest + GUEST_COLOURS)
    return Presence(public_id(who), name_of(visit.face), colour, visit.sight, holds)


def public_id(who: str) -> str:
    """What others know somebody by."""
    return hashlib.sha256(f"presence {who}".encode()).hexdigest()[:12]


def name_of(face: Face) -> str:
    return face.name or f"Guest {face.guest}"


def pace_s(people: int) -> float:
    """Seconds from one beat of a page to its next while something moves."""
    return max(MOVING_S, people / BEATS_PER_S)


def checked_face(name: str) -> Face:
    """Of a guest, who may say a name or none."""
    name = " ".join(name.split())
    if len(name) > MAX_NAME:
        raise InvalidInput(f"A name has at most {MAX_NAME} characters.")
    if not name.isprintable():
        raise InvalidInput("A name is made of letters that can be seen.")
    return Face(name, "")


def checked_sight(sight: Sight) -> Sight:
    if not 0 <= sight.frame_idx <= FARTHEST:
        raise InvalidInput(f"frameIdx {sight.frame_idx} is no frame of a video.")
    places = [sight.cursor, sight.view]
    if any(place and not (_is_near(place.x) and _is_near(place.y)) for place in places):
        raise InvalidInput("The place of the cursor or the view is far outside of any video.")
    if sight.view and not 0 < sight.view.zoom <= FARTHEST:
        raise InvalidInput("The view's zoom is 1 where the whole video shows, and never 0.")
    return sight


def checked_holds(object_ids: Iterable[int]) -> tuple[int, ...]:
    held = tuple(dict.fromkeys(object_ids))
    if len(held) > MAX_HELD:
        raise InvalidInput(f"A page holds at most {MAX_HELD} objects at once.")
    return held


def _is_near(place: float) -> bool:
    return math.isfinite(place) and abs(place) <= FARTHEST
