"""`python -m backend`, as a person starts and stops it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx2
import pytest

from backend import gallery
from backend.api.owner_key import owner_key
from backend.domain.errors import Unavailable
from backend.domain.video import VideoState
from backend.serve import checks
from backend.settings import Settings
from backend.store.database import open_database
from backend.store.videos import SqlVideoStore
from sam2.procedural.clips import rendered_clips
from tests.backend.live import FEED, SET_PROMPT, TRACK, Seen, deltas, wait_until
from tests.backend.small_video import write_small_video
from tests.e2e.server import REPOSITORY, free_port, port_is_free

START_S, STOP_S = 120, 20


@dataclass
class Started:
    process: subprocess.Popen[str]
    port: int
    output: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def said(self) -> list[str]:
        """Its output, but for what is only of interest to who looks for it."""
        return [line for line in self.output if not line.startswith("INFO ")]

    def worker_pid(self) -> int:
        return int(Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()[0])


def environment(data: Path, **settings: object) -> dict[str, str]:
    ours = {"MASKLET_DATA": data, "MASKLET_GALLERY": "no", "CHECKPOINTS_DIR": data, "MASKLET_LOG": "text"}
    return {**os.environ, **{name: str(value) for name, value in (ours | settings).items()}}


def run(data: Path, **settings: object) -> subprocess.CompletedProcess[str]:
    """Start it where it cannot start."""
    command = [sys.executable, "-m", "backend"]
    return subprocess.run(
        command,
        cwd=REPOSITORY,
        env=environment(data, **settings),
        capture_output=True,
        text=True,
        timeout=START_S,
    )


@contextmanager
def started(data: Path, nohup: bool = False, **settings: object) -> Iterator[Started]:
    """`nohup`: as that command starts it, to outlive its terminal. Else it does not, however the tests were
    started themselves."""
    port = free_port()
    hang_up = signal.SIG_IGN if nohup else signal.SIG_DFL
    process = subprocess.Popen(
        [sys.executable, "-m", "backend"],
        cwd=REPOSITORY,
        env=environment(data, PORT=port, **settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, hang_up),
    )
    server = Started(process, port)
    assert process.stdout is not None
    reader = threading.Thread(target=lambda out=process.stdout: server.output.extend(out), daemon=True)
    reader.start()
    try:
        wait_until(lambda: any("is ready" in line for line in server.output) or process.poll() is not None)
        yield server
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(STOP_S)
        reader.join(STOP_S)
        process.stdout.close()


def test_ready_means_ready_and_ctrl_c_ends_it_though_someone_reads(tmp_path: Path) -> None:
    with started(tmp_path) as server:
        (line,) = server.output
        assert line.startswith(f"Masklet is ready at http://localhost:{server.port} (engine: ")
        assert httpx2.get(f"{server.url}/healthy").text == "OK"
        assert httpx2.get(f"{server.url}/healthy", headers={"x": "y" * 40_000}).status_code == 431
        with httpx2.Client(base_url=server.url, timeout=60) as client:
            client.post("/api/videos", params={"name": "x.mp4"}, content=b"no film")  # being imported
            session = session_of(client, write_small_video(tmp_path / "small.mp4"))
            body = {"query": FEED, "variables": {"s": session, "after": 0}}
            with client.stream(
                "POST", "/graphql", json=body, headers={"accept": "text/event-stream"}
            ) as response:
                feed = deltas(response.iter_lines())
                assert next(feed)["objects"]
                os.killpg(server.process.pid, signal.SIGINT)  # as a terminal does: to all of them
                assert list(feed) == []  # it ends in good order
            assert server.process.wait(STOP_S) == 0
        assert len(server.said()) == 1, "".join(server.output)
        assert port_is_free(server.port)


def test_who_is_in_the_middle_of_a_request_does_not_keep_it(tmp_path: Path) -> None:
    with started(tmp_path) as server:
        address = ("127.0.0.1", server.port)
        with socket.create_connection(address) as upload, socket.create_connection(address) as question:
            upload.sendall(
                b"POST /api/videos?name=x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n"
                + bytes(1000)
            )
            question.sendall(
                b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                b"Content-Length: 100\r\n\r\n{"
            )
            wait_until(lambda: any((tmp_path / "tmp").iterdir()))
            os.killpg(server.process.pid, signal.SIGINT)
            assert server.process.wait(STOP_S) == 0
        assert len(server.said()) == 1, "".join(server.output)
        assert list((tmp_path / "tmp").iterdir()) == []


def session_of(client: httpx2.Client, video: Path) -> str:
    """A session with an object on an uploaded video."""
    uploaded = client.post("/api/videos", params={"name": video.name}, content=video.read_bytes())
    create = {
        "query": "mutation($v: ID!) { createSession(videoId: $v) { id } }",
        "variables": {"v": uploaded.json()["videoId"]},
    }
    wait_until(lambda: "errors" not in client.post("/graphql", json=create).json())
    session = client.post("/graphql", json=create).json()["data"]["createSession"]["id"]
    add = {
        "query": "mutation($s: ID!) { addObject(sessionId: $s) { objectId } }",
        "variables": {"s": session},
    }
    assert client.post("/graphql", json=add).json()["data"]
    return session


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP])
def test_a_stop_or_a_closed_terminal_ends_it(tmp_path: Path, how: signal.Signals) -> None:
    with started(tmp_path) as server:
        os.killpg(server.process.pid, signal.SIGTTIN)  # gunicorn's way to ask for a second worker
        os.killpg(server.process.pid, how)
        assert server.process.wait(STOP_S) == 0
    assert len(server.output) == 1, "".join(server.output)


def test_it_outlives_its_terminal_where_it_was_told_to(tmp_path: Path) -> None:
    with started(tmp_path, nohup=True) as server:
        os.killpg(server.process.pid, signal.SIGHUP)
        with pytest.raises(subprocess.TimeoutExpired):
            server.process.wait(2)
        assert httpx2.get(f"{server.url}/healthy").text == "OK"
        os.killpg(server.process.pid, signal.SIGTERM)
        assert server.process.wait(STOP_S) == 0


def test_the_master_loads_nothing_that_must_not_be_forked() -> None:
    """OpenCV and PyTorch start threads; on macOS a process that has them cannot be forked."""
    heavy = "cv2", "av", "numpy", "torch"
    look = f"import sys, backend.__main__; print([name for name in {heavy} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", look], cwd=REPOSITORY, capture_output=True, text=True)
    assert (found.stdout, found.stderr) == ("[]\n", "")


def test_a_killed_master_takes_its_worker_along(tmp_path: Path) -> None:
    with started(tmp_path) as server:
        worker = server.worker_pid()
        server.process.kill()
        server.process.wait()
        wait_until(lambda: not Path(f"/proc/{worker}").exists())
        assert port_is_free(server.port)


def test_a_killed_worker_is_replaced(tmp_path: Path) -> None:
    with started(tmp_path) as server:
        worker = server.worker_pid()
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda: sum("is ready" in line for line in server.output) == 2)
        assert server.worker_pid() != worker
        assert httpx2.get(f"{server.url}/healthy").text == "OK"


def test_two_servers_never_share_a_data_folder(tmp_path: Path) -> None:
    with started(tmp_path) as server:
        second = run(tmp_path, PORT=free_port())
        assert_cannot_start(second, f"Another Masklet uses the data folder {tmp_path}")
        assert httpx2.get(f"{server.url}/healthy").text == "OK"


def test_two_servers_never_share_a_sqlite_file(tmp_path: Path) -> None:
    """Wherever it lies: in the other's data folder, or beside both."""
    inside = f"sqlite:///{tmp_path / 'a' / 'masklet.sqlite'}"
    beside = f"sqlite:///{tmp_path / 'x' / 'team.sqlite'}"
    other = f"sqlite:///{tmp_path / 'x' / 'other.sqlite'}"
    with started(tmp_path / "a"), started(tmp_path / "b", DATABASE_URL=beside):
        for url in (inside, beside):
            refused = run(tmp_path / "c", PORT=free_port(), DATABASE_URL=url)
            assert_cannot_start(
                refused, f"Another Masklet uses the database {url.removeprefix('sqlite:///')}"
            )
        refused = run(tmp_path / "x", PORT=free_port())
        assert_cannot_start(refused, "Another Masklet uses the data folder")
        with started(tmp_path / "c", DATABASE_URL=other) as third:
            assert httpx2.get(f"{third.url}/healthy").text == "OK"


