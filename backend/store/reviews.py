"""Objects' states of review, in SQL, and what becomes of them when masks change."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

from sqlalchemy import Connection, select, update

from backend.domain.ledger import Share
from backend.domain.people import acting
from backend.domain.standing import ReviewState
from backend.store.ledger import Deed, note
from backend.store.tables import masks, objects, prompts
from backend.store.write import Write

TAKEN_BACK = "acceptanceTakenBack"  # in the log


def take_back_acceptance(write: Write, clock: Callable[[], float] = time.time) -> None:
    """Accepted objects whose prompts or masks this write changed are drafts from now on."""
    if write.notes.same_masks:
        return
    accepted = write.connection.scalars(
        select(objects.c.object_id).where(
            objects.c.session_id == write.session_id,
            objects.c.review_state == ReviewState.ACCEPTED.value,
        )
    ).all()
    changed = changed_since(write.connection, write.session_id, accepted, write.first_version - 1)
    if not changed:
        return
    caller = acting.get()
    write.connection.execute(
        update(objects)
        .where(objects.c.session_id == write.session_id, objects.c.object_id.in_(changed))
        .values(
            review_state=ReviewState.DRAFT.value,
            review_by_id=caller.person.person_id if caller else None,
            review_by_name=caller.person.name if caller else None,
            review_s=clock(),
            version=write.version,
        )
    )
    shares = tuple(Share(object_id) for object_id in sorted(changed))
    note(write.connection, Deed(TAKEN_BACK, write.session_id, version=write.version, shares=shares), clock)


def changed_since(
    connection: Connection, session_id: str, object_ids: Collection[int], version: int
) -> set[int]:
    """Those of the objects whose prompts or masks have changed after that version."""
    found: set[int] = set()
    for table in (prompts, masks):
        left = set(object_ids) - found
        if left:
            found |= set(
                connection.scalars(
                    select(table.c.object_id)
                    .where(
                        table.c.session_id == session_id,
                        table.c.version > version,
                        table.c.object_id.in_(left),
                    )
                    .distinct()
                )
            )
    return found
