"""`masklet.Client` and the commands built on it, against a running server."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from backend import client as masklet
from backend.cli import main
from tests.backend.live import Live
from tests.backend.small_video import HEIGHT, WIDTH, disc_x, write_small_video

FRAMES = 80  # more than one fetch of masks


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_video(tmp_path_factory.mktemp("video") / "Disc.mp4", FRAMES)


@pytest.fixture(scope="module")
def session(client: masklet.Client, source: Path) -> masklet.Session:
    """Uploaded, clicked and tracked through the client."""
    sent: list[float] = []
    video = client.upload(source, progress=sent.append)
    assert sent[-1] == 1.0 and video.num_frames == FRAMES
    session = client.new_session(video)
    session.click(disc_x(0), HEIGHT // 2, name="Disc")
    assert session.track().state is masklet.PropagationState.DONE
    return session


def test_masks_are_arrays(session: masklet.Session, server: Live) -> None:
    masklets = session.masklets
    assert list(masklets) == [1] and masklets[1].object.name == "Disc"
    stored = {m.frame_idx: m for m in server.service.sessions.masks(session.id)}
    for frame_idx in (0, 63, 64, FRAMES - 1):
        mask = masklets[1][frame_idx]
        assert mask.shape == (HEIGHT, WIDTH) and mask.dtype == np.bool_
        assert mask.sum() == stored[frame_idx].area
    assert list(masklets[1].frames()) == [i for i, m in sorted(stored.items()) if m.area]
    with pytest.raises(IndexError):
        masklets[1][FRAMES]


def test_masks_are_fetched_when_they_are_looked_at(session: masklet.Session) -> None:
    asked: list[tuple[int, int]] = []
    masklets = session.masklets
    fetch = masklets._fetch
    masklets._fetch = lambda first, last: (asked.append((first, last)), fetch(first, last))[1]
    _ = masklets[1][70], masklets[1][71]
    assert asked == [(64, FRAMES - 1)]


def test_the_feed_is_an_iterator(session: masklet.Session) -> None:
    seen = set()
    for delta in session.feed():
        seen |= {mask.frame_idx for mask in delta.masks}
        if len(seen) == FRAMES:
            break
    assert seen == set(range(FRAMES))


def test_out_and_in_again(session: masklet.Session, client: masklet.Client, tmp_path: Path) -> None:
    path = session.export("davis", tmp_path)
    assert path.name == "Disc.davis.zip"
    job = client.import_masks(path, session.video)
    brought = client.session(job.session_id).masklets
    assert all(np.array_equal(brought[1][i], session.masklets[1][i]) for i in (0, 40, FRAMES - 1))


def test_errors_are_sentences(client: masklet.Client, session: masklet.Session, tmp_path: Path) -> None:
    with pytest.raises(masklet.Refused, match="There is no format 'gif'"):
        session.export("gif", tmp_path)
    with pytest.raises(masklet.Refused, match="no such session"):
        client.session("nowhere")
    with (
        masklet.Client("http://127.0.0.1:9") as nobody,
        pytest.raises(masklet.NotReachable, match="masklet serve"),
    ):
        nobody.videos()


def test_generated_types_fit_the_schema() -> None:
    done = subprocess.run([sys.executable, "-m", "backend.client.codegen", "--check"], timeout=60)
    assert done.returncode == 0, "run `make schema`"


def run(server: Live, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a command prints; it must succeed."""
    code = main([*arguments, "--server", server.url])
    said = capsys.readouterr()
    assert code == 0, said.err
    return said.out


def test_the_commands_do_the_same(
    server: Live, source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    video_id = json.loads(run(server, capsys, "upload", str(source), "--json"))[0]["video_id"]
    with masklet.Client(server.url) as client:
        session_id = client.new_session(video_id).id
        client.session(session_id).click(disc_x(0), HEIGHT // 2)
    assert session_id in run(server, capsys, "sessions")
    tracked = json.loads(run(server, capsys, "track", session_id[:12], "--last", "9", "--json"))
    assert tracked["state"] == "DONE" and tracked["frames_done"] == 10
    out = tmp_path / "masks.zip"
    run(server, capsys, "export", session_id, "-f", "png", "--stride", "5", "--last", "9", "-o", str(out))
    assert sum(name.endswith(".png") for name in zipfile.ZipFile(out).namelist()) == 2
    assert "Right: 2 of 80 frames" in _verify(out, source, capsys)
    assert "Nothing was changed" in run(server, capsys, "import", str(out), "--video", video_id, "--dry-run")
    assert "They are in session" in run(server, capsys, "import", str(out), "--session", session_id)
    assert "davis" in run(server, capsys, "export", "--formats")


def _verify(export: Path, source: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["verify", str(export), str(source)]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["export", "nowhere"], "There is no session 'nowhere'"),
        (["export"], "Name a session"),
        (["import", "/nowhere.json", "--video", "x"], "There is no file /nowhere.json"),
        (["upload", "/nowhere.mp4"], "No such file or directory: /nowhere.mp4"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    server: Live, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    assert main([*arguments, "--server", server.url]) == 2
    said = capsys.readouterr().err
    assert sentence in said and said.count("\n") == 1


def test_annotate_works_without_a_server(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The embedded engine, from a click to files that verify."""
    point = f"0,{disc_x(0)},{HEIGHT // 2}"
    out = tmp_path / "out"
    arguments = ["annotate", str(source), "--point", point, "--format", "coco", "-o", str(out)]
    assert main([*arguments, "--last", "30", "--engine", "colorflow", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["frames"] >= 24  # then it leaves the picture
    document = json.loads((out / "annotations/instances_default.json").read_text())
    assert 24 <= len(document["annotations"]) <= 31
    assert main(["verify", str(out), str(source)]) == 0


def test_annotate_names_its_file_after_the_video(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = ["annotate", str(source), "--point", f"2,{disc_x(2)},{HEIGHT // 2}", "--no-track"]
    assert main([*arguments, "--format", "png"]) == 0
    made = f"{source.stem}-png.zip"
    assert f"{made}: masks on 1 of " in capsys.readouterr().out
    assert main(["verify", made, str(source)]) == 0
    before = Path(made).read_bytes()
    assert main([*arguments, "--format", "png"]) == 2
    assert f"{made} is there already" in capsys.readouterr().err
    assert Path(made).read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--point", "0,1"], "--point 0,1 makes no sense"),
        (["--point", "0,5,5", "--format", "gif"], "There is no format 'gif'"),
        ([], "Say where an object is"),
    ],
)
def test_annotate_refuses_before_it_works(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    assert main(["annotate", str(source), *arguments, "-o", str(tmp_path / "x")]) == 2
    said = capsys.readouterr().err
    assert sentence in said and said.count("\n") == 1
    assert not (tmp_path / "x").exists()
