"""A browser that asks for Chinese gets it, also of what the server says."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.e2e.editor import new_context
from tests.e2e.server import MaskletServer


def test_what_the_server_says_is_said_in_the_readers_language(
    browser: Browser, server: MaskletServer, tmp_path: Path
) -> None:
    broken = tmp_path / "notes.mp4"
    broken.write_text("no video\n")
    server.upload(broken, broken.name)
    for locale, engine, why in (
        ("zh-CN", "颜色与运动", "此文件不是 Masklet 可读取的视频"),
        ("en-GB", "Colour & motion", "This file is no video that Masklet can read"),
    ):
        context = new_context(browser, locale=locale)
        page = context.new_page()
        page.goto(server.url)
        card = page.get_by_test_id("video-card")
        expect(card).to_have_attribute("data-state", "FAILED")
        expect(card).to_contain_text(why)
        expect(page.get_by_test_id("engine-menu")).to_contain_text(engine)
        context.close()
