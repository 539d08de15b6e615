"""The gunicorn worker: uvicorn, with an end that open streams cannot hold up."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from gunicorn.arbiter import Arbiter
from uvicorn.server import Server
from uvicorn_worker import UvicornWorker

GRACE_S = 2  # for requests that still run after the feeds were ended
LAST_RESORT_S = GRACE_S + 2  # then uvicorn breaks off what is left


class PromptServer(Server):
    """Ends the feeds as soon as it is told to stop, since uvicorn itself would wait for them."""

    def __init__(self, *args: Any, on_ready: Callable[[], None], on_stop: Callable[[], None]) -> None:
        super().__init__(*args)
        self._on_ready = on_ready
        self._on_stop = on_stop

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            self._on_ready()

    async def shutdown(self, sockets: Any = None) -> None:
        self._on_stop()
        cutting_off = asyncio.create_task(self._cut_off())
        await super().shutdown(sockets=sockets)
        cutting_off.cancel()

    async def _cut_off(self) -> None:
        """Hang up on who is still reading or sending, such as a player that paused or an upload."""
        await asyncio.sleep(GRACE_S)
        for connection in list(self.server_state.connections):
            connection.transport.abort()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Unlike uvicorn's, does not raise the signal again at the end: a Ctrl-C is no failure."""
        if self.should_exit and sig == signal.SIGINT:
            self.force_exit = True
        self.should_exit = True


class MaskletWorker(UvicornWorker):
    """Its application is `backend.serve.server.MaskletApplication`."""

    CONFIG_KWARGS = {
        "loop": "asyncio",
        "http": "h11",
        "ws": "none",
        "lifespan": "on",
        "timeout_graceful_shutdown": LAST_RESORT_S,
        "server_header": False,
    }

    _server: PromptServer | None = None

    def init_signals(self) -> None:
        super().init_signals()
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the master decides what a closed terminal means

    async def _serve(self) -> None:
        self.config.app = self.wsgi
        self._server = PromptServer(self.config, on_ready=self.app.announce, on_stop=self.app.end_feeds)
        self._install_sigquit_handler()
        await self._server.serve(sockets=self.sockets)
        if not self._server.started:
            sys.exit(Arbiter.WORKER_BOOT_ERROR)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGQUIT: what the master sends when it got a SIGINT that this process did not."""
        self.alive = False
        if self._server is not None:
            self._server.should_exit = True
