"""Masklet under gunicorn: one master that looks after one worker."""

from __future__ import annotations

import logging
import signal
import socket
import sys
import tempfile
from typing import TYPE_CHECKING

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.errors import AppImportError
from gunicorn.workers.base import Worker
from starlette.types import ASGIApp

from backend.api.owner_key import owner_key
from backend.domain.errors import MaskletError
from backend.serve.watchdog import Lifeline
from backend.settings import Settings

if TYPE_CHECKING:
    from backend.api.context import Service

GRACE_S = 8  # then gunicorn kills the worker; nothing acknowledged is lost by that


class OneWorkerArbiter(Arbiter):
    """gunicorn's master, without the signals that would start a second worker beside the first.

    A closed terminal (SIGHUP) ends the server, unless it was started to outlive it (`nohup`).
    """

    def init_signals(self) -> None:
        outlives_terminal = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        super().init_signals()
        for unwanted in (signal.SIGTTIN, signal.SIGTTOU, signal.SIGUSR2, signal.SIGWINCH):
            signal.signal(unwanted, signal.SIG_IGN)
        if outlives_terminal:
            signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def handle_hup(self) -> None:
        self.handle_term()


class MaskletApplication(BaseApplication):
    """What gunicorn runs. The master only watches; `load` and what follows happen in the worker."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lifeline = Lifeline.make()
        self._service: Service | None = None
        super().__init__()

    def run(self) -> None:
        OneWorkerArbiter(self).run()

    def load_config(self) -> None:
        host = self._settings.host
        options = {
            "bind": f"[{host}]:{self._settings.port}" if ":" in host else f"{host}:{self._settings.port}",
            "workers": 1,  # sessions live in one process; threads and the event loop do the rest
            "worker_class": "backend.serve.worker.MaskletWorker",
            "timeout": 0,  # a stream lasts as long as someone reads it
            "graceful_timeout": GRACE_S,
            "keepalive": 15,
            "loglevel": "warning",
            "control_socket_disable": True,
            "proc_name": "masklet",
            "post_fork": self._post_fork,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> ASGIApp:
        # Only in the worker: a process that has loaded OpenCV and its threads must not be forked (macOS).
        from backend.app import open_service, web_app

        tempfile.tempdir = str(self._settings.data / "tmp")  # large forms are spooled beside the data
        logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
        logging.getLogger("backend").setLevel(logging.INFO)
        try:
            self._service = open_service(self._settings)
            return web_app(self._service)
        except (MaskletError, OSError, ValueError) as error:
            raise AppImportError(f"Masklet cannot start: {error}") from error

    def announce(self) -> None:
        """The server accepts requests now."""
        assert self._service is not None
        engine = next((engine for engine in self._service.host.engines() if engine.available), None)
        named = f"engine: {engine.label}, {engine.device}" if engine else "no engine is available"
        print(f"Masklet is ready at {self._settings.address} ({named})", flush=True)
        if not self._settings.open_here:
            print(f"It is closed to others. Your link: {owner_link(self._settings)}", flush=True)

    def end_feeds(self) -> None:
        if self._service is not None:
            self._service.begin_stop()

    def _post_fork(self, arbiter: object, worker: Worker) -> None:
        self._lifeline.hold()


def owner_link(settings: Settings) -> str:
    base = settings.api_url or f"http://{_address_to_share(settings.host)}:{settings.port}"
    return f"{base}/?key={owner_key(settings.data)}"


def _address_to_share(host: str) -> str:
    """Where others reach this machine: with 0.0.0.0, the address that it uses in its own network."""
    if host not in ("0.0.0.0", "::"):
        return f"[{host}]" if ":" in host else host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a documentation address; connecting sends nothing
            return probe.getsockname()[0]
        except OSError:
            return socket.gethostname()


def serve(settings: Settings) -> None:
    """Does not return: gunicorn ends the process."""
    MaskletApplication(settings).run()
    sys.exit(0)
