"""Who asks: by the cookie of a login, an API token, or the owner's key. For closed servers."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from backend.api.owner_key import OwnerKey
from backend.api.permissions.admission import Admission
from backend.api.threads import Threads
from backend.domain.membership import Credential
from backend.domain.people import LOCAL, Caller
from backend.domain.people_commands import TOKEN_MARK, PeopleCommands
from backend.domain.secret import digest

REMEMBER_S = 1.0  # another process may revoke what is remembered here
NOTE_USE_S = 600.0
REMEMBERED = 10_000


@dataclass(frozen=True)
class _Known:
    caller: Caller | None
    generation: int
    looked_s: float
    noted_s: float  # when its use was last written down


class Doorman:
    """`forget` from any thread; the rest on the event loop."""

    def __init__(
        self,
        people: PeopleCommands,
        key: OwnerKey,
        threads: Threads,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._people = people
        self._key = key
        self._threads = threads
        self._clock = clock
        self._known: OrderedDict[Credential, _Known] = OrderedDict()
        self._generation = 0

    async def admit(self, cookie: str | None, bearer: str | None) -> Admission | None:
        """None: a stranger. A bearer counts alone, so that a program does exactly what its token may."""
        if bearer is not None and not bearer.startswith(TOKEN_MARK):

            async def by_key() -> Caller | None:
                return LOCAL if self._key.matches(bearer) else None

            return Admission(LOCAL, by_key) if await by_key() else None
        credential = credential_of(cookie, bearer)
        if credential is None:
            return None
        caller = await self._caller(credential)
        return None if caller is None else Admission(caller, lambda: self._caller(credential))

    def forget(self) -> None:
        """Somebody's rights changed: look again at everyone's."""
        self._generation += 1

    async def _caller(self, credential: Credential) -> Caller | None:
        known, now_s, generation = self._known.get(credential), self._clock(), self._generation
        if known and known.generation == generation and now_s < known.looked_s + REMEMBER_S:
            return known.caller
        caller = await self._threads.read(self._people.caller, credential)
        noted_s = known.noted_s if known else -NOTE_USE_S
        if caller is not None and now_s >= noted_s + NOTE_USE_S:
            noted_s = now_s
            await self._threads.command(self._people.note_use, credential)
        self._known[credential] = _Known(caller, generation, now_s, noted_s)
        self._known.move_to_end(credential)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return caller


def credential_of(cookie: str | None, bearer: str | None) -> Credential | None:
    if bearer is not None:
        return Credential(digest(bearer), is_token=True)
    return Credential(digest(cookie)) if cookie else None
