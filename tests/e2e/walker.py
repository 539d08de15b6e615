"""Presses all that a page offers to somebody, and notes what was asked of the server and what it refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Error, Page, expect

# What the app fetches, heard inside the page: bodies of answers cannot be read from a handler out here.
LISTEN = """(() => {
    const asked = window.fetch;
    window.fetch = async (what, init) => {
        const answer = await asked(what, init);
        const isFeed = (answer.headers.get('content-type') ?? '').includes('event-stream');
        const name = (() => {
            try { return JSON.parse(init.body).operationName } catch { return null }
        })();
        if (isFeed) return answer;
        const body = await answer.clone().json().catch(() => null);
        const code = body?.errors?.[0]?.extensions?.code ?? body?.code ?? null;
        const sentence = body?.errors?.[0]?.message ?? body?.error ?? null;
        window.heard(String(what.url ?? what), name, answer.status, code, sentence);
        return answer;
    };
})()"""
OFFERED = """() => {
    const shown = [...document.querySelectorAll('button, [role=menuitem], summary, [role=tab]')].filter(
        (one) => !one.disabled && one.getClientRects().length > 0 && !one.closest('[inert]')
            && getComputedStyle(one).visibility !== 'hidden');
    const modal = [...document.querySelectorAll('dialog[open]')].at(-1);
    const inside = modal ? shown.filter((one) => modal.contains(one)) : shown;
    return inside.map((one) => {
        const name = one.dataset.testid || one.getAttribute('aria-label') || one.textContent.trim();
        one.dataset.walked = encodeURIComponent(name);
        return name;
    });
}"""
EMPTY = "textarea:placeholder-shown, dialog[open] input[type=text]:placeholder-shown"
MAY_NOT = frozenset({"FORBIDDEN", "NOT_FOUND", "UNAUTHENTICATED"})
SETTLED_MS = 400  # also for a dialog that is fetched when it is opened
UNQUOTED = "!~*'()"  # by encodeURIComponent


@dataclass
class Walker:
    """`passed_over`: what is not pressed, such as the way out, by a pattern of its name."""

    page: Page
    passed_over: re.Pattern[str]
    asked: set[str] = field(default_factory=set)  # operations by name
    refused: list[str] = field(default_factory=list)
    pressed: set[str] = field(default_factory=set)
    now: str = ""  # what was pressed last

    def __post_init__(self) -> None:
        self.page.context.expose_function("heard", self._heard)
        self.page.add_init_script(LISTEN)
        self.page.on("response", self._answered)
        self.page.on("dialog", lambda dialog: dialog.dismiss())

    def walk(self, url: str, shows: str) -> None:
        """All that is offered on a page once it `shows` an element, and in what that opens."""

        def open_it() -> None:
            self.page.goto(url)
            expect(self.page.locator(shows).first).to_be_visible()
            self._settle()

        open_it()
        for name in self._offered():
            self._back(url, open_it)
            if name not in self._offered():
                open_it()  # something that was pressed has put it away
            before = self._offered()
            if name not in before or not self._press(name, url) or self._has_left(url):
                continue
            for inner in [one for one in self._offered() if one not in before]:
                if inner not in self._offered():
                    self._back(url, open_it)
                    if name not in self._offered() or not self._press(name, url):
                        break
                if inner in self._offered():
                    self._press(inner, f"{url} > {name}")

    def _has_left(self, url: str) -> bool:
        return self.page.url.partition("?")[0] != url.partition("?")[0]

    def _back(self, url: str, open_it: Callable[[], None]) -> None:
        """To the page as it was, without what is open over it."""
        if self._has_left(url):
            open_it()
            return
        for _ in range(3):
            if not self.page.locator("dialog[open], [data-menu-open]").count():
                return
            self.page.keyboard.press("Escape")
        open_it()

    def _offered(self) -> list[str]:
        names = dict.fromkeys(self.page.evaluate(OFFERED))
        return [name for name in names if not self.passed_over.fullmatch(name)]

    def _press(self, name: str, where: str) -> bool:
        self.now = f"{where}: {name}"
        try:
            self.page.locator(f'[data-walked="{quote(name, safe=UNQUOTED)}"]:visible').first.click(
                timeout=2_000
            )
        except Error:
            return False  # something lies over it, or it has gone
        self.pressed.add(name)
        self._settle()
        return True

    def _settle(self) -> None:
        """Wait, and write a word wherever a button may wait for one."""
        self.page.wait_for_timeout(SETTLED_MS)
        for empty in self.page.locator(EMPTY).all():
            if empty.is_visible():
                empty.fill("Words")

    def _heard(self, url: str, name: str | None, status: int, code: str | None, sentence: str | None) -> None:
        if name:
            self.asked.add(name)
        if code in MAY_NOT or status in (401, 403, 404):
            self.refused.append(f"{self.now} -> {name or url}: {code or status} {sentence}")

    def _answered(self, response: Any) -> None:
        """What no `fetch` of the page brought: pictures, downloads."""
        if response.status in (401, 403, 404) and response.request.resource_type != "fetch":
            self.refused.append(f"{self.now} -> {response.url}: {response.status}")
