"""checkpoints/download_ckpts.sh, against a server on this machine: no weights are fetched here."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

NAME = "sam2.1_hiera_tiny"
CONTENT = hashlib.sha256(b"weights").digest() * 5000
COREUTILS = ("sh", "sed", "cat", "dirname", "mv", "rm", "tr", "wc", "tail", "sha256sum")


@dataclass
class Mirror:
    """What the server holds, and the (path, Range header) of each GET."""

    url: str
    files: dict[str, bytes] = field(default_factory=dict)
    gets: list[tuple[str, str | None]] = field(default_factory=list)


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    """An HTTP server that serves ranges, as Meta's does."""

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def do_GET(self) -> None:
            state.gets.append((self.path, self.headers["Range"]))
            self._answer(with_body=True)

        def _answer(self, with_body: bool) -> None:
            content = state.files.get(self.path)
            if content is None:
                self.send_error(404)
                return
            wanted = self.headers["Range"]
            start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
            if start >= len(content):
                self.send_error(416)
                return
            self.send_response(206 if wanted else 200)
            self.send_header("Content-Length", str(len(content) - start))
            if wanted:
                self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            self.end_headers()
            if with_body:
                self.wfile.write(content[start:])

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state = Mirror(f"http://127.0.0.1:{server.server_address[1]}")
    state.files[f"/092824/{NAME}.pt"] = CONTENT
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield state
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def folder(tmp_path: Path, repository: Path) -> Path:
    """A checkpoints folder whose SHA256SUMS knows the mirror's file."""
    shutil.copy(repository / "checkpoints" / "download_ckpts.sh", tmp_path)
    (tmp_path / "SHA256SUMS").write_text(f"{hashlib.sha256(CONTENT).hexdigest()}  {NAME}.pt\n")
    return tmp_path


@pytest.fixture(params=["curl", "wget"])
def tools(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PATH that has the usual tools and one program that fetches."""
    return path_with(tmp_path_factory, request.param, *COREUTILS)


def path_with(tmp_path_factory: pytest.TempPathFactory, *programs: str) -> str:
    bin_folder = tmp_path_factory.mktemp("bin")
    for program in programs:
        where = shutil.which(program)
        if where is None:
            pytest.skip(f"no {program} on this machine")
        (bin_folder / program).symlink_to(where)
    return str(bin_folder)


def download(
    folder: Path, mirror_url: str, path: str | None = None, *names: str
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "MASKLET_CKPT_URL": mirror_url, "PATH": path or os.environ["PATH"]}
    for proxy in ("http_proxy", "https_proxy", "all_proxy"):
        environment.pop(proxy, None)
    return subprocess.run(
        [shutil.which("sh") or "sh", str(folder / "download_ckpts.sh"), *(names or (NAME,))],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_fetches_and_checks(folder: Path, mirror: Mirror, tools: str) -> None:
    done = download(folder, mirror.url, tools)
    assert done.returncode == 0, done.stderr
    assert (folder / f"{NAME}.pt").read_bytes() == CONTENT
    assert sorted(path.name for path in folder.iterdir()) == ["SHA256SUMS", "download_ckpts.sh", f"{NAME}.pt"]
    again = download(folder, mirror.url, tools)
    assert again.returncode == 0 and "is here" in again.stdout
    assert len(mirror.gets) == 1


def test_goes_on_where_it_stopped(folder: Path, mirror: Mirror, tools: str) -> None:
    (folder / f"{NAME}.pt.part").write_bytes(CONTENT[:1000])
    assert download(folder, mirror.url, tools).returncode == 0
    assert (folder / f"{NAME}.pt").read_bytes() == CONTENT
    assert mirror.gets == [(f"/092824/{NAME}.pt", "bytes=1000-")]


@pytest.mark.parametrize("length", [1000, len(CONTENT), len(CONTENT) + 7])
def test_starts_over_from_a_damaged_part(folder: Path, mirror: Mirror, tools: str, length: int) -> None:
    (folder / f"{NAME}.pt.part").write_bytes(b"x" * length)
    done = download(folder, mirror.url, tools)
    assert done.returncode == 0, done.stderr
    assert "starting over" in done.stderr
    assert (folder / f"{NAME}.pt").read_bytes() == CONTENT


def test_throws_away_what_is_not_metas(folder: Path, mirror: Mirror, tools: str) -> None:
    mirror.files[f"/092824/{NAME}.pt"] = b"something else"
    done = download(folder, mirror.url, tools)
    assert done.returncode == 1 and "wrong checksum" in done.stderr
    assert not list(folder.glob("*.pt*"))


def test_keeps_a_file_that_someone_put_there(folder: Path, mirror: Mirror, tools: str) -> None:
    (folder / f"{NAME}.pt").write_bytes(b"my own fine-tuned weights")
    done = download(folder, mirror.url, tools)
    assert done.returncode == 1 and "move it away" in done.stderr
    assert (folder / f"{NAME}.pt").read_bytes() == b"my own fine-tuned weights"
    assert not mirror.gets


def test_offline(folder: Path, tools: str) -> None:
    (folder / f"{NAME}.pt.part").write_bytes(CONTENT[:1000])
    done = download(folder, "http://127.0.0.1:9", tools)
    assert done.returncode == 1 and "check the network" in done.stderr
    assert (folder / f"{NAME}.pt.part").read_bytes() == CONTENT[:1000]


def test_one_download_of_a_file_at_a_time(folder: Path, mirror: Mirror) -> None:
    lock = folder / f"{NAME}.pt.lock"
    lock.write_text(f"{os.getpid()}\n")
    done = download(folder, mirror.url)
    assert done.returncode == 1 and f"process {os.getpid()}" in done.stderr
    ended = subprocess.Popen(["true"])
    ended.wait()
    lock.write_text(f"{ended.pid}\n")  # its owner was killed
    assert download(folder, mirror.url).returncode == 0
    assert not lock.exists()


def test_unknown_name_lists_the_known_ones(folder: Path, mirror: Mirror) -> None:
    done = download(folder, mirror.url, None, "sam3", f"{NAME}.pt")
    assert done.returncode == 1 and f"choose from: {NAME}" in done.stderr
    assert (folder / f"{NAME}.pt").exists()  # the other name was fetched all the same


def test_says_which_tool_is_missing(
    folder: Path, mirror: Mirror, tmp_path_factory: pytest.TempPathFactory
) -> None:
    nothing_fetches = path_with(tmp_path_factory, *COREUTILS)
    assert "needs curl or wget" in download(folder, mirror.url, nothing_fetches).stderr
    nothing_sums = path_with(tmp_path_factory, "curl", *COREUTILS[:-1])
    assert "sha256sum, shasum or openssl" in download(folder, mirror.url, nothing_sums).stderr


def test_the_eight_official_files_have_a_checksum(repository: Path) -> None:
    lines = (repository / "checkpoints" / "SHA256SUMS").read_text().splitlines()
    sizes = ("tiny", "small", "base_plus", "large")
    expected = {f"{family}_hiera_{size}.pt" for family in ("sam2", "sam2.1") for size in sizes}
    assert {line.split("  ")[1] for line in lines} == expected
    assert len({line.split("  ")[0] for line in lines}) == 8
    assert all(len(bytes.fromhex(line.split("  ")[0])) == 32 for line in lines)
