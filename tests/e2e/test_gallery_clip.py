"""A clip of the gallery with three objects, one of them by a box: also the picture of the README."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, expect

from sam2.procedural.clips import rendered_clips
from tests.e2e.clips import inside
from tests.e2e.editor import Editor, Pictures, new_context
from tests.e2e.server import MaskletServer
from tests.e2e.session_view import intersection_over_union, view, wait_for

CLIP = "koi-pond"
SHOWN = 24  # the frame in the picture


def test_three_objects_forward(browser: Browser, gallery_server: MaskletServer, pictures: Path) -> None:
    clip = next(clip for clip in rendered_clips() if clip.name == CLIP)
    context = new_context(browser)
    page = context.new_page()
    page.goto(gallery_server.url)
    page.get_by_role("button", name=re.compile(f"^Open {clip.title}")).click()
    page.wait_for_url("**/s/*")
    editor = Editor(page, *clip.size)

    truth = clip.masks(0)
    for object_id, (name, mask) in enumerate(truth.items(), 1):
        if object_id > 1:
            page.get_by_test_id("add-object").click()
            expect(editor.rows).to_have_count(object_id)
        if object_id == 1:
            editor.drag(*corners(mask))
        else:
            editor.click(inside(mask))
        editor.shows_masks_of(*range(1, object_id + 1))
        editor.rename(object_id, name.capitalize())
    prompted = wait_for(
        gallery_server, editor.session_id, lambda seen: len(seen.rles) == len(truth), "three masks"
    )
    assert prompted.points.keys() == {(2, 0), (3, 0)}  # the first has a box
    for object_id, mask in enumerate(truth.values(), 1):
        assert intersection_over_union(prompted.mask(object_id, 0), mask) > 0.6, prompted.names[object_id]

    page.get_by_label("Choose the direction").click()
    page.get_by_test_id("track-menu-forward").click()
    for object_id in range(1, len(truth) + 1):
        editor.has_mask_frames(object_id, clip.num_frames)
    expect(editor.progress).to_be_hidden()
    done = view(gallery_server, editor.session_id)
    assert done.propagation["framesTotal"] == clip.num_frames
    editor.go_to(SHOWN)
    editor.shows_masks_of(*range(1, len(truth) + 1))
    page.mouse.move(4, 4)
    Pictures(pictures / "gallery").take(page, "three-objects")
    context.close()


def corners(mask: np.ndarray) -> tuple[tuple[float, float], tuple[float, float]]:
    """The box around a mask, a little wider."""
    ys, xs = np.nonzero(mask)
    return (float(xs.min()) - 2, float(ys.min()) - 2), (float(xs.max()) + 2, float(ys.max()) + 2)
