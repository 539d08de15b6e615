"""Can what an engine knows of a session be had again from the session's rows alone?"""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from backend.domain.session import MaskOrigin, PropagationState
from backend.store.tables import masks, objects, prompts, propagations


def tracks_afresh(connection: Connection, session_id: str) -> bool:
    """True where the running propagation is all that was ever tracked, and nobody has said anything of
    prompts or objects since it began. An earlier walk, a prompt that came later or was taken back, a verified
    or an imported mask: each leaves something in an engine that no row tells.
    """
    tracks = connection.execute(
        select(propagations.c.state, propagations.c.started_version).where(
            propagations.c.session_id == session_id
        )
    ).all()
    if len(tracks) != 1 or tracks[0].state != PropagationState.RUNNING:
        return False
    began = tracks[0].started_version
    later = [
        select(func.count()).where(prompts.c.session_id == session_id, prompts.c.is_empty),
        select(func.count()).where(prompts.c.session_id == session_id, prompts.c.version > began),
        select(func.count()).where(objects.c.session_id == session_id, objects.c.version > began),
        select(func.count()).where(
            masks.c.session_id == session_id, masks.c.verified | (masks.c.origin == MaskOrigin.IMPORT)
        ),
    ]
    return not any(connection.execute(count).scalar_one() for count in later)
