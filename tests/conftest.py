"""What every test may use: one thread of arithmetic, and the real videos where they are present."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.server import MaskletServer

# Set before anything imports torch or OpenBLAS: tests of several people share few cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED_DATA = Path(os.environ.get("MASKLET_SHARED_DATA", REPOSITORY.parent / "shared" / "data"))


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_file() -> Callable[[str], Path]:
    """`shared_file("videos/02_cups.mp4")`: that file of the real test data, or the test is skipped."""

    def find(name: str) -> Path:
        path = SHARED_DATA / name
        if not path.exists():
            pytest.skip(f"no {name} in {SHARED_DATA}; set MASKLET_SHARED_DATA to a folder that has it")
        return path

    return find


@pytest.fixture(scope="session")
def gallery_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a server that has drawn its clips, which takes a while, and was stopped."""
    first = MaskletServer(tmp_path_factory.mktemp("gallery"))
    first.start()
    try:
        first.wait_for_gallery()
    finally:
        status = first.stop()
    assert status == 0, first.log.read_text()[-4000:]
    return first.folder / "data"


@pytest.fixture(scope="session")
def gallery_server(tmp_path_factory: pytest.TempPathFactory, gallery_data: Path) -> Iterator[MaskletServer]:
    """One running server for the tests that only need some server: the docs' examples, for one."""
    running = MaskletServer(tmp_path_factory.mktemp("masklet"), gallery_data)
    running.start()
    yield running
    assert running.stop() == 0, running.log.read_text()[-4000:]


@pytest.fixture
def own_server(tmp_path: Path, gallery_data: Path) -> Iterator[MaskletServer]:
    """A running server that a test may stop, kill and start again."""
    running = MaskletServer(tmp_path / "masklet", gallery_data)
    running.start()
    yield running
    running.stop()
