"""A browser for these tests, and a place for their pictures."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.chromium import find_chromium
from tests.e2e.server import MaskletServer

QUIET = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium. Closed with its module: Playwright's event loop must not run under other tests."""
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium here; `make test` installs one where it can")
    root = ("--no-sandbox",) if os.geteuid() == 0 else ()  # Chromium refuses to run as root with it
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=[*QUIET, *root])
        yield running
        running.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MaskletServer]:
    """A running Masklet for all tests of a module, without clips of its own."""
    running = MaskletServer(tmp_path_factory.mktemp("masklet"), gallery=False)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def pictures(repository: Path) -> Path:
    """Screenshots of each step, to be looked at. Git ignores them."""
    folder = repository / "artifacts" / "e2e"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
