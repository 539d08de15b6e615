"""Masks leave by the Export dialog and come back by its other tab, as a person does it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from backend.exchange.verify import verify
from tests.backend.small_video import FRAMES, HEIGHT, WIDTH, disc_x, write_small_video
from tests.e2e.editor import Editor, Pictures, new_context
from tests.e2e.server import MaskletServer
from tests.e2e.session_view import view


def test_masks_go_out_and_come_in(
    browser: Browser, server: MaskletServer, tmp_path: Path, pictures: Path
) -> None:
    source = write_small_video(tmp_path / "Disc.mp4")
    shots = Pictures(pictures / "exchange")
    context = new_context(browser)
    page = context.new_page()
    editor = open_and_track(page, server, source)

    page.get_by_test_id("export").click()
    page.get_by_test_id("format-davis").click()
    page.get_by_test_id("export-frames").check()
    page.get_by_test_id("export-last").fill("99")
    expect(page.get_by_test_id("start-export")).to_be_disabled()  # the video has no such frame
    page.get_by_test_id("export-last").fill("8")
    page.get_by_test_id("export-stride").fill("2")
    page.get_by_test_id("start-export").click()
    job = page.get_by_test_id("export-job")
    expect(job).to_have_attribute("data-state", "DONE")
    shots.take(page, "exported")
    with page.expect_download() as coming:
        page.get_by_test_id("download-export").click()
    assert coming.value.suggested_filename == "Disc.davis.zip"
    path = tmp_path / "Disc.davis.zip"
    coming.value.save_as(path)
    assert verify(path, source).pictures == 5

    page.get_by_test_id("exchange-import").click()
    page.get_by_test_id("import-file").set_input_files(spoilt(path, tmp_path))
    expect(page.get_by_test_id("import-problems")).to_contain_text("another file")
    shots.take(page, "report")
    before = view(server, editor.session_id)
    assert len(before.names) == 1, "nothing comes in before it is confirmed"
    page.get_by_test_id("confirm-import").click()
    expect(editor.rows).to_have_count(2)
    editor.has_mask_frames(2, 5)
    after = view(server, editor.session_id)
    for frame_idx in range(0, 9, 2):
        assert after.rles[(2, frame_idx)] == before.rles[(1, frame_idx)]
    page.get_by_test_id("export").click()
    page.get_by_test_id("exchange-import").click()
    (tmp_path / "notes.txt").write_text("nothing of the kind")
    page.get_by_test_id("import-file").set_input_files(tmp_path / "notes.txt")
    expect(page.get_by_test_id("import-refused")).to_contain_text("no annotation file")
    context.close()


def open_and_track(page: Page, server: MaskletServer, source: Path) -> Editor:
    page.goto(server.url)
    page.get_by_test_id("file-input").set_input_files(source)
    page.get_by_role("button", name="Open Disc").click()
    page.wait_for_url("**/s/*")
    editor = Editor(page, WIDTH, HEIGHT)
    editor.click((disc_x(0), HEIGHT // 2))
    editor.shows_masks_of(1)
    page.get_by_test_id("track").click()
    editor.has_mask_frames(1, FRAMES)
    return editor


def spoilt(export: Path, folder: Path) -> Path:
    """The same export, as if it were another file's."""
    copy = folder / "spoilt.zip"
    with zipfile.ZipFile(export) as old, zipfile.ZipFile(copy, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "masklet.json":
                manifest = json.loads(data)
                manifest["source"]["sha256"] = "0" * 64
                data = json.dumps(manifest).encode()
            new.writestr(name, data)
    return copy
