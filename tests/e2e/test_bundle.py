"""The app stays small: what a browser must fetch to show a session, and what comes when it is asked for."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

FIRST_KB = 190  # gzipped: the script that index.html names. 156 on the day this was written
STYLES_KB = 14
LATER_KB = 30  # each piece that is fetched when it is opened
LATER = ("EffectsPanel", "downloadComposed", "KeyEditor")


@pytest.fixture(scope="module")
def built(repository: Path) -> Path:
    dist = repository / "frontend" / "dist"
    if not (dist / "index.html").is_file():
        pytest.skip("the app is not built: run `make build`")
    return dist


def gzipped_kb(path: Path) -> float:
    return len(gzip.compress(path.read_bytes())) / 1000


def test_the_first_page_needs_little(built: Path) -> None:
    index = (built / "index.html").read_text()
    (script,) = re.findall(r'src="/(assets/index-[^"]+\.js)"', index)
    (styles,) = re.findall(r'href="/(assets/index-[^"]+\.css)"', index)
    assert gzipped_kb(built / script) < FIRST_KB
    assert gzipped_kb(built / styles) < STYLES_KB


def test_what_few_open_comes_when_it_is_opened(built: Path) -> None:
    for name in LATER:
        (piece,) = built.glob(f"assets/{name}-*.js")
        assert gzipped_kb(piece) < LATER_KB, name
