"""A real Masklet server, as `make run` starts it, on a free port with a data folder of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from sam2.procedural.clips import rendered_clips

REPOSITORY = Path(__file__).resolve().parents[2]
START_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = 60.0
GALLERY_TIMEOUT_S = 300.0
OURS = ("HOST", "PORT", "DATABASE_URL", "API_URL", "DEFAULT_VIDEO_PATH", "MAX_UPLOAD_BYTES")


class MaskletServer:
    """`python -m backend`. It can be killed and started again on the same data and port."""

    def __init__(
        self, folder: Path, data: Path | None = None, gallery: bool = True, **environment: str
    ) -> None:
        """Keeps everything in `folder`; begins with a copy of another server's `data`, if given."""
        self.folder = folder
        self._gallery = gallery
        self._environment = environment  # further variables, or others than the usual ones
        if data is not None:
            shutil.copytree(data, folder / "data")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "server.log"
        self.headers: dict[str, str] = {}  # what a client sends that it lets in
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it answers."""
        (self.folder / "checkpoints").mkdir(parents=True, exist_ok=True)
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in OURS and not name.startswith("MASKLET_")
        }
        environment |= {
            "PORT": str(self.port),
            "MASKLET_DATA": str(self.folder / "data"),
            "CHECKPOINTS_DIR": str(self.folder / "checkpoints"),
            "MASKLET_GALLERY": "yes" if self._gallery else "no",
            **self._environment,
        }
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "backend"],
                cwd=REPOSITORY,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self.answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"The server did not start:\n{self.log.read_text()[-4000:]}")
            time.sleep(0.1)

    def processes(self) -> list[int]:
        """The ids of all that it consists of, the one that a person sees first, then what each started."""
        assert self._process is not None
        found = [self._process.pid]
        for pid in found:
            try:
                children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue  # it is gone
            found += map(int, children.split())
        return found

    def kill(self) -> None:
        """`kill -9` of the process that a person sees; what it started must go by itself."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None
        deadline = time.monotonic() + STOP_TIMEOUT_S
        while not port_is_free(self.port):
            if time.monotonic() > deadline:
                raise RuntimeError("The server was killed, but something still listens on its port.")
            time.sleep(0.05)

    def stop(self) -> int:
        """Ctrl-C; returns the exit status. Does nothing if it is not running."""
        if self._process is None:
            return 0
        self._process.send_signal(signal.SIGINT)
        try:
            return self._process.wait(STOP_TIMEOUT_S)
        finally:
            if self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
            self._process = None

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthy", timeout=5) as response:
                return response.read().strip() == b"OK"
        except (urllib.error.URLError, OSError):
            return False

    def graphql(self, query: str, **variables: Any) -> dict[str, Any]:
        """The answer's `data`. Raises AssertionError with the server's sentence."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        headers = {"Content-Type": "application/json", **self.headers}
        request = urllib.request.Request(f"{self.url}/graphql", body, headers)
        with urllib.request.urlopen(request, timeout=300) as response:
            answer = json.load(response)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def wait_for_gallery(self) -> None:
        """Until each clip that the project draws can be opened."""
        deadline = time.monotonic() + GALLERY_TIMEOUT_S
        while True:
            library = self.graphql("{ library { title state error inGallery } }")["library"]
            states = [video["state"] for video in library if video["inGallery"]]
            assert "FAILED" not in states, library
            if states.count("READY") == len(rendered_clips()):
                return
            assert time.monotonic() < deadline, library
            time.sleep(0.2)

    def upload(self, path: Path, name: str) -> str:
        """The new video's id; its import has only begun."""
        url = f"{self.url}/api/videos?name={urllib.parse.quote(name)}"
        headers = {"Content-Type": "application/octet-stream", **self.headers}
        request = urllib.request.Request(url, path.read_bytes(), headers)
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)["videoId"]

    def get(self, path: str) -> bytes:
        request = urllib.request.Request(f"{self.url}{path}", headers=self.headers)
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.read()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
