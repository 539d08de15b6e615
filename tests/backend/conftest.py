"""What the backend's tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.backend.databases import (  # noqa: F401 - fixtures: pytest finds them by their name here
    database,
    database_url,
    empty_postgresql,
    postgresql_server,
)
from tests.backend.disks import small_disk  # noqa: F401 - a fixture, as above


@pytest.fixture(scope="session")
def tiny_checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoints folder with a 128-pixel SAM 2 in it; skipped where PyTorch is missing."""
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: `make test` installs it")
    torch.set_num_threads(1)
    from tests.backend.tiny_checkpoint import write_tiny_checkpoint

    folder = tmp_path_factory.mktemp("checkpoints")
    write_tiny_checkpoint(folder)
    return folder
