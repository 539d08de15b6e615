"""What changed in a session after a version: the feed's log, read from the rows' versions."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection, Select, Table, select, union_all

from backend.domain.errors import InvalidInput
from backend.domain.session import Session, SessionDelta, Verdict
from backend.store.comment_rows import comment_of
from backend.store.coverage import has_more_masks, read_coverage
from backend.store.review_tables import comments
from backend.store.rows import mask_of, object_of, prompt_of, propagation_of, without_edges
from backend.store.tables import masks, objects, prompts, propagations, stashed_masks


def read_delta(
    connection: Connection,
    session: Session,
    details_version: int,
    after: int,
    limit: int,
    masks_at_most: int | None = None,
) -> SessionDelta:
    """Rows changed after `after`, as they are now, up to a version with about `limit` masks and comments.

    A row shows its last state only, so a reader who folds deltas by key ends at the store's state. Objects
    are few and their masks mean nothing without them: they are sent up to the newest, ahead of `version`,
    and once more when their version's turn comes. `details_version`: when title or ontology last changed.
    Where more than `masks_at_most` masks changed they are summed up, and everything else is sent up to now.
    """
    if not 0 <= after <= session.version:
        raise InvalidInput(f"Version {after} is outside this session's 0..{session.version}; load it anew.")
    if after == session.version:
        return SessionDelta(after)
    sums_up = masks_at_most is not None and has_more_masks(
        connection, session.session_id, after, masks_at_most
    )
    upto = session.version if sums_up else _last_version(connection, session, after, limit)
    changed_objects = _changed(objects, session, after, session.version).order_by(objects.c.object_id)
    changed_prompts = _changed(prompts, session, after, upto).order_by(
        prompts.c.version, prompts.c.frame_idx, prompts.c.object_id
    )
    changed_masks = _changed(masks, session, after, upto).order_by(
        masks.c.version, masks.c.frame_idx, masks.c.object_id
    )
    changed_comments = _changed(comments, session, after, upto).order_by(
        comments.c.version, comments.c.comment_id
    )
    if after == 0:  # nobody has seen what is gone
        changed_objects = changed_objects.where(~objects.c.removed)
        changed_prompts = changed_prompts.where(~prompts.c.is_empty)
        changed_masks = changed_masks.where(masks.c.counts.is_not(None))
    candidates = _candidates(session, after, upto).order_by(
        stashed_masks.c.version, stashed_masks.c.frame_idx, stashed_masks.c.object_id
    )
    latest = connection.execute(
        select(propagations)
        .where(propagations.c.session_id == session.session_id)
        .order_by(propagations.c.started_version.desc())
        .limit(1)
    ).one_or_none()
    return SessionDelta(
        upto,
        replace(session, version=upto) if after < details_version <= upto or after == 0 else None,
        tuple(map(object_of, connection.execute(changed_objects))),
        tuple(map(prompt_of, connection.execute(changed_prompts))),
        () if sums_up else tuple(map(mask_of, connection.execute(changed_masks))),
        propagation_of(latest) if latest and after < latest.version <= upto else None,
        tuple(map(mask_of, connection.execute(candidates))),
        read_coverage(connection, session.session_id, after) if sums_up else (),
        tuple(map(comment_of, connection.execute(changed_comments))),
    )


def _changed(table: Table, session: Session, after: int, upto: int) -> Select:
    return select(*without_edges(table)).where(
        table.c.session_id == session.session_id, table.c.version > after, table.c.version <= upto
    )


def _last_version(connection: Connection, session: Session, after: int, limit: int) -> int:
    """The last version to send: never a part of one, and always at least one with masks or comments."""
    of_masks = _changed(masks, session, after, session.version).with_only_columns(masks.c.version)
    if after == 0:
        of_masks = of_masks.where(masks.c.counts.is_not(None))
    of_candidates = _candidates(session, after, session.version).with_only_columns(stashed_masks.c.version)
    of_comments = _changed(comments, session, after, session.version).with_only_columns(comments.c.version)
    all_of_them = union_all(of_masks, of_candidates, of_comments).subquery()
    versions = select(all_of_them.c.version).order_by(all_of_them.c.version)
    beyond = connection.execute(versions.limit(1).offset(max(limit, 1))).scalar_one_or_none()
    if beyond is None:
        return session.version
    first = connection.execute(versions.limit(1)).scalar_one()
    return beyond if first == beyond else beyond - 1


def _candidates(session: Session, after: int, upto: int) -> Select:
    """Masks of the propagation that waits for somebody's verdict."""
    is_open = select(propagations.c.propagation_id).where(
        propagations.c.session_id == session.session_id, propagations.c.verdict == Verdict.OPEN.value
    )
    return _changed(stashed_masks, session, after, upto).where(
        stashed_masks.c.stash_id.in_(is_open), stashed_masks.c.counts.is_not(None)
    )
