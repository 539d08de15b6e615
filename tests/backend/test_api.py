"""Masklet's GraphQL operations: what they do, what they refuse, and how they say so."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from backend.api.schema import build_schema, print_schema
from backend.domain.video import Video, VideoState
from backend.limits import Limits
from tests.backend.databases import PostgreSQLServer
from tests.backend.live import CLIP, FRAMES, HEIGHT, SET_PROMPT, TRACK, WIDTH, Live, Seen, live

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    database_url = ""
    if request.param == "postgresql":
        database: PostgreSQLServer = request.getfixturevalue("postgresql_server")
        database.empty()
        database_url = database.url
    with live(tmp_path_factory.mktemp("api"), database_url=database_url) as running:
        yield running


@pytest.fixture
def session(server: Live) -> str:
    return server.session()


def test_the_committed_schema_is_the_one_that_is_served() -> None:
    assert (REPOSITORY / "frontend" / "schema.graphql").read_text() == print_schema(), "run make schema"


def test_the_library_tells_what_a_player_needs(server: Live) -> None:
    fields = "id title state progress error width height numFrames fps frameTimesS inGallery"
    playing = "renditionUrl renditionProgress pixelAspect"
    clips = server.ask(f"{{ library {{ {fields} {playing} posterUrl sourceSha256 }} }}")
    clip = next(clip for clip in clips if clip["id"] == "clip")
    assert clip == {
        "id": "clip",
        "title": "Clip.mp4",
        "state": "READY",
        "progress": 0.0,
        "error": None,
        "width": WIDTH,
        "height": HEIGHT,
        "numFrames": FRAMES,
        "fps": pytest.approx(25),
        "frameTimesS": list(CLIP.pts_s),
        "renditionUrl": "/media/clip/rendition.mp4",
        "renditionProgress": 1.0,
        "pixelAspect": 1.0,
        "posterUrl": "/media/clip/poster.jpg",
        "inGallery": True,
        "sourceSha256": "0" * 64,
    }
    assert server.ask("query($id: ID!) { video(id: $id) { title } }", id="clip") == {"title": "Clip.mp4"}


def test_a_session_is_made_found_and_listed(server: Live) -> None:
    first, second = server.session(), server.session()
    listed = [session["id"] for session in server.ask("{ sessions { id } }")]
    assert listed.index(second) < listed.index(first)
    query = "query($id: ID!) { session(id: $id) { id version video { id } engine { id available } } }"
    assert server.ask(query, id=first) == {
        "id": first,
        "version": 1,
        "video": {"id": "clip"},
        "engine": {"id": "fake", "available": True},
    }


def test_the_menu_says_what_cannot_be_chosen_and_why(server: Live) -> None:
    menu = server.ask("{ engines { id label device available note } }")
    assert [engine["available"] for engine in menu] == [True, False]
    assert "download_ckpts.sh" in menu[1]["note"]
    code, sentence = server.refusal(
        'mutation($e: ID!) { createSession(videoId: "clip", engineId: $e) { id } }', e=menu[1]["id"]
    )
    assert (code, sentence) == ("UNAVAILABLE", menu[1]["note"])


def test_objects_are_added_renamed_coloured_and_removed(server: Live, session: str) -> None:
    fields = "{ objectId name colour removed }"
    first = server.ask(f"mutation($s: ID!) {{ addObject(sessionId: $s) {fields} }}", s=session)
    assert first["objectId"] == 1 and first["name"] == "Object 1" and not first["removed"]
    renamed = server.ask(
        'mutation($s: ID!) { updateObject(sessionId: $s, objectId: 1, name: " Red  cup ", '
        f'colour: "#FF0000") {fields} }}',
        s=session,
    )
    assert renamed == {"objectId": 1, "name": "Red cup", "colour": "#ff0000", "removed": False}
    version = server.ask("mutation($s: ID!) { deleteObject(sessionId: $s, objectId: 1) }", s=session)
    assert version == server.service.sessions.session(session).version
    again = server.ask(f"mutation($s: ID!) {{ addObject(sessionId: $s) {fields} }}", s=session)
    assert again["objectId"] == 2


def test_a_click_draws_a_mask_before_it_is_answered(server: Live, session: str) -> None:
    version = server.click(session, 1, 3, 40, 30)
    (mask,) = server.service.sessions.masks(session, 3, 3)
    assert mask.area > 0 and mask.version == version


def test_prompts_are_replaced_as_a_whole_and_cleared_by_an_empty_set(server: Live, session: str) -> None:
    server.click(session, 1, 3, 40, 30)
    server.click(session, 1, 3, 20, 20)
    (prompt,) = server.service.sessions.prompts(session)
    assert [(point.x, point.y) for point in prompt.points] == [(20, 20)]
    server.ask(SET_PROMPT, s=session, p={"objectId": 1, "frameIdx": 3})
    assert server.service.sessions.prompts(session) == []
    assert list(server.service.sessions.masks(session)) == []


def test_a_box_and_a_mask_are_prompts_too(server: Live, session: str) -> None:
    server.click(session, 1, 0, 40, 30)
    box = {"x0": 10, "y0": 10, "x1": 30, "y1": 40}
    server.ask(SET_PROMPT, s=session, p={"objectId": 1, "frameIdx": 1, "box": box})
    (boxed,) = server.service.sessions.masks(session, 1, 1)
    assert boxed.area == pytest.approx(20 * 30, rel=0.1)
    assert boxed.rle
    mask = {"height": HEIGHT, "width": WIDTH, "counts": boxed.rle.counts}
    server.ask(SET_PROMPT, s=session, p={"objectId": 1, "frameIdx": 2, "mask": mask})
    assert any(prompt.mask for prompt in server.service.sessions.prompts(session))


def test_tracking_is_started_followed_and_starts_over(server: Live, session: str) -> None:
    server.click(session, 1, 5, 40, 30)
    started = server.ask(TRACK, s=session, d="BOTH")
    assert started["framesTotal"] == FRAMES + 1  # the start frame begins each way
    with server.feed(session) as feed:
        seen = Seen().until(feed, lambda s: s.state == "DONE")
        assert len(seen.masks) == FRAMES
        server.ask("mutation($s: ID!) { clearPrompts(sessionId: $s) }", s=session)
        seen.until(feed, lambda s: not s.masks)
    assert server.service.sessions.prompts(session) == []


def test_cancel_answers_and_keeps_what_is_done(tmp_path: Path) -> None:
    with live(tmp_path, frame_delay_s=0.05) as server:
        session = server.session()
        server.click(session, 1, 0, 40, 30)
        server.ask(TRACK, s=session, d="FORWARD")
        with server.feed(session) as feed:
            seen = Seen().until(feed, lambda s: len(s.masks) >= 3)
            server.ask("mutation($s: ID!) { cancelTracking(sessionId: $s) }", s=session)
            seen.until(feed, lambda s: s.state == "CANCELLED")
        assert 3 <= len(seen.masks) < FRAMES


BAD_PROMPTS = [
    ({"objectId": 1, "frameIdx": FRAMES, "points": [{"x": 1, "y": 1}]}, f"Frame {FRAMES} is outside"),
    ({"objectId": 1, "frameIdx": -1, "points": [{"x": 1, "y": 1}]}, "Frame -1 is outside"),
    ({"objectId": 1, "frameIdx": 0, "points": [{"x": WIDTH + 1, "y": 1}]}, "is outside the frame"),
    ({"objectId": 1, "frameIdx": 0, "points": [{"x": 1, "y": 1}] * 257}, "at most 256 points"),
    ({"objectId": 1, "frameIdx": 0, "box": {"x0": 5, "y0": 5, "x1": 5, "y1": 9}}, "x0 < x1"),
    (
        {"objectId": 1, "frameIdx": 0, "mask": {"height": 2, "width": 2, "counts": "4"}},
        "The mask is 2 x 2 pixels",
    ),
    (
        {"objectId": 1, "frameIdx": 0, "mask": {"height": HEIGHT, "width": WIDTH, "counts": "~~"}},
        "character that no COCO RLE has",
    ),
    ({"objectId": 1, "frameIdx": 0, "mask": {"height": 0, "width": 2, "counts": ""}}, "at least 1 pixel"),
]


@pytest.mark.parametrize(("prompt", "sentence"), BAD_PROMPTS)
def test_a_prompt_that_cannot_be_meant_is_refused(
    server: Live, session: str, prompt: dict[str, object], sentence: str
) -> None:
    server.service.commands.add_object(session)
    code, said = server.refusal(SET_PROMPT, s=session, p=prompt)
    assert code == "INVALID_INPUT" and sentence in said
    assert server.service.sessions.prompts(session) == []


def test_what_is_not_there_is_said_plainly(server: Live, session: str) -> None:
    create = "mutation($v: ID!) { createSession(videoId: $v) { id } }"
    prompt = {"objectId": 7, "frameIdx": 0, "points": [{"x": 1, "y": 1}]}
    delete = "mutation($s: ID!) { deleteObject(sessionId: $s, objectId: 7) }"
    refusals = [
        server.refusal("query($s: ID!) { session(id: $s) { id } }", s="../../etc/passwd"),
        server.refusal("query($v: ID!) { video(id: $v) { id } }", v="none"),
        server.refusal(create, v="none"),
        server.refusal(create.replace("videoId: $v", 'videoId: $v, engineId: "gpt"'), v="clip"),
        server.refusal(SET_PROMPT, s="none", p=prompt),
        server.refusal(SET_PROMPT, s=session, p=prompt),
        server.refusal(delete, s=session),
        server.refusal(TRACK, s="none", d="BOTH"),
        server.refusal('mutation { cancelTracking(sessionId: "none") }'),
    ]
    assert {code for code, _ in refusals} == {"NOT_FOUND"}
    assert all(sentence.endswith(".") and len(sentence) < 120 for _, sentence in refusals)


def test_a_track_without_a_prompt_says_what_to_do(server: Live, session: str) -> None:
    code, sentence = server.refusal(TRACK, s=session, d="BOTH")
    assert (code, sentence) == ("INVALID_INPUT", "There is nothing to track yet: click an object first.")


def test_a_video_that_is_not_ready_gets_no_session(server: Live) -> None:
    server.service.videos.put_video(Video("later", "Later.mov", "", VideoState.IMPORTING))
    code, sentence = server.refusal('mutation { createSession(videoId: "later") { id } }')
    assert code == "CONFLICT" and "still being read" in sentence


def test_an_unexpected_error_is_logged_and_not_shown(
    server: Live, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> list[object]:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(server.service.host, "engines", broken)
    with caplog.at_level(logging.ERROR, "masklet"):
        code, sentence = server.refusal("{ engines { id } }")
    assert code == "INTERNAL" and "secret" not in sentence
    error_id = sentence.rstrip(".").rsplit(" ", 1)[1]
    (record,) = [record for record in caplog.records if error_id in record.getMessage()]
    assert record.exc_info and "secret detail" in str(record.exc_info[1])


def deep(levels: int) -> str:
    return "{ a" * levels + "}" * levels


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("{ nothing }", "Cannot query field 'nothing'"),
        ("{ __schema { types " + deep(16) + " } }", "Cannot query field"),
        ("{ " + " ".join(f"a{i}: engines {{ id }}" for i in range(21)) + " }", "21 aliases, and 20"),
        ("{ " + "engines { id } " * 700 + "}", "more than 2000 tokens"),
        (deep(900), "nested too deeply"),
        ("{", "Syntax Error"),
    ],
)
def test_queries_are_bounded(server: Live, query: str, sentence: str) -> None:
    answer = server.graphql(query)
    assert sentence in answer["errors"][0]["message"]
    assert "Traceback" not in str(answer)
    assert answer["errors"][0]["extensions"]["code"] == "BAD_QUERY"


def test_introspection_cannot_be_made_to_explode(server: Live) -> None:
    nested = "{ __schema { types " + "{ fields { type " * 5 + "{ name }" + " } }" * 5 + " } }"
    chain = "".join(f" fragment f{i} on __Type {{ fields {{ type {{ ...f{i + 1} }} }} }}" for i in range(5))
    hidden = "{ __schema { types { ...f0 } } }" + chain + " fragment f5 on __Type { name }"
    for query in (nested, hidden):
        assert "ask for less" in server.graphql(query)["errors"][0]["message"]


def test_clients_may_read_the_schema(server: Live) -> None:
    fields = server.ask("{ __schema { queryType { fields { name } } } }")["queryType"]["fields"]
    assert {field["name"] for field in fields} >= {"library", "sessions", "videos", "defaultVideo"}
    assert build_schema(Limits()).introspect()


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        (b"{", "application/json", "Unable to parse request body as JSON"),
        (b"\xff\xfe", "application/json", "Unable to parse request body as JSON"),
        (b"[" * 100_000, "application/json", "Unable to parse request body as JSON"),
        (b'{"query":"{ engines { id } }"}', "text/plain", "Unsupported content type"),
        (b"query=x", "application/x-www-form-urlencoded", "Unsupported content type"),
        (b"{}", "application/json", "No GraphQL query found in the request"),
        (b'[{"query":"{ engines { id } }"}]', "application/json", "Batching is not enabled"),
        (b"null", "application/json", "The request body is no GraphQL operation"),
        (b'"text"', "application/json", "The request body is no GraphQL operation"),
        (
            b'{"query":"subscription { sessionFeed(sessionId: \\"x\\") { version } }"}',
            "application/json",
            "Subscriptions need the header Accept: text/event-stream",
        ),
    ],
)
def test_a_body_that_is_no_operation_is_refused(
    server: Live, body: bytes, content_type: str, text: str
) -> None:
    response = server.client.post("/graphql", content=body, headers={"content-type": content_type})
    (error,) = response.json()["errors"]
    assert (response.status_code, error) == (400, {"message": text, "extensions": {"code": "BAD_QUERY"}})


@pytest.mark.parametrize(
    ("operations", "files_map"),
    [
        ("null", '{"file": ["variables.file"]}'),
        ("5", "5"),
        ("[]", "[]"),
        ('{"variables": {"file": null}}', '{"file": 5}'),
        ('{"variables": {"file": []}}', '{"file": ["variables.file.9"]}'),
        ('{"variables": {"file": []}}', '{"file": ["variables.file.x"]}'),
        ('{"variables": {}}', '{"file": ["variables.a.b.c"]}'),
        ('{"variables": {"file": null}}', '{"other": ["variables.file"]}'),
    ],
)
def test_a_form_that_is_no_operation_is_refused(server: Live, operations: str, files_map: str) -> None:
    form = {"operations": (None, operations), "map": (None, files_map), "file": ("a.mp4", b"x", "video/mp4")}
    assert server.client.post("/graphql", files=form).status_code == 400


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=x"])
def test_a_broken_form_is_refused(server: Live, content_type: str) -> None:
    response = server.client.post("/graphql", content=b"garbage", headers={"content-type": content_type})
    assert response.status_code == 400 and "multipart" in response.json()["error"]


def test_an_upload_that_is_no_file_is_refused(server: Live) -> None:
    upload = "mutation($file: Upload!) { uploadVideo(file: $file) { id } }"
    assert server.refusal(upload, file="text")[0] == "INVALID_INPUT"


def test_half_a_character_is_refused(server: Live) -> None:
    body = b'{"query":"query($v: ID!) { video(id: $v) { id } }","variables":{"v":"\\ud800"}}'
    answer = server.client.post("/graphql", content=body, headers={"content-type": "application/json"}).json()
    assert answer["errors"][0]["extensions"]["code"] == "INVALID_INPUT"


def test_queries_are_not_sent_by_get(server: Live) -> None:
    response = server.client.get("/graphql", params={"query": "{ engines { id } }"})
    assert response.status_code == 400
    assert response.json()["errors"][0]["message"] == "queries are not allowed when using GET"
    page = server.client.get("/graphql", headers={"accept": "text/html"})
    assert page.status_code == 404


@pytest.mark.parametrize("path", ["/graphql", "/propagate_in_video"])
def test_a_body_that_is_too_large_is_refused_announced_or_not(server: Live, path: str) -> None:
    announced = httpx2.post(f"{server.url}{path}", json={"query": " " * (17 * 1024 * 1024)})
    assert announced.status_code == 413

    def endless() -> Iterator[bytes]:
        for _ in range(40):
            yield b" " * 1024 * 1024

    try:
        response = httpx2.post(
            f"{server.url}{path}", content=endless(), headers={"content-type": "application/json"}
        )
        assert response.status_code == 413
    except httpx2.WriteError:
        pass  # the server hung up while we were still sending: as good
