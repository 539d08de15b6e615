"""Blocking calls, kept off the event loop."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

COMMANDS = 64  # a command may wait for a model to load
READS = 8


class Threads:
    """Two pools, so that commands which wait for an engine never keep the feeds from reading."""

    def __init__(self) -> None:
        self._commands = ThreadPoolExecutor(COMMANDS, "command")
        self._reads = ThreadPoolExecutor(READS, "read")
        self._under_way: dict[Hashable, asyncio.Task[Any]] = {}

    async def command(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await _run(self._commands, call, *args, **kwargs)

    async def read(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await _run(self._reads, call, *args, **kwargs)

    async def shared_read(self, key: Hashable, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """One read for all who ask with the same key while it runs. Nothing is kept once it is done."""
        if key not in self._under_way:
            reading = asyncio.ensure_future(self.read(call, *args, **kwargs))
            self._under_way[key] = reading
            reading.add_done_callback(lambda done: self._forget(key, done))
        return await asyncio.shield(self._under_way[key])

    def _forget(self, key: Hashable, done: asyncio.Task[Any]) -> None:
        del self._under_way[key]
        if not done.cancelled():
            done.exception()  # looked at, also where everyone who asked has gone

    def close(self) -> None:
        """What runs may finish; what waits does not begin."""
        self._commands.shutdown(wait=False, cancel_futures=True)
        self._reads.shutdown(wait=False, cancel_futures=True)


async def _run(pool: ThreadPoolExecutor, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The thread knows the request that it works for (`domain.observing.request_id`)."""
    context = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(pool, lambda: context.run(call, *args, **kwargs))