def test_only_servers_of_one_database_share_a_data_folder(tmp_path: Path) -> None:
    """No PostgreSQL is needed to be refused: the folder comes before the database."""
    with sharing(tmp_path, "db/one"), sharing(tmp_path, "db/one"):
        here = {"PORT": free_port(), "DATABASE_URL": "postgresql://me:secret@127.0.0.1:9/two"}
        assert_cannot_start(run(tmp_path, **here), "with another DATABASE_URL: write the same address")
        del here["DATABASE_URL"]
        assert_cannot_start(run(tmp_path, **here), f"Another Masklet uses the data folder {tmp_path}: stop")
    with sharing(tmp_path, "db/two"):  # once the others are gone
        pass


@contextmanager
def sharing(folder: Path, place: str) -> Iterator[None]:
    """Another process that holds the folder as a server on that database does."""
    code = (
        "import sys, pathlib; from backend.serve.locks import share_data_folder\n"
        "share_data_folder(pathlib.Path(sys.argv[1]), sys.argv[2]); print('held', flush=True)\n"
        "sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, folder, place],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        yield
        process.communicate()


def test_a_taken_port_names_the_setting_that_helps(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert_cannot_start(run(tmp_path, PORT=port), f"Port {port} is taken by another program: set PORT")


def test_a_closed_server_prints_the_owners_link_once_it_is_ready(tmp_path: Path) -> None:
    with started(tmp_path, HOST="0.0.0.0") as server:
        wait_until(lambda: len(server.output) == 2)
        link = server.output[1].split("Your link: ")[1].strip()
        key = (tmp_path / "owner.key").read_text()
        assert link.endswith(f":{server.port}/join#{key}")
        library = {"query": "{ library { id } }"}
        with httpx2.Client(base_url=server.url) as browser:
            assert browser.post("/graphql", json=library).status_code == 401
            assert browser.post("/api/join", json={"secret": key, "name": "Ada"}).status_code == 200
            assert browser.post("/graphql", json=library).status_code == 200


def test_what_is_wrong_is_said_in_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    (damaged / "masklet.sqlite").write_text("This is no database. " * 100)
    for refused, sentence in [
        (run(tmp_path / "a", PORT="x"), "PORT='x' is not a whole number"),
        (run(tmp_path / "a", HOST="192.0.2.1", PORT=free_port()), "This machine has no address 192.0.2.1"),
        (run(file, PORT=free_port()), f"{file} is a file, not a folder: set MASKLET_DATA"),
        (run(damaged, PORT=free_port()), "database file is no database"),
    ]:
        assert_cannot_start(refused, sentence)


def test_clips_that_are_not_drawn_yet_are_announced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(data=tmp_path, port=free_port())
    database = open_database(settings.database)
    videos = SqlVideoStore(database)
    titles = [clip.title for clip in rendered_clips()]
    assert gallery.announce_missing(videos) == len(titles)
    assert [(video.title, video.state) for video in videos.videos()] == [
        (title, VideoState.IMPORTING) for title in titles
    ]
    videos.put_video(replace(videos.videos()[0], state=VideoState.READY))
    assert gallery.announce_missing(videos) == len(titles) - 1

    def no_disk(*_: object) -> None:
        raise Unavailable("The disk is full.")

    monkeypatch.setattr(gallery, "ensure_gallery", no_disk)
    gallery.draw(settings)
    assert [video.error for video in videos.videos()] == [None] + ["The disk is full."] * (len(titles) - 1)
    database.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks.Path, "open", lambda self, mode: open("/dev/full", mode, buffering=0))
    with pytest.raises(checks.CannotStart, match="is full: free some space, or set MASKLET_DATA elsewhere"):
        checks.check_data_folder(tmp_path)


def assert_cannot_start(refused: subprocess.CompletedProcess[str], sentence: str) -> None:
    assert refused.returncode != 0
    (line,) = refused.stderr.splitlines()
    assert line.startswith("Masklet cannot start: ") and sentence in line
    assert refused.stdout == ""


# The end, in good order


def test_a_stop_answers_what_was_asked_and_keeps_what_was_tracked(tmp_path: Path) -> None:
    with started(tmp_path) as server, httpx2.Client(base_url=server.url, timeout=60) as client:
        session = session_of(client, write_small_video(tmp_path / "small.mp4"))
        click_and_track(client, session)
        body = {"query": FEED, "variables": {"s": session, "after": 0}}
        with client.stream(
            "POST", "/graphql", json=body, headers={"accept": "text/event-stream"}
        ) as response:
            lines = response.iter_lines()
            assert any(line.startswith("data:") for line in lines)
            server.process.send_signal(signal.SIGTERM)
            last = list(lines)
        assert any("retry: 2000" in line for line in last) and "event: complete" in last
        assert server.process.wait(STOP_S) == 0
    with started(tmp_path) as server:
        with httpx2.stream(
            "POST", f"{server.url}/graphql", json=body, headers={"accept": "text/event-stream"}, timeout=60
        ) as response:
            feed = deltas(response.iter_lines())
            Seen().until(feed, lambda seen: seen.state == "DONE")


def test_an_upload_is_told_that_the_server_stops_and_goes_on_afterwards(tmp_path: Path) -> None:
    body = bytes(range(256)) * 8000
    tus = {"tus-resumable": "1.0.0"}
    with started(tmp_path) as server:
        creation = {**tus, "upload-length": str(len(body))}
        path = httpx2.post(f"{server.url}/api/uploads", headers=creation).headers["location"]
        with socket.create_connection(("127.0.0.1", server.port)) as half:
            head = (
                f"PATCH {path} HTTP/1.1\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
                f"Content-Type: application/offset+octet-stream\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            half.sendall(head.encode() + body[:1_500_000])
            wait_until(lambda: any(p.stat().st_size for p in (tmp_path / "uploads").glob("*.part")))
            server.process.send_signal(signal.SIGTERM)
            answer = half.recv(4096).decode()
            assert " 503 " in answer and "retry-after: 2" in answer.lower()
        assert server.process.wait(STOP_S) == 0
    with started(tmp_path) as server:
        offset = int(httpx2.head(f"{server.url}{path}", headers=tus).headers["upload-offset"])
        assert 0 < offset <= 1_500_000
        rest = {**tus, "upload-offset": str(offset), "content-type": "application/offset+octet-stream"}
        sent = httpx2.patch(f"{server.url}{path}", content=body[offset:], headers=rest)
        assert sent.status_code == 204


def test_a_second_sigterm_hurries(tmp_path: Path) -> None:
    """The first waits for an answer that takes long, here until a video is imported; the second does not."""
    video = write_small_video(tmp_path / "small.mp4").read_bytes()
    operations = {"query": UPLOAD_AND_WAIT, "variables": {"file": None}}
    form = {"operations": json.dumps(operations), "map": '{"0": ["variables.file"]}'}
    with started(tmp_path, MASKLET_STOP_SECONDS=600) as server:
        files = {"0": ("x.mp4", video)}
        asking = threading.Thread(target=post_and_forget, args=(f"{server.url}/graphql", form, files))
        wait_until(lambda: httpx2.get(f"{server.url}/readyz").status_code == 200)
        with frozen_import(server) as freeze:
            asking.start()
            freeze()
            server.process.send_signal(signal.SIGTERM)
            with pytest.raises(subprocess.TimeoutExpired):
                server.process.wait(5)
            server.process.send_signal(signal.SIGTERM)
            assert server.process.wait(STOP_S) == 0
        asking.join(STOP_S)


def click_and_track(client: httpx2.Client, session: str) -> None:
    prompt = {"objectId": 1, "frameIdx": 0, "points": [{"x": 40, "y": 30}]}
    click = {"query": SET_PROMPT, "variables": {"s": session, "p": prompt}}
    track = {"query": TRACK, "variables": {"s": session, "d": "FORWARD"}}
    for body in (click, track):
        assert client.post("/graphql", json=body).json()["data"]


UPLOAD_AND_WAIT = "mutation($file: Upload!) { uploadVideo(file: $file) { path } }"


def post_and_forget(url: str, form: dict[str, str], files: dict[str, tuple[str, bytes]]) -> None:
    with suppress(httpx2.HTTPError):
        httpx2.post(url, data=form, files=files, timeout=60)


@contextmanager
def frozen_import(server: Started) -> Iterator[Callable[[], None]]:
    """Stops the process that imports, as soon as there is one."""
    worker = server.worker_pid()
    children = Path(f"/proc/{worker}/task")
    before = set(child_pids(children))
    frozen: list[int] = []

    def freeze() -> None:
        wait_until(lambda: bool(set(child_pids(children)) - before))
        frozen.extend(set(child_pids(children)) - before)
        for pid in frozen:
            os.kill(pid, signal.SIGSTOP)

    yield freeze
    for pid in frozen:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def child_pids(tasks: Path) -> list[int]:
    """Of every thread of a process."""
    found: list[int] = []
    for children in tasks.glob("*/children"):
        with suppress(OSError):
            found += map(int, children.read_text().split())
    return found


def test_the_log_of_a_server_is_json_for_machines(tmp_path: Path) -> None:
    with started(tmp_path, MASKLET_LOG="auto", HOST="0.0.0.0") as server:
        key = owner_key(tmp_path)
        headers = {"x-request-id": "my-request-1", "authorization": f"Bearer {key}"}
        httpx2.post(f"{server.url}/graphql", json={"query": "{ library { id } }"}, headers=headers)
        httpx2.post(f"{server.url}/api/join", json={"secret": key, "name": "Ada"})
        wait_until(lambda: sum(line.startswith("{") for line in server.output) >= 2)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(STOP_S) == 0
    logged = [json.loads(line) for line in server.output if line.startswith("{")]
    asked = next(line for line in logged if line.get("request_id") == "my-request-1")
    assert (asked["event"], asked["route"], asked["status"]) == ("request", "/graphql", 200)
    assert not any(key in line for line in server.output if line.startswith("{"))
    said = [line for line in server.output if not line.startswith("{")]
    assert len(said) == 2 and said[0].startswith("Masklet is ready") and key in said[1]
