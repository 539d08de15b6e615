"""What every answer says to a browser, whatever it is: a walk over each route of the table of permissions."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from backend.api.owner_key import owner_key
from backend.api.permissions.table import ROUTES
from tests.backend.live import Live, live, wait_until
from tests.backend.small_video import disc_x, write_small_video

LAN = "masklet.example:7262"
EVIL = "https://evil.example"
PAGE = b"<!doctype html><script>alert(document.cookie)</script>"
PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
BACK = "/api/sign-in/back"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Closed, with an app to serve."""
    folder = tmp_path_factory.mktemp("headers")
    dist = folder / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("<!doctype html><title>Masklet</title>")
    (dist / "icon.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    (dist / "assets" / "app.js").write_text("1")
    with live(folder, host="0.0.0.0") as running:
        yield running


@pytest.fixture(scope="module")
def owner(server: Live) -> Iterator[httpx2.Client]:
    bearer = f"Bearer {owner_key(server.service.settings.data)}"
    with httpx2.Client(
        base_url=server.url, headers={"host": LAN, "authorization": bearer}, timeout=60
    ) as client:
        yield client


@pytest.fixture(scope="module")
def known(owner: httpx2.Client, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Ids of things that are there, for the parts of routes."""
    clip = write_small_video(tmp_path_factory.mktemp("clip") / "clip.mp4").read_bytes()
    video = owner.post("/api/videos", params={"name": "a.html"}, content=clip).json()["videoId"]
    create = {"query": f'mutation {{ createSession(videoId: "{video}") {{ id }} }}'}
    wait_until(lambda: "errors" not in owner.post("/graphql", json=create).json())
    session = owner.post("/graphql", json=create).json()["data"]["createSession"]["id"]
    ask(owner, f'mutation {{ addObject(sessionId: "{session}", name: "<script>") {{ objectId }} }}')
    points = f"points: [{{x: {disc_x(0)}, y: 36}}]"
    ask(
        owner,
        f'mutation {{ setPrompt(sessionId: "{session}", prompt: {{objectId: 1, frameIdx: 0, {points}}}) }}',
    )
    export = f'startExport(sessionIds: ["{session}"], format: "coco") {{ id }}'
    job = ask(owner, f"mutation {{ {export} }}")["startExport"]["id"]
    wait_until(lambda: ask(owner, f'{{ job(id: "{job}") {{ state }} }}')["job"]["state"] == "DONE")
    begun = owner.post("/api/uploads", headers={"tus-resumable": "1.0.0", "upload-length": "10"})
    return {
        "video_id": video,
        "name": video,
        "session_id": session,
        "job_id": job,
        "upload_id": begun.headers["location"].rpartition("/")[2],
        "kind": "uploads",
    }


def ask(client: httpx2.Client, query: str) -> dict[str, dict[str, str]]:
    answer = client.post("/graphql", json={"query": query}).json()
    assert "errors" not in answer, answer
    return answer["data"]


def paths(known: dict[str, str]) -> list[str]:
    """Each route, leading to something that is there where it has parts."""
    found = []
    for route in ROUTES:
        variants = re.search(r"<any\(([^)]*)\):\w+>", route)
        for variant in variants[1].split(",") if variants else [""]:
            one = re.sub(r"<any\([^)]*\):\w+>", variant, route)
            one = "/icon.svg" if one == "/<path:name>" else one
            found.append(re.sub(r"[<{](?:\w+:)?(\w+)[>}]", lambda part: known.get(part[1], "0"), one))
    return found


def test_the_walk_meets_what_there_is(owner: httpx2.Client, known: dict[str, str]) -> None:
    good = {path for path in paths(known) if owner.get(path).status_code < 300}
    assert len(good) > 12, good
    for part in ("/poster.jpg", "/frames/0.jpg", "/download", "/icon.svg", "coco.json"):
        assert any(path.endswith(part) for path in good), (part, good)


def test_every_answer_of_every_route_has_its_headers(
    server: Live, owner: httpx2.Client, known: dict[str, str]
) -> None:
    """To who may and who may not, by every method: a browser runs, frames and guesses nothing."""
    with httpx2.Client(base_url=server.url, headers={"host": LAN}) as stranger:
        for path in [*paths(known), "/nothing/here", "/assets/app.js", "/%2e%2e/x"]:
            for method in METHODS:
                for client in (owner, stranger):
                    if client is owner and (method, path.rpartition("/")[0]) == ("DELETE", "/api/uploads"):
                        continue  # it would be gone for the others
                    told = client.request(method, path).headers
                    judge(f"{method} {path}", told)


def judge(what: str, told: httpx2.Headers) -> None:
    assert told["x-content-type-options"] == "nosniff", what
    assert told["x-frame-options"] == "DENY", what
    assert told["referrer-policy"] == "same-origin", what
    assert told["cross-origin-resource-policy"] in ("same-origin", "same-site"), what
    assert told["cross-origin-opener-policy"] == "same-origin", what
    assert "content-security-policy-report-only" not in told, what
    assert not {"x-powered-by", "x-masklet-file"} & set(told.keys()), what
    assert not [name for name in told if name.startswith("access-control-")], what
    policy = directives(told["content-security-policy"])
    assert policy["default-src"] == ["'none'"], what
    for name in ("frame-ancestors", "base-uri", "form-action"):
        assert policy[name] == ["'none'"], what
    assert policy["script-src"] == ["'self'"], what
    for name, sources in policy.items():
        assert set(sources) <= {"'self'", "'none'", "blob:", "data:"}, (what, name)
        assert "data:" not in sources or name == "img-src", (what, name)


def directives(policy: str) -> dict[str, list[str]]:
    pairs = (part.split() for part in policy.split(";"))
    return {name: sources for name, *sources in pairs}


def test_types_are_fixed_and_only_our_own_pages_are_pages(
    owner: httpx2.Client, known: dict[str, str]
) -> None:
    types = {
        ".jpg": "image/jpeg",
        ".mp4": "video/mp4",
        "/sound": "application/octet-stream",
        "/download": "application/zip",
        ".json": "application/json",
        ".csv": "text/csv",
        ".svg": "image/svg+xml",
    }
    ours = ("/", "/sessions", "/s/", "/projects", "/p/", "/join", "/healthy", "/queue", "/review")
    # Errors that people or the official demo meet are pages: one sentence, escaped.
    ours += ("/propagate_in_video", "/api/sign-in", "/api/sign-in/back")
    for path in paths(known):
        response = owner.get(path)
        kind = response.headers.get("content-type", "").partition(";")[0]
        expected = next((one for end, one in types.items() if path.endswith(end)), None)
        if response.status_code < 300 and expected:
            assert kind == expected, path
        if kind == "text/html":
            assert path in ours or path.startswith(("/s/", "/p/", "/projects/")), path


def test_what_is_downloaded_is_saved_and_not_shown(owner: httpx2.Client, known: dict[str, str]) -> None:
    response = owner.get(f"/api/jobs/{known['job_id']}/download")
    told = response.headers["content-disposition"]
    assert re.fullmatch(r'attachment; filename="[A-Za-z0-9_.-]+\.zip"', told), told
    names = zipfile.ZipFile(io.BytesIO(response.content)).namelist()
    assert names and all(re.fullmatch(r"[A-Za-z0-9_./-]+", name) for name in names)
    coco = owner.get(f"/api/sessions/{known['session_id']}/export/coco.json")
    assert coco.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize("name", ["x.html", "x.svg", "x.mp4", "x.js"])
@pytest.mark.parametrize("content", [PAGE, PICTURE], ids=["page", "svg"])
def test_a_page_that_calls_itself_a_video_is_never_served(
    owner: httpx2.Client, name: str, content: bytes
) -> None:
    """Whoever is sent a link to it would run it as the server's own page."""
    sent = owner.post(
        "/api/videos", params={"name": name}, content=content, headers={"content-type": "text/html"}
    )
    video = sent.json()["videoId"]
    wait_until(lambda: ask(owner, f'{{ video(id: "{video}") {{ state }} }}')["video"]["state"] == "FAILED")
    for place in ("source.mp4", "rendition.mp4", "poster.jpg", "frames/0.jpg", "sound"):
        response = owner.get(f"/media/{video}/{place}")
        assert response.status_code in (404, 409) and b"<script" not in response.content, place
        assert response.headers["content-type"] == "application/json"


def test_errors_that_quote_a_client_are_no_pages(server: Live, owner: httpx2.Client) -> None:
    script = "<script>alert(1)</script>"
    with httpx2.Client(base_url=server.url, headers={"host": LAN, "accept": "text/html"}) as stranger:
        for client in (owner, stranger):
            for path in (
                f"/{script}",
                f"/media/{script}/poster.jpg",
                f"/x?key={script}&to={script}",
                f"{BACK}?error={script}&state={script}",
            ):
                response = client.get(path)
                assert script not in response.text, path
    answer = owner.post("/graphql", json={"query": f"{{ {script} }}"})
    assert answer.headers["content-type"].startswith("application/json")


def test_other_pages_may_not_read_with_somebodys_login(owner: httpx2.Client, known: dict[str, str]) -> None:
    """No other origin is told that it may, and so browsers keep the answers from its scripts."""
    for origin in (
        EVIL,
        "null",
        "http://localhost:5173",
        f"http://{LAN}.evil.example",
        f"https://evil.{LAN}",
    ):
        for path in paths(known):
            asked = {"origin": origin, "access-control-request-method": "GET"}
            for method in ("GET", "OPTIONS"):
                told = owner.request(method, path, headers=asked).headers
                assert "access-control-allow-origin" not in told, (origin, path)


def test_the_app_itself_needs_nothing_that_the_policy_forbids(repository: Path) -> None:
    """No script and no style within the page: there is nothing that a policy would have to let through."""
    page = (repository / "frontend" / "index.html").read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bon\w+=|\bstyle=|javascript:", page)
