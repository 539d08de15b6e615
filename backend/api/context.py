"""What resolvers and web views work with. `create_app` fills it; nothing here is global."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TypeVar

from backend.api.doorbell import Doorbell
from backend.api.monitor.metrics import Metrics
from backend.api.monitor.requests import Traffic
from backend.api.official.adapter import DemoSessions
from backend.api.owner_key import OwnerKey
from backend.api.ports import CocoWriter, Covers, Library
from backend.api.threads import Threads
from backend.domain.acceptance import AcceptanceCommands
from backend.domain.commands import SessionCommands
from backend.domain.comments import CommentCommands
from backend.domain.ledger import LedgerReader
from backend.domain.objects import ObjectCommands
from backend.domain.people_commands import PeopleCommands
from backend.domain.ports import Host, SessionStore, VideoStore
from backend.domain.project_commands import ProjectCommands
from backend.domain.review import ReviewCommands
from backend.domain.scopes import Scopes
from backend.domain.shelf import ShelfCommands
from backend.exchange.jobs import Jobs
from backend.host.presence import PresenceRegistry
from backend.settings import Settings

T = TypeVar("T")


@dataclass(frozen=True)
class Service:
    """The parts of a running Masklet."""

    settings: Settings
    sessions: SessionStore
    videos: VideoStore
    scopes: Scopes
    people: PeopleCommands
    owner_key: OwnerKey | None  # None: the server is open
    library: Library
    write_coco: CocoWriter
    host: Host
    commands: SessionCommands
    objects: ObjectCommands
    review: ReviewCommands
    comments: CommentCommands
    acceptance: AcceptanceCommands
    ledger: LedgerReader
    shelf: ShelfCommands
    projects: ProjectCommands
    covers: Covers
    jobs: Jobs
    demo: DemoSessions
    doorbell: Doorbell
    presence: PresenceRegistry
    threads: Threads
    metrics: Metrics
    closing: ExitStack  # closes the parts in order: threads, host, library, database
    traffic: Traffic = field(default_factory=Traffic)
    stops: list[Callable[[], None]] = field(default_factory=list)  # see `on_stop`

    async def read(self, query: Callable[[Service], T]) -> T:
        """A short look into the stores."""
        return await self.threads.read(query, self)

    async def command(self, command: Callable[[Service], T]) -> T:
        """A change; it may wait for the engine."""
        return await self.threads.command(command, self)

    def on_stop(self, end: Callable[[], None]) -> None:
        """Have `end` called on the event loop when the server is to stop, to end what may last for long."""
        self.stops.append(end)

    def begin_stop(self) -> None:
        """End the feeds and what else lasts as long as its client likes. Idempotent; on the event loop."""
        self.doorbell.close()
        for end in self.stops:
            end()

    async def close(self) -> None:
        """What `begin_stop` does, then stop the host within a frame. Idempotent."""
        self.begin_stop()
        await asyncio.to_thread(self.closing.close)
