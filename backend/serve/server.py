"""Masklet under gunicorn: one master that looks after one worker."""

from __future__ import annotations

import logging
import signal
import socket
import sys
import tempfile
from types import FrameType
from typing import TYPE_CHECKING

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.errors import AppImportError
from gunicorn.workers.base import Worker
from starlette.types import ASGIApp

from backend.api.owner_key import owner_key
from backend.api.team.ways_in import join_url
from backend.domain.errors import MaskletError
from backend.serve import logs
from backend.serve.allocator import share_arenas
from backend.serve.stopping import Stopping
from backend.serve.watchdog import Lifeline
from backend.settings import Settings

if TYPE_CHECKING:
    from backend.api.context import Service

CLOSING_S = (
    8  # after the requests, for the frame in hand; then gunicorn kills the worker, and nothing is lost
)


class OneWorkerArbiter(Arbiter):
    """gunicorn's master, without the signals that would start a second worker beside the first.

    A closed terminal (SIGHUP) ends the server, unless it was started to outlive it (`nohup`). A second
    SIGTERM hurries a stop that is under way.
    """

    _told_to_stop = False

    def signal(self, sig: int, frame: FrameType | None) -> None:
        if sig == signal.SIGTERM:
            sig = signal.SIGQUIT if self._told_to_stop else sig
            self._told_to_stop = True
        super().signal(sig, frame)

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
        self.settings = settings
        self._lifeline = Lifeline.make()
        self._log_form = logs.formatter_of(settings.log_format)
        self._service: Service | None = None
        super().__init__()

    def run(self) -> None:
        OneWorkerArbiter(self).run()

    def load_config(self) -> None:
        host = self.settings.host
        options = {
            "bind": f"[{host}]:{self.settings.port}" if ":" in host else f"{host}:{self.settings.port}",
            "workers": 1,  # sessions live in one process; threads and the event loop do the rest
            "worker_class": "backend.serve.worker.MaskletWorker",
            "timeout": 0,  # a stream lasts as long as someone reads it
            "graceful_timeout": self.settings.stop_s + CLOSING_S,
            "logger_class": logs.gunicorn_logger(self._log_form),
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
        from backend.api.monitor.metrics import ErrorCounter
        from backend.app import open_service, web_app

        tempfile.tempdir = str(self.settings.data / "tmp")  # large forms are spooled beside the data
        logs.set_up(self._log_form)
        try:
            self._service = open_service(self.settings)
            logging.getLogger().addHandler(ErrorCounter(self._service.metrics))
            return web_app(self._service)
        except (MaskletError, OSError, ValueError) as error:
            raise AppImportError(f"Masklet cannot start: {error}") from error

    def announce(self) -> None:
        """The server accepts requests now."""
        assert self._service is not None
        engine = next((engine for engine in self._service.host.engines() if engine.available), None)
        named = f"engine: {engine.label}, {engine.device}" if engine else "no engine is available"
        print(f"Masklet is ready at {self.settings.address} ({named})", flush=True)
        if not self.settings.open_here:
            print(f"It is closed to others. Your link: {owner_link(self.settings)}", flush=True)

    def stopping(self) -> Stopping:
        assert self._service is not None
        service = self._service
        return Stopping(service.begin_stop, lambda: service.traffic.unanswered, float(self.settings.stop_s))

    def _post_fork(self, arbiter: object, worker: Worker) -> None:
        share_arenas()  # before there are threads
        self._lifeline.hold()


def owner_link(settings: Settings) -> str:
    base = settings.api_url or f"http://{_address_to_share(settings.host)}:{settings.port}"
    return join_url(base, owner_key(settings.data))


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
