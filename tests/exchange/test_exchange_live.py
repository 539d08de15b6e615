"""Masks leave a running server and come back into it, over HTTP, with real jobs in real processes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backend.domain.session import MaskOrigin
from backend.exchange.manifest import Manifest, sha256
from tests.backend.live import Live, wait_until
from tests.exchange.working import (
    START_EXPORT,
    bring_in,
    export,
    finished,
    tracked_session,
    unzipped,
)

FRAMES = 12


@pytest.fixture(scope="module")
def session_id(server: Live, video_id: str) -> str:
    return tracked_session(server, video_id, objects=2)


def masks_of(server: Live, session_id: str) -> dict[tuple[int, int], str]:
    masks = server.service.sessions.masks(session_id)
    return {(m.object_id, m.frame_idx): m.rle.counts for m in masks if m.rle and m.area}


def test_an_export_is_a_zip_with_a_manifest(
    server: Live, session_id: str, video_id: str, tmp_path: Path
) -> None:
    folder = unzipped(export(server, session_id, first=2, last=9, stride=3), tmp_path)
    manifest = Manifest.load(folder)
    video = server.service.videos.video(video_id)
    assert manifest.source.sha256 == video.source_sha256 and manifest.source.num_frames == FRAMES
    assert manifest.frames == (2, 5, 8)
    assert [float(stamp * manifest.time_base) for stamp in manifest.pts] == pytest.approx(
        [video.pts_s[i] for i in manifest.frames]
    )
    assert manifest.drawn.session_id == session_id and manifest.drawn.engine_id == "fake"
    assert manifest.drawn.session_version == server.service.sessions.session(session_id).version
    assert manifest.files == {
        "annotations/instances_default.json": sha256(folder / "annotations/instances_default.json")
    }
    document = json.loads((folder / "annotations/instances_default.json").read_text())
    assert {image["frame_index"] for image in document["images"]} == {2, 5, 8}


def test_only_the_chosen_objects_leave(server: Live, session_id: str, tmp_path: Path) -> None:
    folder = unzipped(export(server, session_id, o=[2]), tmp_path)
    document = json.loads((folder / "annotations/instances_default.json").read_text())
    assert {entry["track_id"] for entry in document["annotations"]} == {2}


def test_several_sessions_leave_together(
    server: Live, session_id: str, video_id: str, tmp_path: Path
) -> None:
    other = tracked_session(server, video_id)
    folder = unzipped(export(server, session_id, other, form="davis"), tmp_path)
    parts = sorted(path.parent for path in folder.rglob("masklet.json"))
    assert len(parts) == 2
    assert {Manifest.load(part).drawn.session_id for part in parts} == {session_id, other}


def test_a_download_knows_ranges_and_is_no_page(server: Live, session_id: str) -> None:
    job = finished(server, server.ask(START_EXPORT, s=[session_id], f="coco"))
    answer = server.client.get(job["downloadUrl"], headers={"Range": "bytes=0-3"})
    assert (answer.status_code, answer.content) == (206, b"PK\x03\x04")
    assert answer.headers["content-disposition"] == 'attachment; filename="Disc.coco.zip"'
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("form", ["coco", "youtube-vis", "png", "sav"])
def test_what_left_comes_back_the_same(server: Live, session_id: str, video_id: str, form: str) -> None:
    """Every mask to the bit, under the same id, in a new session; and all of it at once."""
    done = bring_in(server, export(server, session_id, form=form), video_id)
    assert done["state"] == "DONE" and done["report"]["format"] == form, done
    assert masks_of(server, done["sessionId"]) == masks_of(server, session_id)
    names = [tracked.name for tracked in server.service.sessions.objects(done["sessionId"])]
    assert len(names) == 2


def test_an_import_changes_nothing_before_it_is_wanted(server: Live, session_id: str, video_id: str) -> None:
    data = export(server, session_id)
    before = server.service.sessions.session(session_id).version
    report = bring_in(server, data, video_id, s=session_id, dry=True)["report"]
    assert [(one["numMasks"], one["firstFrame"], one["lastFrame"]) for one in report["objects"]] == [
        (FRAMES, 0, FRAMES - 1)
    ] * 2
    assert server.service.sessions.session(session_id).version == before


def test_imported_masks_join_a_session_as_new_objects(server: Live, session_id: str, video_id: str) -> None:
    own = tracked_session(server, video_id)
    before = masks_of(server, own)
    done = bring_in(server, export(server, session_id), video_id, s=own)
    ids = [one["objectId"] for one in done["report"]["objects"]]
    assert ids == [3, 2] or ids == [2, 3], "1 is in use there"
    after = masks_of(server, own)
    assert {place: mask for place, mask in after.items() if place[0] == 1} == before
    assert len(after) == len(before) + 2 * FRAMES


def test_the_log_says_who_imported_what(server: Live, session_id: str, video_id: str) -> None:
    job = bring_in(server, export(server, session_id), video_id, s=session_id)
    query = """query($s: ID!) { ledger(sessionId: $s, first: 1) { entries {
        what subjectId person { name } objects { objectId firstFrame } } } }"""
    (entry,) = server.ask(query, s=session_id)["entries"]
    assert (entry["what"], entry["subjectId"], entry["person"]) == ("startImport", job["id"], {"name": "You"})
    brought = [{"objectId": one["objectId"], "firstFrame": 0} for one in job["report"]["objects"]]
    assert entry["objects"] == brought and brought


def test_tracking_goes_on_from_imported_masks_and_leaves_them(
    server: Live, session_id: str, video_id: str
) -> None:
    data = export(server, session_id, o=[1], first=4, last=6)
    done = bring_in(server, data, video_id)
    brought = masks_of(server, done["sessionId"])
    origins = {m.frame_idx: m.origin for m in server.service.sessions.masks(done["sessionId"])}
    assert origins == {4: MaskOrigin.PROMPT, 5: MaskOrigin.IMPORT, 6: MaskOrigin.PROMPT}
    server.ask("mutation($s: ID!) { track(sessionId: $s) { id } }", s=done["sessionId"])
    wait_until(lambda: server.service.sessions.propagation(done["sessionId"]).state.value == "done")
    after = masks_of(server, done["sessionId"])
    assert len(after) == FRAMES, "the rest of the video was tracked from them"
    assert {place: after[place] for place in brought} == brought, "to the bit"
