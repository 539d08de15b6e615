"""What people say about frames, objects and places in them: threads of plain text."""

from __future__ import annotations

import time
import unicodedata
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from backend.domain.discussion import Comment, Pin
from backend.domain.errors import Forbidden, InvalidInput
from backend.domain.ledger import LedgerReader
from backend.domain.lookup import check_frame
from backend.domain.once import once
from backend.domain.people import LOCAL, May, Person, Scope, acting
from backend.domain.ports import SessionStore, VideoStore
from backend.domain.project_commands import Roster
from backend.domain.session import Session

MAX_TEXT = 2000
MAX_MENTIONS = 20
MAX_COMMENTS = 5000  # in a session: a reader who comes late gets them all


Change = Callable[[Comment], Comment]


class CommentStore(Protocol):
    """Each write is one transaction, as in `SessionStore`."""

    def comment(self, session_id: str, comment_id: str) -> Comment: ...
    def comments(self, session_id: str) -> list[Comment]:
        """In the order in which they were written, removed ones too."""
        ...

    def add_comment(self, session_id: str, comment: Comment) -> Comment:
        """Raises NotFound where its thread is gone, Conflict where the session holds too many."""
        ...

    def change_comment(self, session_id: str, comment_id: str, change: Change) -> Comment:
        """`change` sees the comment as it is when it is written; what it raises undoes the write. A comment
        that it gives back as it was is no change."""
        ...

    def mentions_of(
        self, person_id: str, session_ids: Sequence[str], limit: int
    ) -> list[tuple[str, Comment]]:
        """(session id, comment) of unresolved threads that name the person, the newest first."""
        ...


class KnownPeople:
    """Whom one can mention: those who may see the session, and those who worked in it."""

    def __init__(self, roster: Roster, ledger: LedgerReader) -> None:
        self._roster = roster
        self._ledger = ledger

    def of_session(self, session: Session) -> list[Person]:
        worked = self._ledger.people(session.session_id)
        known = {person.person_id: person for person in (*worked, *self._roster.people_in(places(session)))}
        caller = acting.get()
        if caller is not None and caller.person.person_id != LOCAL.person.person_id:
            known.pop(LOCAL.person.person_id, None)  # the owner's key has no name of its own to be called by
        return sorted(known.values(), key=lambda person: (person.name.casefold(), person.person_id))


