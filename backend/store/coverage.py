"""What there is to know of a session's masks without reading them: for pages that open hours of video."""

from __future__ import annotations

from itertools import groupby

from sqlalchemy import Connection, Select, select

from backend.domain.coverage import Coverage, MaskSign, cover
from backend.store.tables import masks

ROWS_A_FETCH = 5000


def has_more_masks(connection: Connection, session_id: str, after: int, than: int) -> bool:
    """Did more than so many masks change after that version? Counts no further than it must."""
    changed = _changed(session_id, after).with_only_columns(masks.c.version).offset(than).limit(1)
    return connection.execute(changed).first() is not None


def read_coverage(connection: Connection, session_id: str, after: int) -> tuple[Coverage, ...]:
    """How the masks look now that changed after that version, by object; nothing of those that did not."""
    signs = _changed(session_id, after).with_only_columns(
        masks.c.object_id,
        masks.c.frame_idx,
        masks.c.counts.is_not(None),
        masks.c.area,
        masks.c.object_score,
        masks.c.predicted_iou,
        masks.c.verified,
        masks.c.doubt,
    )
    ordered = signs.order_by(masks.c.object_id, masks.c.frame_idx)
    rows = connection.execution_options(yield_per=ROWS_A_FETCH).execute(ordered)
    covered = (
        cover(object_id, (MaskSign(*row[1:]) for row in of_object))
        for object_id, of_object in groupby(rows, key=lambda row: row[0])
    )
    return tuple(one for one in covered if one is not None)


def _changed(session_id: str, after: int) -> Select:
    changed = select(masks).where(masks.c.session_id == session_id, masks.c.version > after)
    return changed if after else changed.where(masks.c.counts.is_not(None))  # nobody has seen what is gone
