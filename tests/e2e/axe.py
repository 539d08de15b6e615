"""axe-core over a page: what it finds serious for who reads by ear or moves by keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page


class Axe:
    """The page's context must bypass its Content-Security-Policy."""

    def __init__(self, repository: Path) -> None:
        self._script = repository / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
        if not self._script.is_file():
            pytest.skip("axe-core is not installed: run `npm ci` in frontend")

    def judge(self, page: Page, state: str) -> None:
        """`state` is said if there is anything."""
        page.add_script_tag(path=self._script)
        found = page.evaluate("axe.run().then(({violations}) => violations)")
        serious = [
            (v["id"], [node["html"][:120] for node in v["nodes"]][:3])
            for v in found
            if v["impact"] in ("serious", "critical")
        ]
        assert serious == [], (state, serious)
