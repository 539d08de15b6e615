"""Where is a Chromium for the browser tests? `python -m tests.e2e.chromium` prints its path, or fails."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_APPS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


def find_chromium() -> Path | None:
    """`MASKLET_CHROMIUM` if set, else an installed Chromium or Chrome, else the one Playwright fetched."""
    if chosen := os.environ.get("MASKLET_CHROMIUM"):
        return Path(chosen) if Path(chosen).is_file() else None
    candidates = [shutil.which(name) for name in NAMES] + list(MAC_APPS)
    for candidate in candidates:
        if candidate and Path(candidate).is_file():
            return Path(candidate)
    return _playwrights_own()


def _playwrights_own() -> Path | None:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return path if path.is_file() else None


if __name__ == "__main__":
    browser = find_chromium()
    if browser is None:
        sys.exit("No Chromium was found.")
    print(f"      browser: {browser}")
