"""What the tests of exports and imports share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from backend import client as masklet
from tests.backend.databases import (  # noqa: F401 - fixtures: pytest finds them by their name here
    database,
    database_url,
    empty_postgresql,
    postgresql_server,
)
from tests.backend.disks import small_disk  # noqa: F401 - a fixture, as above
from tests.backend.live import Live
from tests.exchange.working import upload_video, working


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with working(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="module")
def video_id(server: Live, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Of twelve frames."""
    return upload_video(server, tmp_path_factory.mktemp("video"))


@pytest.fixture(scope="module")
def client(server: Live) -> Iterator[masklet.Client]:
    with masklet.Client(server.url) as connected:
        yield connected
