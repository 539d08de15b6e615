"""No string of a client reaches the file system: every argument and route, tried on a server that is watched.

The server is a real one, with its children (imports, exports, decoding). Every path that they touch is noted
by `watch_files`, so that what counts is not the answer but what was opened.
"""

from __future__ import annotations

import base64
import http.client
import io
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from graphql import GraphQLSchema, build_schema

from backend.api.permissions.table import ROUTES
from backend.api.schema import print_schema
from tests.attacks.strings import DEVICES, MARK, document, hostile_texts, leaves
from tests.backend.small_video import disc_x, write_small_video
from tests.e2e.server import REPOSITORY, MaskletServer
from tests.fuzz.graphql import LEAKS

PATIENCE_S = 120.0
WATCHER = Path(__file__).with_name("watch_files.py")
RANDOM = re.compile(re.escape(tempfile.gettempdir()) + r"/[a-z-]*[a-z0-9_]{8}")  # as `tempfile` names them
NOT_FOR_CLIENTS = "what only the machine's owner may read"
EXPORTS = ("coco", "davis", "yolo-seg", "pascal-voc", "sav")
NAME = f"../../{MARK}\0/\N{RIGHT-TO-LEFT OVERRIDE}x.mp4"
"""Of a video, an object and a class; each may be called what people like."""


@dataclass(frozen=True)
class Touched:
    path: Path
    writes: bool
    event: str


@dataclass
class Answered:
    """One request and its answer."""

    what: str
    status: int
    text: str


class Watched:
    """A running server, all that it answered, and all that it touched."""

    def __init__(self, server: MaskletServer, notes: Path, outside: Path) -> None:
        self.server = server
        self.outside = outside
        self.answers: list[Answered] = []
        self._notes = notes
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)

    @property
    def data(self) -> Path:
        return self.server.folder / "data"

    @property
    def texts(self) -> tuple[str, ...]:
        return hostile_texts(str(self.outside))

    def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answered:
        """As it is: a client library would put paths and headers right."""
        shown = f"{method} {path[:200]} {body[:300]!r}"
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            self._connection.request(method, path, body, {"Host": f"localhost:{self.server.port}", **given})
            response = self._connection.getresponse()
            text = response.read().decode("utf-8", "replace") + str(response.headers)
            answered = Answered(shown, response.status, text)
        except (OSError, http.client.HTTPException, ValueError):
            self._connection.close()  # hung up on, or nothing that HTTP can say
            answered = Answered(shown, 0, "")
        self.answers.append(answered)
        return answered

    def close(self) -> None:
        self._connection.close()

    def ask(self, query: str) -> dict[str, Any]:
        """The data of an operation that is right."""
        body = json.dumps({"query": query}).encode()
        answered = self.send("POST", "/graphql", body, Content_Type="application/json")
        answer = json.JSONDecoder().raw_decode(answered.text)[0]
        assert "errors" not in answer, answer
        return answer["data"]

    def until_done(self, job_id: str) -> dict[str, Any]:
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            job = self.ask(f'{{ job(id: "{job_id}") {{ state error }} }}')["job"]
            if job["state"] not in ("QUEUED", "RUNNING", "WAITING"):
                return job
            time.sleep(0.1)
        raise AssertionError(f"job {job_id} did not end")

    def touched(self) -> list[Touched]:
        lines = map(json.loads, self._notes.read_text().splitlines())
        return [Touched(REPOSITORY / line["path"], line["writes"], line["event"]) for line in lines]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp("watched")
    watcher = folder / "watcher"
    watcher.mkdir()
    shutil.copy(WATCHER, watcher / "sitecustomize.py")
    outside = folder / "outside" / f"{MARK}.txt"
    outside.parent.mkdir()
    outside.write_text(NOT_FOR_CLIENTS)
    server = MaskletServer(
        folder / "server",
        gallery=False,
        PYTHONPATH=str(watcher),
        MASKLET_MAX_REQUESTS_PER_MINUTE="0",
        MASKLET_MAX_QUERY_ALIASES="100",
        MASKLET_MAX_QUERY_TOKENS="10000",
        MASKLET_MAX_QUERY_COST="100000",
        MASKLET_LOG="json",
    )
    server.start()
    running = Watched(server, watcher / "touched.jsonl", outside)
    try:
        yield running
    finally:
        running.close()
        server.stop()


