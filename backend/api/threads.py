"""Blocking calls, kept off the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

COMMANDS = 64  # a command may wait for a model to load
READS = 8


class Threads:
    """Two pools, so that commands which wait for an engine never keep the feeds from reading."""

    def __init__(self) -> None:
        self._commands = ThreadPoolExecutor(COMMANDS, "command")
        self._reads = ThreadPoolExecutor(READS, "read")

    async def command(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await _run(self._commands, call, *args, **kwargs)

    async def read(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await _run(self._reads, call, *args, **kwargs)

    def close(self) -> None:
        """What runs may finish; what waits does not begin."""
        self._commands.shutdown(wait=False, cancel_futures=True)
        self._reads.shutdown(wait=False, cancel_futures=True)


async def _run(pool: ThreadPoolExecutor, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    return await asyncio.get_running_loop().run_in_executor(pool, lambda: call(*args, **kwargs))
