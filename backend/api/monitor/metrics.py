"""What Prometheus reads at `/metrics`: counters, gauges and histograms of this process.

Labels come from fixed lists only. An id or a client's own word would make a time series each, for ever.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

from backend.api.monitor.routes import OTHER

CLICK_S = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30, 120)
FRAME_S = (0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1, 2, 5, 15)
HTTP_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
IMPORT_S = (1, 3, 10, 30, 100, 300, 1000, 3000, 10_000)
PARTS = ("api", "exchange", "host", "media", "serve", "store", "worker")
METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")


class Metrics:
    """A `backend.domain.observing.Observer`, and what the web side counts. One for each service."""

    def __init__(self, open_feeds: Callable[[], int]) -> None:
        self._registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self._registry)
        self._gauge("feeds_open", "Readers of session feeds.").set_function(open_feeds)
        self._make_engine_metrics()
        self._make_web_metrics()

    def text(self) -> bytes:
        return generate_latest(self._registry)

    def click_answered(self, waited_s: float) -> None:
        self._clicks.observe(waited_s)

    def frame_tracked(self, took_s: float, objects: int) -> None:
        self._frames.observe(took_s)
        self._object_frames.inc(objects)

    def queue(self, waiting: int, tracking: int) -> None:
        self._waiting.set(waiting)
        self._tracking.set(tracking)

    def live(self, states: int, nbytes: int) -> None:
        self._live_states.set(states)
        self._live_bytes.set(nbytes)

    def evicted(self) -> None:
        self._evictions.inc()

    def out_of_memory(self) -> None:
        self._out_of_memory.inc()

    def imported(self, took_s: float, succeeded: bool) -> None:
        self._imports.labels("ready" if succeeded else "failed").observe(took_s)

    def answered(self, route: str, method: str, status: int, took_s: float) -> None:
        """An answer began: with a feed or a download, the rest of it is up to its reader."""
        method = method if method in METHODS else OTHER
        self._http.labels(route, method, f"{status // 100}xx").observe(took_s)

    def uploaded(self, nbytes: int) -> None:
        self._uploaded.inc(nbytes)

    def erred(self, part: str) -> None:
        self._errors.labels(part if part in PARTS else OTHER).inc()

    def _make_engine_metrics(self) -> None:
        self._clicks = self._histogram("click_seconds", "From a prompt to its stored masks.", CLICK_S)
        self._frames = self._histogram("frame_seconds", "Tracking one frame of one session.", FRAME_S)
        self._object_frames = self._counter("object_frames", "Masks that tracking drew.")
        self._waiting = self._gauge("queue_length", "Commands that wait for the engine.")
        self._tracking = self._gauge("propagations_running", "Propagations that share the engine.")
        self._live_states = self._gauge("live_states", "Sessions in memory.")
        self._live_bytes = self._gauge("live_state_bytes", "Memory of the sessions in memory.")
        self._evictions = self._counter("evictions", "Sessions put away for want of memory.")
        self._out_of_memory = self._counter("out_of_memory", "Times the device had no memory left.")

    def _make_web_metrics(self) -> None:
        self._imports = self._histogram("import_seconds", "Reading an uploaded video.", IMPORT_S, "outcome")
        self._http = self._histogram(
            "http_seconds", "Until an answer began.", HTTP_S, "route", "method", "status"
        )
        self._uploaded = self._counter("upload_bytes", "Bytes of resumable uploads.")
        self._errors = self._counter(
            "errors", "Lines of the log at ERROR, by the part that wrote them.", "part"
        )
        for part in (*PARTS, OTHER):
            self._errors.labels(part)  # there from the start, so that the first one is seen as a rise

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(f"masklet_{name}", what, labels, registry=self._registry)

    def _gauge(self, name: str, what: str) -> Gauge:
        return Gauge(f"masklet_{name}", what, registry=self._registry)

    def _histogram(self, name: str, what: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"masklet_{name}", what, labels, buckets=buckets, registry=self._registry)


class ErrorCounter(logging.Handler):
    """Counts the log's errors. Belongs on the root logger of a process."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__(logging.ERROR)
        self._metrics = metrics

    def emit(self, record: logging.LogRecord) -> None:
        top, _, rest = record.name.partition(".")
        self._metrics.erred(rest.partition(".")[0] if top == "backend" else OTHER)
