"""Keys of changes that were made, with what they answered: see `backend.domain.once`."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, delete, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from backend.domain.once import KEPT_S, Answer, Done, Edit, Repeated, in_hand
from backend.domain.session import Propagation, TrackedObject
from backend.store.rows import object_of, object_row, propagation_of, propagation_row
from backend.store.tables import edit_keys

SWEEP_S = 3600.0


class Once:
    """Used inside the transaction of a change: `take` before it, `keep` at its end."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._swept_s = 0.0

    def take(self, connection: Connection) -> None:
        """Raises Repeated where the change in hand was made before. Waits for another try of the same that is
        under way, in whichever process."""
        edit = in_hand.get()
        if edit is None or edit.kept:
            return
        kind = postgresql if connection.dialect.name == "postgresql" else sqlite
        insert = kind.insert(edit_keys).values(
            person_id=edit.person_id,
            edit_key=edit.key,
            request=edit.request,
            answer="",
            created_s=self._clock(),
        )
        new = insert.on_conflict_do_nothing().returning(edit_keys.c.edit_key)
        if connection.execute(new).first() is None:
            raise Repeated

    def keep(self, connection: Connection, answer: Answer) -> None:
        """What a repeat is to get."""
        edit = in_hand.get()
        if edit is None or edit.kept:
            return
        connection.execute(update(edit_keys).where(*_is(edit)).values(answer=_text(answer)))
        edit.kept = True
        self._sweep(connection)

    def _sweep(self, connection: Connection) -> None:
        """Now and then, forget what nobody will send again. Leaves alone what another process is at."""
        now_s = self._clock()
        if now_s - self._swept_s < SWEEP_S:
            return
        self._swept_s = now_s
        keys = edit_keys.c.person_id, edit_keys.c.edit_key
        old = select(*keys).where(edit_keys.c.created_s < now_s - KEPT_S).with_for_update(skip_locked=True)
        connection.execute(delete(edit_keys).where(tuple_(*keys).in_(old)))


def done_before(connection: Connection, edit: Edit) -> Done | None:
    row = connection.execute(select(edit_keys).where(*_is(edit))).one_or_none()
    return Done(row.request, _answer_of(row.answer)) if row else None


def _is(edit: Edit) -> tuple:
    return edit_keys.c.person_id == edit.person_id, edit_keys.c.edit_key == edit.key


def _text(answer: Answer) -> str:
    match answer:
        case TrackedObject():
            told: dict[str, Any] = {"object": _object(answer)}
        case Propagation():
            told = {"propagation": dict(propagation_row("", answer, answer.version))}
        case list():
            told = {"objects": [_object(one) for one in answer]}
        case _:
            told = {"value": answer}
    return json.dumps(told)


def _object(tracked: TrackedObject) -> dict[str, Any]:
    return dict(object_row("", tracked, tracked.version))


def _answer_of(text: str) -> Answer:
    match json.loads(text):
        case {"object": row}:
            return object_of(_Row(**row))
        case {"objects": rows}:
            return [object_of(_Row(**row)) for row in rows]
        case {"propagation": row}:
            return propagation_of(_Row(**row))
        case {"value": int() | str() as value}:
            return value
    raise ValueError("This is no answer that was kept.")


class _Row(SimpleNamespace):
    """What was kept, read as a table's row is. A field that came with a later Masklet is None."""

    def __getattr__(self, name: str) -> None:
        return None
