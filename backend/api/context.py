"""What resolvers and web views work with. `create_app` fills it; nothing here is global."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TypeVar

from backend.api.doorbell import Doorbell
from backend.api.official.adapter import DemoSessions
from backend.api.ports import CocoWriter, Library
from backend.api.threads import Threads
from backend.domain.commands import SessionCommands
from backend.domain.ports import Host, SessionStore, VideoStore
from backend.settings import Settings

T = TypeVar("T")


@dataclass(frozen=True)
class Service:
    """The parts of a running Masklet."""

    settings: Settings
    sessions: SessionStore
    videos: VideoStore
    library: Library
    write_coco: CocoWriter
    host: Host
    commands: SessionCommands
    demo: DemoSessions
    doorbell: Doorbell
    threads: Threads
    closing: ExitStack  # closes the parts in order: threads, host, library, database

    async def read(self, query: Callable[[Service], T]) -> T:
        """A short look into the stores."""
        return await self.threads.read(query, self)

    async def command(self, command: Callable[[Service], T]) -> T:
        """A change; it may wait for the engine."""
        return await self.threads.command(command, self)

    async def close(self) -> None:
        """End the feeds, then stop the host within a frame. Idempotent."""
        self.doorbell.close()
        await asyncio.to_thread(self.closing.close)
