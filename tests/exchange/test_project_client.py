"""Projects through `masklet.Client` and the commands built on it, against a running server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backend import client as masklet
from backend.cli import main
from tests.backend.live import Live
from tests.backend.small_video import FRAMES, HEIGHT, disc_x, write_small_video


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_video(tmp_path_factory.mktemp("video") / "Disc.mp4")


def run(server: Live, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    code = main([*arguments, "--server", server.url])
    said = capsys.readouterr()
    assert code == 0, said.err
    return said.out


def test_a_project_from_python(client: masklet.Client, source: Path, tmp_path: Path) -> None:
    project = client.new_project("Discs")
    video = project.upload(source)
    assert [one.id for one in project.videos()] == [video.id]
    session = project.new_session(video)
    session.click(disc_x(0), HEIGHT // 2, name="Disc")
    session.track()
    moved = client.new_session(video)
    project.add(moved)
    assert [one.id for one in project.sessions()] == [moved.id, session.id]
    (work,) = [one for one in project.work() if one.session.id == session.id]
    assert (work.progress.frames, work.progress.frames_masked) == (FRAMES, FRAMES)
    assert client.project("discs").info.progress.sessions == 2
    assert client.project(project.id).title == "Discs"
    path = project.export("coco", tmp_path)
    assert path.name == "Discs.coco.zip"
    assert main(["verify", str(path), str(source)]) == 0
    with pytest.raises(masklet.Refused, match="no project 'nothing'"):
        client.project("nothing")


def test_projects_from_the_command_line(
    server: Live, source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(server, capsys, "projects", "--new", "Night shift")
    run(server, capsys, "upload", str(source), "--project", "Night shift")
    assert "Disc.mp4" in run(server, capsys, "sessions", "--videos", "--project", "night shift")
    with masklet.Client(server.url) as client:
        project = client.project("Night shift")
        session = project.new_session(project.videos()[0])
        session.click(disc_x(0), HEIGHT // 2)
    assert session.id in run(server, capsys, "sessions", "--project", "Night shift")
    (line,) = [one for one in run(server, capsys, "projects").splitlines() if "Night shift" in one]
    assert "8 %" in line  # of twelve frames one
    listed = json.loads(run(server, capsys, "projects", "--json"))
    assert {one["title"]: one["progress"]["sessions"] for one in listed}["Night shift"] == 1
    out = tmp_path / "night.zip"
    run(server, capsys, "export", "--project", "Night shift", "-f", "png", "-o", str(out))
    assert main(["verify", str(out), str(source)]) == 0


def test_a_project_leaves_as_a_whole(server: Live, capsys: pytest.CaptureFixture[str]) -> None:
    for more in (["abc"], ["--object", "1"], ["--first", "3"], ["--last", "3"]):
        assert main(["export", "--project", "home", *more, "--server", server.url]) == 2
        assert "leaves as a whole" in capsys.readouterr().err
