"""A whole project as one export: what is in it, what is left out, and that every session of it verifies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backend.exchange.verify import Wrong, verify
from tests.backend.live import Live
from tests.backend.small_video import write_small_video
from tests.exchange.working import JOB, finished, tracked_session, unzipped, upload_video

EXPORT = f"mutation($p: ID!, $f: String!) {{ exportProject(projectId: $p, format: $f) {{ {JOB} title }} }}"
MOVE = "mutation($s: ID!, $p: ID!) { moveSession(sessionId: $s, projectId: $p) { id } }"


@pytest.fixture(scope="module")
def videos(server: Live, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Video id -> its file."""
    folder = tmp_path_factory.mktemp("videos")
    made = {}
    for name, frames in (("One.mp4", 6), ("Two.mp4", 9)):
        video_id = upload_video(server, folder, frames, name)
        made[video_id] = write_small_video(folder / name, frames)
    return made


def test_a_project_leaves_in_one_piece(server: Live, videos: dict[str, Path], tmp_path: Path) -> None:
    project_id = server.ask('mutation { createProject(title: "Night: shift 2") { id } }')["id"]
    code, sentence = server.refusal(EXPORT, p=project_id, f="coco")
    assert (code, "nothing to export" in sentence) == ("CONFLICT", True)
    one, two = videos
    tracked = [tracked_session(server, video_id) for video_id in (one, one, two)]
    empty = server.session(two)
    elsewhere = tracked_session(server, two)
    for session_id in (*tracked, empty):
        server.ask(MOVE, s=session_id, p=project_id)

    job = server.ask(EXPORT, p=project_id, f="coco")
    assert job["title"] == "Night: shift 2"
    done = finished(server, job)
    assert (done["state"], done["fileName"]) == ("DONE", "Night-shift-2.coco.zip"), done
    folder = unzipped(server.client.get(done["downloadUrl"]).content, tmp_path)
    contents = json.loads((folder / "project.json").read_text())
    assert {entry["session_id"] for entry in contents["sessions"]} == set(tracked)
    assert elsewhere not in json.dumps(contents)
    assert {path.parent.name for path in folder.glob("*/masklet.json")} == {
        entry["folder"] for entry in contents["sessions"]
    }
    proof = verify(folder, videos[one])
    assert (proof.sessions, proof.masks, proof.source_frames) == (2, 12, 6)
    assert verify(folder, videos[two]).sessions == 1

    tampered = next(
        folder / entry["folder"] for entry in contents["sessions"] if entry["session_id"] == tracked[1]
    )
    (tampered / "annotations/instances_default.json").write_text("{}")
    with pytest.raises(Wrong):
        verify(folder, videos[one])


def test_a_session_that_lost_its_masks_is_left_out_with_the_reason(
    server: Live, videos: dict[str, Path], tmp_path: Path
) -> None:
    """It had some when the export was asked for."""
    from backend.domain.jobs import ExportRequest, Job
    from backend.run_job import open_exporter

    one, _ = videos
    kept, lost = (tracked_session(server, one) for _ in range(2))
    moved, deleted = (tracked_session(server, one) for _ in range(2))
    server.service.commands.clear_prompts(lost)
    elsewhere = server.ask('mutation { createProject(title: "Elsewhere") { id } }')["id"]
    server.ask(MOVE, s=moved, p=elsewhere)
    server.ask("mutation($s: ID!) { deleteSession(sessionId: $s) }", s=deleted)
    request = ExportRequest((lost, kept, moved, deleted, "gone"), "coco", project_id="home")
    with open_exporter(server.service.settings) as exporter:
        exporter.write_folder(
            Job("a" * 32, request, "Home", 0.0), request, tmp_path / "out", lambda done: None
        )
        contents = json.loads((tmp_path / "out/project.json").read_text())
        assert [entry["session_id"] for entry in contents["sessions"]] == [kept]
        why = {entry["session_id"]: entry["why"] for entry in contents["without"]}
        assert "track them first" in why.pop(lost)
        assert why == {
            moved: "It was moved to another project since.",
            deleted: "It was deleted since.",
            "gone": "There is no such session; it may have been removed.",
        }