class CommentCommands:
    """Commands on comments; who asks is `acting`. Safe to call from several threads."""

    def __init__(
        self,
        store: SessionStore,
        comments: CommentStore,
        videos: VideoStore,
        people: KnownPeople,
        clock: Callable[[], float] = time.time,
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        self._store = store
        self._comments = comments
        self._videos = videos
        self._people = people
        self._clock = clock
        self._new_id = new_id

    def people(self, session_id: str) -> list[Person]:
        return self._people.of_session(self._store.session(session_id))

    def all(self, session_id: str) -> list[Comment]:
        """In the order in which they were written."""
        self._store.session(session_id)
        return self._comments.comments(session_id)

    def add(self, session_id: str, text: str, pin: Pin, mentions: Sequence[str] = ()) -> Comment:
        """Begin a thread."""
        return self._comments.comment(session_id, self._add(session_id, text, pin, tuple(mentions)))

    def reply(self, session_id: str, thread_id: str, text: str, mentions: Sequence[str] = ()) -> Comment:
        """Any comment's id names its thread."""
        return self._comments.comment(session_id, self._reply(session_id, thread_id, text, tuple(mentions)))

    @once
    def _add(self, session_id: str, text: str, pin: Pin, mentions: Sequence[str]) -> str:
        session = self._store.session(session_id)
        video = self._videos.video(session.video_id)
        check_frame(pin.frame_idx, video)
        if pin.object_id is not None:
            self._store.object(session_id, pin.object_id)
        spot = pin.spot
        if spot and not (0 <= spot.x <= video.width and 0 <= spot.y <= video.height):
            raise InvalidInput(f"The point ({spot.x:g}, {spot.y:g}) is outside the frame.")
        new_id = self._new_id()
        comment = self._written(session, new_id, new_id, pin.frame_idx, text, mentions)
        self._comments.add_comment(session_id, replace(comment, object_id=pin.object_id, spot=pin.spot))
        return new_id

    @once
    def _reply(self, session_id: str, thread_id: str, text: str, mentions: Sequence[str]) -> str:
        session = self._store.session(session_id)
        first = self._comments.comment(session_id, thread_id)
        new = self._written(session, self._new_id(), first.thread_id, first.frame_idx, text, mentions)
        self._comments.add_comment(session_id, new)
        return new.comment_id

    def edit(self, session_id: str, comment_id: str, text: str, mentions: Sequence[str] = ()) -> Comment:
        """Only its author may."""
        session, tidy, me = self._store.session(session_id), checked_text(text), whoever_asks()
        named = self._mentioned(session, mentions)

        def change(comment: Comment) -> Comment:
            if comment.author.person_id != me.person_id:
                raise Forbidden("Only its author can change a comment; answer it instead.")
            if comment.removed:
                raise InvalidInput("This comment was deleted; write a new one.")
            if (comment.text, comment.mentions) == (tidy, named):
                return comment
            return replace(comment, text=tidy, mentions=named, edited_s=self._clock())

        return self._comments.change_comment(session_id, comment_id, change)

    def delete(self, session_id: str, comment_id: str) -> Comment:
        """Its author may, and whoever manages the session."""
        session, me = self._store.session(session_id), whoever_asks()

        def change(comment: Comment) -> Comment:
            if comment.author.person_id != me.person_id and not _manages(session):
                raise Forbidden("Only its author can delete a comment; you can resolve its thread.")
            return replace(comment, text="", mentions=(), removed=True)

        return self._comments.change_comment(session_id, comment_id, change)

    def resolve(self, session_id: str, comment_id: str, resolved: bool) -> Comment:
        """Close a thread, or open it again. Any comment's id names its thread; the first is given back."""
        me = whoever_asks()
        first = self._comments.comment(session_id, comment_id).thread_id

        def change(comment: Comment) -> Comment:
            if (comment.resolved_s is not None) == resolved:
                return comment
            at_s, by = (self._clock(), me) if resolved else (None, None)
            return replace(comment, resolved_s=at_s, resolved_by=by)

        return self._comments.change_comment(session_id, first, change)

    def mentions_of_me(self, limit: int) -> list[tuple[Session, Comment]]:
        """Open threads that name whoever asks, in the sessions that they may see; the newest first."""
        caller = acting.get()
        if caller is None:
            return []
        seen = {one.session_id: one for one in self._store.sessions() if caller.may(May.LOOK, places(one))}
        found = self._comments.mentions_of(caller.person.person_id, list(seen), limit)
        return [(seen[session_id], comment) for session_id, comment in found]

    def _written(
        self,
        session: Session,
        comment_id: str,
        thread_id: str,
        frame_idx: int,
        text: str,
        mentions: Sequence[str],
    ) -> Comment:
        named = self._mentioned(session, mentions)
        return Comment(
            comment_id,
            thread_id,
            frame_idx,
            checked_text(text),
            whoever_asks(),
            self._clock(),
            mentions=named,
        )

    def _mentioned(self, session: Session, person_ids: Sequence[str]) -> tuple[Person, ...]:
        if not person_ids:
            return ()
        if len(person_ids) > MAX_MENTIONS:
            raise InvalidInput(f"A comment mentions at most {MAX_MENTIONS} people.")
        known = {person.person_id: person for person in self._people.of_session(session)}
        unknown = next((one for one in person_ids if one not in known), None)
        if unknown is not None:
            raise InvalidInput("Somebody who is mentioned is not in this session; choose from the list.")
        return tuple(known[one] for one in dict.fromkeys(person_ids))


def places(session: Session) -> set[Scope]:
    """What a session lies in, for `Caller.may`."""
    return {Scope.session(session.session_id), Scope.project(session.project_id)}


def checked_text(text: str) -> str:
    """Plain text: lines stay lines, what cannot be seen goes."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    tidy = "".join(c for c in lines if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs"))
    if not 0 < len(tidy) <= MAX_TEXT:
        raise InvalidInput(f"A comment has 1 to {MAX_TEXT} characters.")
    return tidy


def whoever_asks() -> Person:
    """Comments and judgements are somebody's."""
    caller = acting.get()
    if caller is None:
        raise Forbidden("Only people comment and review; sign in first.")
    return caller.person


def _manages(session: Session) -> bool:
    caller = acting.get()
    return caller is not None and caller.may(May.MANAGE, places(session))
