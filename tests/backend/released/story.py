"""A little of everything that a database can hold, and what the store says of it, as plain JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

from backend.domain.membership import ApiToken, Credential, Link
from backend.domain.people import Grant, Person, Role, Scope
from backend.domain.secret import digest
from backend.domain.session import BoxPrompt, FramePrompt, PointPrompt, PropagationState, Session
from backend.domain.video import VideoState
from backend.store.database import Database
from backend.store.people import SqlPeopleStore
from backend.store.sessions import SqlSessionStore
from backend.store.videos import SqlVideoStore
from tests.backend.annotating import (
    SESSION,
    click,
    describe,
    drawn,
    edge,
    mask,
    no_prompt,
    propagation,
    video,
)

OTHER = "session-2"
ISSUER = "https://login.example"


def tell(database: Database) -> None:
    """Two videos and two sessions: one that was worked on, one that is being tracked."""
    videos, store = SqlVideoStore(database), SqlSessionStore(database)
    videos.put_video(video())
    videos.put_video(video("video-2", state=VideoState.FAILED, pts_s=(), error="Cut; it's “bad”."))
    store.add_session(Session(SESSION, "video-1", "colorflow", created_s=5.0))
    for _ in range(3):
        store.add_object(SESSION, describe)
    store.update_object(SESSION, 2, name="Left cup; 左の'カップ'")
    store.put_prompt(SESSION, click(1, 3))
    store.put_masks(SESSION, [drawn(1, 3)])
    store.start_propagation(SESSION, propagation(store.session(SESSION).version))
    running = store.propagation(SESSION)
    assert running is not None
    tracked = [
        mask(1, frame_idx, area=1 + frame_idx, edge=edge(frame_idx))
        for frame_idx in range(11)
        if frame_idx != 3
    ]
    store.put_masks(SESSION, tracked, replace(running, frames_done=12, state=PropagationState.DONE))
    store.put_prompt(SESSION, FramePrompt(1, 6, (PointPrompt(0.5, 1), PointPrompt(7, 5.25, False))))
    store.put_masks(SESSION, [drawn(1, 6)])  # the tracked one is kept aside
    store.put_prompt(SESSION, click(1, 8))
    store.put_prompt(SESSION, no_prompt(1, 8))
    store.put_prompt(SESSION, FramePrompt(2, 4, box=BoxPrompt(1, 1.5, 6, 5)))
    store.put_prompt(SESSION, FramePrompt(3, 4, mask=drawn(3, 4).rle))
    store.put_masks(SESSION, [drawn(3, 4)])
    store.remove_object(SESSION, 3)

    store.add_session(Session(OTHER, "video-1", "sam2.1_hiera_tiny", created_s=7.5))
    store.add_object(OTHER, describe)
    store.put_prompt(OTHER, click(1, 3))
    store.put_masks(OTHER, [drawn(1, 3)])
    store.start_propagation(OTHER, propagation(store.session(OTHER).version, name="track-2"))
    running = store.propagation(OTHER)
    assert running is not None
    store.put_masks(OTHER, [mask(1, 4), mask(1, 5)], replace(running, frames_done=3))
    _tell_people(SqlPeopleStore(database))


def _tell_people(people: SqlPeopleStore) -> None:
    """Ada came in by a link to a session, Ben signs in by a provider and has a token."""
    session, home = Scope.session(SESSION), Scope.project("home")
    link = Link("link-1", Grant(session, Role.ANNOTATOR), "For “Ada”", 10.0, "local", 1e12, 3)
    people.add_link(link, digest("the link's secret"))
    people.join(Person("ada", "Ada Ç", "#ff0000"), link.grant, link.link_id, 11.0)
    people.add_login(digest("Ada's cookie"), "ada", 11.0, 1e12)
    people.sign_in(ISSUER, "42", Person("ben", "Ben"), None, 12.0)
    people.set_role("ben", Grant(home, Role.REVIEWER), 13.0)
    token = ApiToken("token-1", "ben", "Nightly export", Grant(home, Role.VIEWER), 14.0)
    people.add_token(token, digest("Ben's token"))


def told(database: Database) -> dict[str, Any]:
    """What the store says, by names of the domain."""
    videos, store = SqlVideoStore(database), SqlSessionStore(database)
    sessions = store.sessions()
    said = {
        "videos": [asdict(one) for one in videos.videos()],
        "sessions": [asdict(one) for one in sessions],
        **{f"of {one.session_id}": _told_of(store, one.session_id) for one in sessions},
        "people": _told_of_people(SqlPeopleStore(database)),
    }
    return json.loads(json.dumps(said, default=bytes.hex))


def _told_of_people(people: SqlPeopleStore) -> dict[str, Any]:
    by_cookie = people.person_by(Credential(digest("Ada's cookie")), 20.0)
    by_token = people.person_by(Credential(digest("Ben's token"), is_token=True), 20.0)
    link = people.link_by(digest("the link's secret"))
    return {
        "ada": by_cookie and asdict(by_cookie[0]),
        "her grants": [asdict(one) for one in people.grants_of("ada", None, 20.0)],
        "ben": by_token and [asdict(one) for one in by_token if one],
        "his grants": [asdict(one) for one in people.grants_of("ben", None, 20.0)],
        "link": asdict(link) if link else None,
    }


def _told_of(store: SqlSessionStore, session_id: str) -> dict[str, Any]:
    """The objects, prompts, masks and latest propagation, and what a feed says that began in the middle."""
    latest = store.propagation(session_id)
    return {
        "objects": [asdict(one) for one in store.objects(session_id)],
        "prompts": [asdict(one) for one in store.prompts(session_id)],
        "masks": [asdict(one) for one in store.masks(session_id)],
        "propagation": asdict(latest) if latest else None,
        "delta": asdict(store.delta(session_id, 4, 1000)),
    }


def still_told(before: Any, now: Any) -> bool:
    """Everything that was said before is said now; new fields may have come."""
    if isinstance(before, dict):
        return isinstance(now, dict) and all(
            key in now and still_told(value, now[key]) for key, value in before.items()
        )
    if isinstance(before, list):
        return (
            isinstance(now, list)
            and len(before) == len(now)
            and all(still_told(one, other) for one, other in zip(before, now, strict=True))
        )
    return before == now
