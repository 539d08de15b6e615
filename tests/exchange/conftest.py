"""What the tests of exports and imports share."""

from __future__ import annotations

from tests.backend.databases import (  # noqa: F401 - fixtures: pytest finds them by their name here
    database,
    database_url,
    empty_postgresql,
    postgresql_server,
)
from tests.backend.disks import small_disk  # noqa: F401 - a fixture, as above
