"""What a request came in with and was permitted, so that it can be judged again for as long as it lasts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field

from backend.api.context import Service
from backend.api.permissions.rules import Given, Rule, permit
from backend.domain.errors import MaskletError, Unavailable
from backend.domain.people import Caller

LookAgain = Callable[[], Awaitable[Caller | None]]


@dataclass
class Admission:
    """`look_again`: who it is by the same credential now; None: it opens nothing any more."""

    caller: Caller
    look_again: LookAgain
    permitted: list[tuple[Rule, Given]] = field(default_factory=list)

    async def still_holds(self, service: Service) -> bool:
        """A role that was changed ends it too, so that a page asks anew what it may do."""
        try:
            now = await self.look_again()
            if now is None or now.within != self.caller.within:
                return False
            if not set(self.caller.grants) <= set(now.grants):
                return False
            for wanted, given in self.permitted:
                await service.read(lambda s, w=wanted, g=given: permit(s, now, w, g))
        except Unavailable:
            return True  # the database is away for a moment: it is asked again
        except MaskletError:
            return False
        return True


# Of the request that is being answered; None: there is nothing that could end it.
admission: ContextVar[Admission | None] = ContextVar("admission", default=None)