@pytest.fixture(scope="module")
def known(watched: Watched, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Ids of things that are there, so that an odd string reaches what is behind it; all oddly named."""
    clip = write_small_video(tmp_path_factory.mktemp("clip") / "clip.mp4").read_bytes()
    uploaded = watched.send("POST", f"/api/videos?name={quote(NAME)}", clip)
    video_id = re.search(r'"videoId": ?"(\w+)"', uploaded.text)[1]
    create = f'mutation {{ createSession(videoId: "{video_id}") {{ id }} }}'
    session = ""
    for _ in range(600):
        body = json.dumps({"query": create}).encode()
        answered = watched.send("POST", "/graphql", body, Content_Type="application/json")
        if found := re.search(r'"createSession": ?\{"id": ?"([^"]+)"', answered.text):
            session = found[1]
            break
        time.sleep(0.1)
    named = f"name: {json.dumps(f'../{MARK}/obj')}"
    watched.ask(f'mutation {{ addObject(sessionId: "{session}", {named}) {{ objectId }} }}')
    prompt = f"{{objectId: 1, frameIdx: 0, points: [{{x: {disc_x(0)}, y: 36}}]}}"
    watched.ask(f'mutation {{ setPrompt(sessionId: "{session}", prompt: {prompt}) }}')
    zipped = watched.send("POST", "/api/imports", hostile_zip(f"{MARK}.json", b"{}"))
    upload_id = re.search(r'"uploadId": ?"(\w+)"', zipped.text)[1]
    return {
        "sessionId": session,
        "sessionIds": session,
        "session_id": session,
        "videoId": video_id,
        "video_id": video_id,
        "uploadId": upload_id,
        "id": session,
        "projectId": "home",
        "engineId": "colorflow",
        "format": "coco",
        "name": video_id,
    }


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema(print_schema())


def hostile_zip(name: str, content: bytes, mode: int = stat.S_IFREG | 0o644) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        entry = zipfile.ZipInfo("x")
        entry.filename = name  # as given: the constructor would put it right
        entry.external_attr = mode << 16
        archive.writestr(entry, content)
    return packed.getvalue()


def test_the_watch_sees_whatever_touches_a_path(tmp_path: Path) -> None:
    """Else what follows would prove nothing."""
    shutil.copy(WATCHER, tmp_path / "sitecustomize.py")
    ways = {
        "opened": "open(p)",
        "opened-low": "os.open(p, os.O_RDONLY)",
        "looked-at": "pathlib.Path(p).exists()",
        "asked-after": "os.path.isfile(p)",
        "listed": "os.listdir(p)",
        "globbed": "list(pathlib.Path(p).glob('*'))",
        "made": "os.mkdir(p + '/x')",
        "moved": "os.rename(p, p)",
        "removed": "os.unlink(p)",
        "linked": "os.link(p, p)",
        "database": "sqlite3.connect(f'file:{p}?mode=ro', uri=True)",
        "argument": "subprocess.run(['true', p])",
    }
    program = ["import contextlib, os, pathlib, sqlite3, subprocess"]
    for name, way in ways.items():
        program += [f"p = '/nowhere/{MARK}-{name}'", f"with contextlib.suppress(Exception): {way}"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    subprocess.run([sys.executable, "-c", "\n".join(program)], env=environment, check=True, timeout=60)
    noted = (tmp_path / "touched.jsonl").read_text()
    assert [name for name in ways if f"{MARK}-{name}" not in noted] == []


# The attempts. Each test sends; what came of all of them is judged at the end.


def test_every_string_of_every_field(watched: Watched, known: dict[str, str], schema: GraphQLSchema) -> None:
    tried = list(leaves(schema))
    assert {"createSession(videoId)", "setOntology(classes.name)", "startSession(input.path)"} <= set(
        map(str, tried)
    )
    for leaf in tried:
        texts = watched.texts
        documents = [document(schema, leaf, texts, known)]
        if leaf.kind == "subscription":  # one root field each
            documents = [document(schema, leaf, (text,), known) for text in texts]
        for one in documents:
            body = json.dumps({"query": one}).encode()
            accept = "text/event-stream" if leaf.kind == "subscription" else "application/json"
            answered = watched.send("POST", "/graphql", body, Content_Type="application/json", Accept=accept)
            assert answered.status == 200, (str(leaf), answered.text[:300])


def encoded(text: str) -> set[str]:
    """As a part of a path, in the ways that servers have been found to read one."""
    plain = text.encode("utf-8", "surrogatepass")
    once = quote(plain, safe="")
    return {once, quote(plain, safe="/.~"), once.replace(".", "%2e"), quote(once, safe="")}


def test_every_part_of_every_route(watched: Watched, known: dict[str, str]) -> None:
    for route in ROUTES:
        pattern = re.sub(r"<any\((\w+)[^>]*>", r"\1", route)
        parts = re.findall(r"[<{](?:\w+:)?(\w+)[>}]", pattern)
        methods = ("GET", "POST", "HEAD", "PATCH", "DELETE") if route.startswith("/api/") else ("GET",)
        for chosen in parts:
            for text in watched.texts:
                for variant in encoded(text):
                    given = {**known, chosen: variant}
                    path = re.sub(
                        r"[<{](?:\w+:)?(\w+)[>}]", lambda part, given=given: given.get(part[1], "0"), pattern
                    )
                    for method in methods:
                        watched.send(method, path)
    for text in watched.texts:
        for variant in encoded(text):
            for path in (f"/{variant}", f"/assets/{variant}", f"/media/{variant}/{variant}"):
                watched.send("GET", path)


def test_every_parameter_header_and_body(watched: Watched, known: dict[str, str]) -> None:
    names = ("name", "project", "projectId", "key", "to", "path", "file", "session_id", "format")
    for text in watched.texts:
        in_query = "&".join(f"{name}={quote(text.encode('utf-8', 'surrogatepass'))}" for name in names)
        in_body = json.dumps(dict.fromkeys((*names, "secret", "passphrase", "input"), text)).encode()
        in_header = quote(text.encode("utf-8", "surrogatepass"), safe="/.\\:~*?[]$`{}()|; ")
        metadata = base64.b64encode(text.encode("utf-8", "surrogatepass")).decode()
        for route in ("/", "/join", "/graphql", "/propagate_in_video", "/api/videos", "/api/join"):
            watched.send("GET", f"{route}?{in_query}", Cookie=f"masklet_login={in_header}")
            watched.send("POST", f"{route}?{in_query}", in_body, Content_Type="application/json")
        watched.send(
            "GET", "/", X_Request_ID=in_header, Referer=in_header, X_Masklet_File=in_header,
            X_Original_URL=in_header, X_Rewrite_URL=in_header, If_None_Match=in_header, Range=in_header,
        )  # fmt: skip
        watched.send(
            "POST", "/api/uploads", Tus_Resumable="1.0.0", Upload_Length="10",
            Upload_Metadata=f"filename {metadata},name {metadata},filetype {metadata}",
        )  # fmt: skip
        form = (
            '--b\r\nContent-Disposition: form-data; name="operations"\r\n\r\n'
            '{"query":"mutation($f: Upload!) { uploadVideo(file: $f) { id } }","variables":{"f":null}}\r\n'
            '--b\r\nContent-Disposition: form-data; name="map"\r\n\r\n{"0":["variables.f"]}\r\n'
            f'--b\r\nContent-Disposition: form-data; name="0"; filename="{in_header}"\r\n\r\nno film\r\n--b--'
        )
        watched.send("POST", "/graphql", form.encode(), Content_Type="multipart/form-data; boundary=b")


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        (f"../../{MARK}.json", stat.S_IFREG | 0o644),
        (f"/etc/{MARK}.json", stat.S_IFREG | 0o644),
        (f"a/..\\..\\{MARK}.json", stat.S_IFREG | 0o644),
        (f"{MARK}.json", stat.S_IFLNK | 0o777),
    ],
)
def test_zips_that_want_to_lie_elsewhere(
    watched: Watched, known: dict[str, str], name: str, mode: int
) -> None:
    content = str(watched.outside).encode()  # of a link: where it leads
    sent = watched.send("POST", "/api/imports", hostile_zip(name, content, mode))
    upload_id = re.search(r'"uploadId": ?"(\w+)"', sent.text)[1]
    assert bring_in(watched, known, upload_id)["state"] == "FAILED"


def test_annotations_that_name_other_files(watched: Watched, known: dict[str, str]) -> None:
    elsewhere = f"../../../{MARK}/{watched.outside}"
    coco = {
        "images": [{"id": 1, "file_name": elsewhere, "width": 96, "height": 72}],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 9, 9], "segmentation": elsewhere}
        ],
        "categories": [{"id": 1, "name": elsewhere}],
    }
    packed = hostile_zip("annotations.json", json.dumps(coco).encode())
    upload_id = re.search(r'"uploadId": ?"(\w+)"', watched.send("POST", "/api/imports", packed).text)[1]
    bring_in(watched, known, upload_id)


def bring_in(watched: Watched, known: dict[str, str], upload_id: str) -> dict[str, Any]:
    names = f'uploadId: "{upload_id}", fileName: {json.dumps(NAME)}, videoId: "{known["videoId"]}"'
    job = watched.ask(f"mutation {{ startImport({names}) {{ id }} }}")["startImport"]["id"]
    return watched.until_done(job)


@pytest.mark.parametrize("form", EXPORTS)
def test_exports_of_what_is_oddly_named(watched: Watched, known: dict[str, str], form: str) -> None:
    wanted = f'sessionIds: ["{known["sessionId"]}"], format: "{form}"'
    job_id = watched.ask(f"mutation {{ startExport({wanted}) {{ id }} }}")["startExport"]["id"]
    job = watched.until_done(job_id)
    assert job["state"] == "DONE", job
    with zipfile.ZipFile(watched.data / "exports" / f"{job_id}.zip") as archive:
        for name in archive.namelist():
            assert re.fullmatch(r"[A-Za-z0-9_./-]+", name), name
            assert ".." not in name and not name.startswith("/"), name
    shown = watched.send("HEAD", f"/api/jobs/{job_id}/download").text
    assert re.search(r'content-disposition: attachment; filename="[A-Za-z0-9_.-]+"', shown, re.IGNORECASE)


# What came of it


def inside_of_a_job(path: Path, data: Path) -> bool:
    """Below a folder that a child made for one export or import, under a generated name."""
    below = re.escape(str(data)) + r"/(exports|imports)/[0-9a-f]{32}\.work(/|$)"
    return re.match(below, str(path)) is not None and ".." not in path.parts


def test_no_path_has_anything_of_a_client(watched: Watched, known: dict[str, str]) -> None:
    touched = watched.touched()
    assert len(touched) > 1000  # it was watched
    assert any(one.path.is_relative_to(watched.data / "videos") for one in touched)  # its children too
    assert any(inside_of_a_job(one.path, watched.data) for one in touched)
    for one in touched:
        marked = MARK in str(one.path) and not inside_of_a_job(one.path, watched.data)
        assert not marked and str(one.path) not in DEVICES, one


def test_nothing_is_touched_but_what_is_ours(watched: Watched, known: dict[str, str]) -> None:
    """Written: below the data folder. Read: there, programs, libraries, and what the system tells."""
    readable = [
        *map(Path, {sys.prefix, sys.base_prefix, sys.exec_prefix, *filter(None, sys.path)}),
        *map(Path, ("/usr", "/lib", "/lib64", "/bin", "/sbin", "/sys", "/proc", "/etc", "/opt", "/dev")),
        Path(tempfile.gettempdir()),
        REPOSITORY,
        watched.server.folder,
    ]

    def is_ours(one: Touched) -> bool:
        if one.event == "subprocess.Popen":
            return True  # words of a command line; what it then touches is noted by itself
        if ".." in one.path.parts and not one.path.resolve().is_relative_to(REPOSITORY):
            return False
        if one.path.parent.name == "__pycache__" and one.path.is_relative_to(REPOSITORY):
            return True  # Python's own, in a fresh clone
        if one.writes:
            beside = str(one.path) in WRITTEN_BESIDE or RANDOM.fullmatch(str(one.path))
            return bool(beside) or one.path.is_relative_to(watched.data)
        return any(one.path.is_relative_to(place) or place.is_relative_to(one.path) for place in readable)

    assert [one for one in watched.touched() if not is_ours(one)] == []


WRITTEN_BESIDE = {"/dev/null", "/proc/self/oom_score_adj"}  # the latter: children are to be killed first


def test_nothing_came_to_lie_elsewhere(watched: Watched, known: dict[str, str]) -> None:
    assert watched.outside.read_text() == NOT_FOR_CLIENTS
    assert list(watched.outside.parent.iterdir()) == [watched.outside]
    found = [path for path in watched.server.folder.rglob(f"*{MARK}*")]
    assert found == [], found


# The page of a server whose app was not built. (The official protocol says 500 to every request for a stream
# that it cannot serve.)
EXPECTED = ("The browser app is not built yet",)


def test_no_answer_tells_of_the_machine(watched: Watched, known: dict[str, str]) -> None:
    assert sum(answered.status > 0 for answered in watched.answers) > 0.9 * len(watched.answers) > 1000
    private = (*LEAKS, NOT_FOR_CLIENTS, str(watched.server.folder), str(REPOSITORY), "root:")
    for answered in watched.answers:
        fails = answered.status >= 500 and not any(one in answered.text for one in EXPECTED)
        assert not fails or "/propagate_in_video" in answered.what, answered
        assert "Something went wrong" not in answered.text, answered
        for leak in private:
            told = leak in answered.text and leak not in answered.what
            assert not told, (leak, answered.what, answered.text[:500])
