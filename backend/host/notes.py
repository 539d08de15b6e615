"""What servers on one database say to each other, as short texts."""

from __future__ import annotations

import json
from concurrent.futures import CancelledError, Future
from dataclasses import asdict, dataclass
from enum import StrEnum

from backend.domain.errors import Conflict, InvalidInput, MaskletError, NotFound, Unavailable

ERRORS = {kind.__name__: kind for kind in (InvalidInput, NotFound, Conflict, Unavailable)}
MAX_SENTENCE = 1000  # characters; a notice must stay small


class Wish(StrEnum):
    """What a session's owner is asked to do; see `backend.domain.ports.Host`."""

    REFRESH = "refresh"
    TRACK = "track"
    CANCEL = "cancel"
    FORGET = "forget"


@dataclass(frozen=True)
class Changed:
    """A session has a new version."""

    session_id: str


@dataclass(frozen=True)
class Nudge:
    id: str
    wish: Wish
    session_id: str


@dataclass(frozen=True)
class Answer:
    """To a nudge: the session's version, or the kind of a MaskletError and its sentence."""

    id: str
    version: int = 0
    error: str | None = None
    sentence: str = ""

    @classmethod
    def of(cls, nudge_id: str, done: Future[int]) -> Answer:
        try:
            return cls(nudge_id, done.result(0))
        except (Exception, CancelledError) as error:
            return cls.of_error(nudge_id, error)

    @classmethod
    def of_error(cls, nudge_id: str, error: BaseException) -> Answer:
        if not isinstance(error, MaskletError):
            error = Unavailable("The server that computes this session could not do it; its log has more.")
        return cls(nudge_id, 0, type(error).__name__, str(error)[:MAX_SENTENCE])

    def settle(self, answer: Future[int]) -> None:
        if self.error is None:
            answer.set_result(self.version)
        else:
            answer.set_exception(ERRORS.get(self.error, Unavailable)(self.sentence))


@dataclass(frozen=True)
class PageHere:
    """A page has a session open, and holds these objects; see `backend.domain.presence`."""

    session_id: str
    who: str
    page_id: str
    said_s: float
    name: str
    colour: str
    guest: int
    frame_idx: int
    cursor: list[float] | None  # x, y
    view: list[float] | None  # x, y, zoom
    playing: bool
    leases: list[tuple[int, int, float]]  # object id, term, since when


@dataclass(frozen=True)
class PageGone:
    session_id: str
    who: str
    page_id: str


Note = Changed | Nudge | Answer | PageHere | PageGone
KINDS: dict[str, type[Note]] = {kind.__name__: kind for kind in (Changed, Nudge, Answer, PageHere, PageGone)}


def text_of(note: Note) -> str:
    return json.dumps([type(note).__name__, asdict(note)])


def note_of(text: str) -> Note | None:
    """None for what this version does not know: another one may share the database during an update."""
    try:
        name, fields = json.loads(text)
        if name == Nudge.__name__:
            return Nudge(**{**fields, "wish": Wish(fields["wish"])})
        return KINDS[name](**fields)
    except (ValueError, KeyError, TypeError):
        return None
