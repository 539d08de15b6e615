"""What cannot be exported or imported is told line by line, and the session stays as it was."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.backend.live import Live, wait_until
from tests.backend.small_video import HEIGHT, WIDTH
from tests.exchange.working import (
    START_EXPORT,
    bring_in,
    export,
    finished,
    tracked_session,
    unzipped,
    zipped,
)

FRAMES = 12


@pytest.fixture(scope="module")
def session_id(server: Live, video_id: str) -> str:
    return tracked_session(server, video_id)


@pytest.fixture(scope="module")
def document(server: Live, session_id: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = unzipped(export(server, session_id), tmp_path_factory.mktemp("coco"))
    return json.loads((folder / "annotations/instances_default.json").read_text())


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"f": "gif"}, "There is no format 'gif'"),
        ({"o": [7]}, "no object 7"),
        ({"first": 99}, "Frame 99 is outside this video's frames 0..11."),
        ({"first": 5, "last": 2}, "The last frame, 2, must lie in 5..11."),
        ({"stride": 0}, "take 1 or more"),
        ({"s": []}, "Choose 1 to"),
    ],
)
def test_an_export_that_makes_no_sense_is_refused(
    server: Live, session_id: str, options: dict[str, Any], sentence: str
) -> None:
    _, told = server.refusal(START_EXPORT, **{"s": [session_id], "f": "coco", **options})
    assert sentence in told


def test_there_must_be_something_to_export(server: Live, video_id: str) -> None:
    empty = server.session(video_id)
    _, told = server.refusal(START_EXPORT, s=[empty], f="coco")
    assert "nothing to export yet" in told
    server.service.commands.add_object(empty)
    job = finished(server, server.ask(START_EXPORT, s=[empty], f="coco"))
    assert job["state"] == "FAILED" and "no mask on the chosen frames" in job["error"]


Change = Callable[[dict[str, Any]], None]


def shrink(document: dict[str, Any]) -> None:
    entry = document["annotations"][3]
    entry["segmentation"] = {"size": [HEIGHT // 2, WIDTH // 2], "counts": [0, HEIGHT * WIDTH // 4]}


def go_beyond(document: dict[str, Any]) -> None:
    document["images"][-1]["frame_index"] = 5000


def double(document: dict[str, Any]) -> None:
    document["annotations"].append({**document["annotations"][3], "id": 10_000})


def spoil(document: dict[str, Any]) -> None:
    document["annotations"][3]["segmentation"]["counts"] = "\x7f\x7f"


@pytest.mark.parametrize(
    ("change", "word"), [(shrink, "48 x 36"), (go_beyond, "5000"), (double, "there twice"), (spoil, "RLE")]
)
def test_one_bad_entry_is_told_and_nothing_comes_in_before_it_is_confirmed(
    server: Live, session_id: str, video_id: str, document: dict[str, Any], change: Change, word: str
) -> None:
    spoilt = json.loads(json.dumps(document))
    change(spoilt)
    data = json.dumps(spoilt).encode()
    before = server.service.sessions.session(session_id).version
    refused = bring_in(server, data, video_id, s=session_id)
    assert refused["state"] == "FAILED" and "confirm" in refused["error"], refused
    assert refused["report"]["numProblems"] == 1 and word in refused["report"]["problems"][0]
    assert server.service.sessions.session(session_id).version == before
    done = bring_in(server, data, video_id, confirmed=True)
    assert done["report"]["objects"][0]["numMasks"] == (FRAMES if change is double else FRAMES - 1)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"nothing of the kind", "no annotation file"),
        (b'{"images": [', "no annotation file|cannot be read|JSON"),
        (b'{"images": [], "annotations": []}', "no mask|no annotation file"),
        (b"PK\x03\x04 cut", "damaged"),
        (b"<svg></svg>", "no annotation file"),
    ],
)
def test_a_file_of_no_use_is_refused(server: Live, video_id: str, data: bytes, sentence: str) -> None:
    job = bring_in(server, data, video_id)
    assert job["state"] == "FAILED" and re.search(sentence, job["error"]), job


def test_masks_of_another_video_need_a_word(
    server: Live, session_id: str, tmp_path: Path, video_id: str
) -> None:
    folder = unzipped(export(server, session_id), tmp_path / "export")
    manifest = json.loads((folder / "masklet.json").read_text())
    manifest["source"]["sha256"] = "ab" * 32
    (folder / "masklet.json").write_text(json.dumps(manifest))
    job = bring_in(server, zipped(folder), video_id)
    assert job["state"] == "FAILED" and "exported from another file" in job["report"]["problems"][0]
    assert bring_in(server, zipped(folder), video_id, confirmed=True)["state"] == "DONE"


def test_boxes_become_prompts(server: Live, video_id: str, document: dict[str, Any]) -> None:
    """Boxes to masks: the engine draws what they mean."""
    boxes = json.loads(json.dumps(document))
    boxes["annotations"] = boxes["annotations"][:2]
    for entry in boxes["annotations"]:
        del entry["segmentation"]
    done = bring_in(server, json.dumps(boxes).encode(), video_id)
    assert done["report"]["objects"][0]["numBoxes"] == 2, done
    prompts = server.service.sessions.prompts(done["sessionId"])
    assert [prompt.box is not None for prompt in prompts] == [True, True]
    wait_until(lambda: len(list(server.service.sessions.masks(done["sessionId"]))) == 2)


def test_an_upload_that_is_cut_off_is_nothing(server: Live) -> None:
    assert server.client.post("/api/imports", content=b"").status_code == 400
    assert server.client.get("/api/jobs/../../etc/passwd/download").status_code in (400, 404)
    assert server.client.get("/api/jobs/nothing/download").status_code == 404
