"""A closed server, as on a network, and the people who come to it. It listens to this machine only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.editor import new_context
from tests.e2e.server import MaskletServer


class ClosedServer(MaskletServer):
    """It says that its port is published to everybody, so nobody is let in without a link."""

    def __init__(self, folder: Path, **environment: str) -> None:
        super().__init__(folder, gallery=False, MASKLET_PUBLISHED_ON="0.0.0.0", **environment)

    def start(self) -> None:
        super().start()
        self.headers = {"Authorization": f"Bearer {self.owner_key}"}

    @property
    def owner_key(self) -> str:
        return (self.folder / "data" / "owner.key").read_text().strip()

    @property
    def owner_link(self) -> str:
        """What it printed at its first start."""
        found = re.findall(r"\S+/join#\S+", self.log.read_text())
        assert found, self.log.read_text()
        return f"{self.url}/join#{found[0].rsplit('#', 1)[1]}"


@dataclass(frozen=True)
class Terms:
    """What a link is good for, as one chooses it in the dialog."""

    role: str
    uses: str = ""
    passphrase: str = ""
    label: str = ""


def visitor(browser: Browser) -> tuple[BrowserContext, Page]:
    """The browser of somebody else. Without the page's policy, so that axe can be put in."""
    context = new_context(browser, bypass_csp=True)
    return context, context.new_page()


def join(page: Page, link: str, name: str, passphrase: str = "") -> None:
    """Open a link, say one's name, and be in."""
    page.goto(link)
    page.get_by_test_id("join-name").fill(name)
    page.get_by_test_id("join").click()
    if passphrase:
        page.get_by_test_id("join-passphrase").fill(passphrase)
        page.get_by_test_id("join").click()
    page.wait_for_url(lambda url: "/join" not in url)


def make_link(page: Page, terms: Terms) -> str:
    """In the open share dialog: a new link, as it is shown this once."""
    page.get_by_test_id("link-role").select_option(terms.role)
    page.get_by_test_id("link-uses").fill(terms.uses)
    page.get_by_test_id("link-passphrase").fill(terms.passphrase)
    page.get_by_test_id("link-label").fill(terms.label)
    shown = page.get_by_test_id("new-link")
    before = shown.input_value() if shown.count() else ""
    page.get_by_test_id("create-link").click()
    expect(shown).not_to_have_value(before)
    return shown.input_value()
