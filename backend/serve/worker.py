"""The gunicorn worker: uvicorn, with an end that open streams cannot hold up."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from gunicorn.arbiter import Arbiter
from uvicorn.server import Server
from uvicorn_worker import UvicornWorker

from backend.serve.stopping import Stopping

GRACE_S = 2.0  # for who is still reading or sending after the feeds were ended
LAST_RESORT_S = 2  # for requests to notice that, before they are broken off
SAME_PRESS_S = 1.0  # a Ctrl-C arrives twice: from the terminal, and from the master
LOOK_S = 0.05


class PromptServer(Server):
    """Ends the feeds as soon as it is told to stop, since uvicorn itself would wait for them.

    A second signal hurries: nobody is waited for any more.
    """

    def __init__(self, *args: Any, on_ready: Callable[[], None], stopping: Callable[[], Stopping]) -> None:
        super().__init__(*args)
        self._on_ready = on_ready
        self._stopping = stopping
        self._told_s: float | None = None
        self._hurries = False

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            self._on_ready()

    async def shutdown(self, sockets: Any = None) -> None:
        stopping = self._stopping()
        stopping.begin()
        cutting_off = asyncio.create_task(self._cut_off(stopping))
        await super().shutdown(sockets=sockets)
        cutting_off.cancel()

    async def _cut_off(self, stopping: Stopping) -> None:
        """Once all that was asked is answered, hang up on who is still reading or sending: a player that
        paused, half a request."""
        began_s = time.monotonic()
        waited_s = 0.0
        while not self._hurries and waited_s < stopping.patience_s:
            if waited_s >= GRACE_S and not stopping.unanswered():
                break
            await asyncio.sleep(LOOK_S)
            waited_s = time.monotonic() - began_s
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await asyncio.sleep(0.0 if self._hurries else LAST_RESORT_S)
        for task in list(self.server_state.tasks):
            task.cancel()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Unlike uvicorn's, does not raise the signal again at the end: a Ctrl-C is no failure."""
        now_s = time.monotonic()
        if self._told_s is None:
            self._told_s = now_s
        elif now_s - self._told_s >= SAME_PRESS_S:
            self._hurries = True
        self.should_exit = True


class MaskletWorker(UvicornWorker):
    """Its application is `backend.serve.server.MaskletApplication`."""

    CONFIG_KWARGS = {
        "loop": "asyncio",
        "http": "h11",
        "ws": "none",
        "lifespan": "on",
        "server_header": False,
    }

    _server: PromptServer | None = None

    def init_signals(self) -> None:
        super().init_signals()
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the master decides what a closed terminal means

    async def _serve(self) -> None:
        self.config.app = self.wsgi
        settings = self.app.settings
        self.config.timeout_graceful_shutdown = settings.stop_s + 2 * LAST_RESORT_S  # comes last
        self.config.h11_max_incomplete_event_size = settings.limits.header_bytes
        self._server = PromptServer(self.config, on_ready=self.app.announce, stopping=self.app.stopping)
        self._install_sigquit_handler()
        await self._server.serve(sockets=self.sockets)
        if not self._server.started:
            sys.exit(Arbiter.WORKER_BOOT_ERROR)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGQUIT: what the master sends when it got a SIGINT that this process did not."""
        self.alive = False
        if self._server is not None:
            self._server.handle_exit(sig, frame)
