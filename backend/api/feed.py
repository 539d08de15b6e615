"""The feed of a session: what changed since a version, in order, then what changes.

Every reader pulls from the store at its own pace, so a slow one holds nobody up and costs no memory,
and gets more in one message instead of more messages. Readers move on common beats: those who are at the same
version then share one read of the store.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

from backend.api.doorbell import Doorbell
from backend.api.presence.watching import PresenceWatch
from backend.api.threads import Threads
from backend.domain.errors import Conflict, InvalidInput
from backend.domain.ports import SessionStore
from backend.domain.session import SessionDelta

MASKS_PER_MESSAGE = 128  # takes 7 ms of the event loop, measured at 720p
GAP_S = 0.04  # between messages to one reader: more often than this nobody sees
READER_S = 0.002  # of the event loop, for a message: many readers get fewer, larger ones
POLL_S = 2.0  # another process on the same database rings no bell here


async def session_feed(
    store: SessionStore,
    doorbell: Doorbell,
    threads: Threads,
    session_id: str,
    after: int,
    masks_at_most: int | None = None,
    watch: PresenceWatch | None = None,
) -> AsyncIterator[SessionDelta]:
    """Ends when the server closes, or the reader goes. Raises NotFound for an unknown session.

    Where the reader is more than `masks_at_most` masks behind, it gets them summed up. With a `watch`, it is
    told who is here too; that costs no read of the store, and no mask waits for it.
    """
    if after < 0:
        raise InvalidInput(f"after {after} is negative.")
    if masks_at_most is not None and masks_at_most < 0:
        raise InvalidInput(f"masksAtMost {masks_at_most} is negative.")
    key = ("session", session_id, after)  # never a read from before someone was told of `after`
    session = await threads.shared_read(key, store.session, session_id)
    if after > session.version:
        raise Conflict("This page knows more than the server; load it again.")
    clock = asyncio.get_running_loop().time
    known_rings, look_s = -1, 0.0  # all is known up to these rings, until the clock says look
    with doorbell.listen(session_id) as bell:
        while not doorbell.closed:
            rings = bell.reset()
            looks = rings != known_rings or clock() >= look_s
            delta = SessionDelta(after)
            if looks:
                key = ("delta", session_id, after, masks_at_most, rings)  # never a read from before what rang
                delta = await threads.shared_read(
                    key, store.delta, session_id, after, MASKS_PER_MESSAGE, masks_at_most
                )
            people = watch.news(clock()) if watch else ()
            if delta.version > after:
                yield replace(delta, presence=people)
                after, known_rings = delta.version, -1
                if len(delta.masks) < MASKS_PER_MESSAGE:
                    await asyncio.sleep(_to_next(max(GAP_S, READER_S * doorbell.readers())))
                continue
            if looks:
                known_rings, look_s = rings, clock() + _to_next(POLL_S)
            if people:
                yield replace(delta, presence=people)
            else:
                early_s = watch.wait_s(clock()) if watch else POLL_S
                await bell.wait(min(look_s - clock(), early_s))


def _to_next(beat_s: float) -> float:
    """Seconds to the next multiple of `beat_s` on this process's clock: the same moment for everyone."""
    return beat_s - asyncio.get_running_loop().time() % beat_s
