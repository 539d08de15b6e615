"""Every GraphQL root field and every HTTP route, really asked by everybody: what the table says happens, and
what is refused changes nothing. Generated from what is served, so nothing new is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from graphql import (
    GraphQLArgument,
    GraphQLNonNull,
    GraphQLObjectType,
    build_schema,
    get_named_type,
    is_leaf_type,
)
from graphql.type import GraphQLField

from backend.api.permissions import things
from backend.api.permissions.rules import CLOSED, REFUSALS, Rule
from backend.api.permissions.table import FIELDS, ROUTES
from backend.api.schema import print_schema
from backend.domain.jobs import ExportRequest, Job, JobState
from backend.domain.people import Grant, May, Role, Scope
from backend.domain.projects import HOME
from backend.store.tables import metadata
from tests.backend.team import LAN, Member, Place, Team, team
from tests.backend.test_security import example

# What each role may, said once more and by hand: the walk compares what happens with this.
MAYS = {
    "viewer": {May.LOOK},
    "reviewer": {May.LOOK, May.COMMENT, May.REVIEW},
    "annotator": {May.LOOK, May.COMMENT, May.EDIT},
    "owner": set(May),
}
EVERYBODY = ("stranger", "outsider", "foreign owner", *MAYS, "key")
OF_THE_SERVER = {"Query.newcomers"}  # `place`, without a place
IN_THE_FIRST_PROJECT = {"Mutation.uploadVideo", "Mutation.startSession"}  # the demo knows no other
UPLOAD = "mutation($f: Upload!) { uploadVideo(file: $f) { id } }"
HIDDEN = (
    things.NO_SESSION,
    things.NO_PROJECT,
    things.NO_VIDEO,
    things.NO_JOB,
    "Cannot find session",
    "There is no such link",
    "There is no video",
)
FORBIDDEN = (*REFUSALS.values(), "Only an owner of this")
UNCOMPARED = {"logins", "api_tokens"}  # that one was used is noted in them
POSTED = {
    "/propagate_in_video",
    "/api/sessions/{session_id}/here",
    "/api/uploads",
    "/api/videos",
    "/api/imports",
    "/api/join",
    "/api/sign-out",
}
ONE_S_OWN = "/api/uploads/{upload_id}"  # walked by a test of its own


@dataclass(frozen=True)
class World:
    place: Place
    job_id: str
    link_id: str

    def ids(self) -> Mapping[str, str]:
        return {
            "sessionId": self.place.session_id,
            "session_id": self.place.session_id,
            "projectId": self.place.project_id,
            "videoId": self.place.video_id,
            "video_id": self.place.video_id,
            "job_id": self.job_id,
        }

    def all(self) -> tuple[str, ...]:
        return (*self.place.__dict__.values(), self.job_id, self.link_id)


@dataclass(frozen=True)
class Walkers:
    crew: Team
    people: Mapping[str, Member]

    def world(self) -> World:
        """A new place, in which everybody has their role."""
        place, service = self.crew.place(), self.crew.server.service
        for name in MAYS:
            person = self.people[name].person
            assert person is not None
            self.crew.give(person, Role(name), place.scope)
        job = Job(place.video_id, ExportRequest((place.session_id,), "coco"), "x", 1.0)
        service.jobs._store.put_job(
            Job(**{**job.__dict__, "owner": "somebody else", "state": JobState.DONE, "ended_s": 2.0})
        )
        maker = self.people["owner"].person
        link = service.people.create_link(_Maker(maker), Grant(place.scope, Role.VIEWER)).link
        return World(place, job.job_id, link.link_id)

    def kept(self) -> dict[str, list[Any]]:
        """All that is in the database."""
        with self.crew.server.service.sessions._database.read() as connection:
            return {
                table.name: sorted(map(repr, connection.execute(table.select()).all()))
                for table in metadata.sorted_tables
                if table.name not in UNCOMPARED
            }


@dataclass(frozen=True)
class _Maker:
    person: Any


@pytest.fixture(scope="module")
def walkers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walkers]:
    with team(tmp_path_factory.mktemp("walk")) as crew:
        people = {"stranger": crew.stranger(), "key": crew.owner()}
        people["foreign owner"] = crew.member("foreign owner", Role.OWNER, crew.place().scope)
        people |= {name: crew.member(name) for name in ("outsider", *MAYS)}
        yield Walkers(crew, people)


def expected(who: str, name: str, wanted: Rule) -> str:
    """What the table says happens; each thing that is named lies in a place where each has their role."""
    if wanted.strangers:
        return "allowed"
    if who == "stranger":
        return "closed"
    for ask in wanted.asks if who != "key" else ():
        mays = MAYS["owner"] if who == "foreign owner" else MAYS.get(who, set())
        if ask.find is None:
            if ask.need not in mays:
                return "forbidden"
        elif ask.find is things.server or name in OF_THE_SERVER:
            return "forbidden"
        elif who not in MAYS or name in IN_THE_FIRST_PROJECT:
            return "hidden"
        elif ask.need not in mays:
            return "forbidden"
    return "allowed"


def happened(answer: httpx2.Response) -> str:
    text = answer.text.replace("&#x27;", "'")
    if CLOSED in text and answer.status_code == 401:
        return "closed"
    if any(sentence in text for sentence in FORBIDDEN):
        return "forbidden"
    if "There is no video 'gallery" in text:  # it is found, and is none of the gallery's
        return "allowed"
    if any(sentence in text for sentence in HIDDEN) or ("closeSession" in text and "false" in text):
        return "hidden"
    return "allowed"


def fields() -> dict[str, GraphQLField]:
    schema = build_schema(print_schema())
    kinds = (schema.query_type, schema.mutation_type, schema.subscription_type)
    return {f"{kind.name}.{name}": field for kind in kinds if kind for name, field in kind.fields.items()}


def value(name: str, argument: str, given: GraphQLArgument, world: World) -> str | None:
    """As GraphQL text; None: it is left out."""
    ids = world.ids()
    if argument == "id":
        kind = next(
            (k for k in ("Session", "Project", "Video", "Job", "Link") if k in name or k.lower() in name), ""
        )
        known = {"Job": world.job_id, "Link": world.link_id}
        return f'"{known.get(kind) or ids.get(f"{kind.lower()}Id", "none")}"'
    if argument == "sessionIds":
        return f'["{world.place.session_id}"]'
    if argument == "uploadId":
        return f'"{"0" * 32}"'
    if argument == "after":
        return "0" if "Subscription" in name else None
    if argument == "input":
        return _input(given, world)
    if argument in ids:
        return f'"{ids[argument]}"'
    return example(given.type) if isinstance(given.type, GraphQLNonNull) else None


def _input(given: GraphQLArgument, world: World) -> str:
    text = example(given.type)
    text = re.sub(r'sessionId: "[^"]*"', f'sessionId: "{world.place.session_id}"', text)
    return re.sub(r'path: "[^"]*"', f'path: "uploads/{world.place.video_id}.mp4"', text)


def operation(name: str, field: GraphQLField, world: World) -> str:
    kind, _, called = name.partition(".")
    given = {one: value(name, one, argument, world) for one, argument in field.args.items()}
    if given.get("projectId") and given.get("sessionId") and name != "Mutation.moveSession":
        del given["projectId" if name == "Mutation.startImport" else "sessionId"]
    said = ", ".join(f"{one}: {text}" for one, text in given.items() if text is not None)
    inner = "" if is_leaf_type(get_named_type(field.type)) else _selection(field)
    return f"{kind.lower()} {{ {called}{f'({said})' if said else ''} {inner} }}"


def _selection(field: GraphQLField) -> str:
    of = get_named_type(field.type)
    assert isinstance(of, GraphQLObjectType)
    named = [one for one in ("id", "success", "sessionId") if one in of.fields]
    return f"{{ __typename {' '.join(named)} }}"


def send(member: Member, query: str) -> httpx2.Response:
    if "uploadVideo" in query:
        parts = {
            "operations": (None, json.dumps({"query": UPLOAD, "variables": {"f": None}})),
            "map": (None, '{"0": ["variables.f"]}'),
            "0": ("x.mp4", b"no video"),
        }
        return member.client.post("/graphql", files=parts)
    if not query.startswith("subscription"):
        return member.post(query)
    headers = {"accept": "text/event-stream"}
    with member.client.stream("POST", "/graphql", json={"query": query}, headers=headers) as answer:
        body = b""
        for chunk in answer.iter_raw():
            body += chunk
            if b"data:" in body or answer.status_code != 200:
                break
        return httpx2.Response(answer.status_code, content=body)


def alike(text: str, world: World, other: World) -> str:
    """An answer as it would be to the other's ids."""
    for one, twin in zip(world.all(), other.all(), strict=True):
        text = text.replace(one, twin)
    return text


NOWHERE = World(Place("no-project", "no-session", "no-video"), "no-job", "no-link")


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_does_what_its_rule_says(walkers: Walkers, name: str) -> None:
    field, wanted, world = fields()[name], FIELDS[name], walkers.world()
    query, of_nothing = operation(name, field, world), operation(name, field, NOWHERE)
    verdicts = {who: expected(who, name, wanted) for who in EVERYBODY}
    before = walkers.kept()
    for who, verdict in verdicts.items():
        if verdict != "allowed":
            answer = send(walkers.people[who], query)
            assert happened(answer) == verdict, (who, query, answer.text)
            if verdict == "hidden":
                same = send(walkers.people[who], of_nothing).text
                assert alike(answer.text, world, NOWHERE) == same, who
    assert walkers.kept() == before, "what was refused has changed something"
    may = [who for who in EVERYBODY if verdicts[who] == "allowed"]
    of_it = [who for who in may if who in MAYS or who == "key"]
    for who in may:
        answer = send(walkers.people[who], query)
        if who in of_it:
            is_gone = who != of_it[0] and happened(answer) == "hidden"  # the one before has deleted it
            assert happened(answer) == "allowed" or is_gone, (who, answer.text)
        elif not wanted.strangers:
            assert not any(one in answer.text for one in world.all()), (who, answer.text)


@pytest.mark.parametrize("path", [path for path in ROUTES if path not in ("/graphql", ONE_S_OWN)])
def test_a_route_does_what_its_rule_says(walkers: Walkers, path: str) -> None:
    wanted, world = ROUTES[path], walkers.world()
    before = walkers.kept()
    verdicts = {who: expected(who, path, wanted) for who in EVERYBODY}
    for who in sorted(EVERYBODY, key=lambda who: verdicts[who] == "allowed"):
        if path in ("/api/join", "/api/sign-out"):
            continue  # `test_team_access`
        answer = request(walkers.people[who], path, world)
        assert happened(answer) == verdicts[who], (who, answer.status_code, answer.text[:300])
        if verdicts[who] != "allowed":
            assert answer.status_code in (401, 403, 404) or path == "/propagate_in_video"
            assert walkers.kept() == before, "what was refused has changed something"
        if verdicts[who] == "hidden":
            same = request(walkers.people[who], path, NOWHERE).text
            assert alike(answer.text, world, NOWHERE) == same, who


def request(member: Member, path: str, world: World) -> httpx2.Response:
    ids = {**world.ids(), "name": world.place.video_id, "kind": "uploads"}
    address = path.replace("<any(rendition,source):kind>", "rendition")
    address = re.sub(r"<any[^>]*>", "uploads", address)
    address = re.sub(r"<int:\w+>", "0", address)
    address = re.sub(r"[<{](?:\w+:)?(\w+)[>}]", lambda found: ids.get(found[1], "x"), address)
    if path in ("/api/uploads", "/api/videos"):
        address += f"?project={world.place.project_id}&name=x"
    headers = {"upload-length": "10", "tus-resumable": "1.0.0", "host": LAN}
    if path == "/propagate_in_video":
        body = {"session_id": world.place.session_id, "start_frame_index": 0}
        return member.client.post(address, json=body)
    return member.client.request("POST" if path in POSTED else "GET", address, headers=headers)


def test_an_upload_is_its_own_persons(walkers: Walkers) -> None:
    world = walkers.world()
    headers = {"upload-length": "10", "tus-resumable": "1.0.0"}
    annotator = walkers.people["annotator"]
    made = annotator.client.post(f"/api/uploads?project={world.place.project_id}", headers=headers)
    place = made.headers["location"]
    for who, member in walkers.people.items():
        for method in ("HEAD", "PATCH", "DELETE"):
            more = {"upload-offset": "0", "content-type": "application/offset+octet-stream"}
            answer = member.client.request(method, place, headers={**headers, **more})
            if who not in ("annotator", "stranger"):
                assert answer.status_code == 404, who
            elif who == "stranger":
                assert answer.status_code == 401
            elif method == "HEAD":
                assert answer.status_code == 200
                break  # its own: not deleted yet
    assert annotator.person is not None
    walkers.crew.give(annotator.person, Role.VIEWER, world.place.scope)
    assert annotator.client.head(place, headers=headers).status_code == 404, "they may not upload any more"


# Lists


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("{ library { id } }", "video"),
        ("{ sessions { id } }", "session"),
        ("{ projects { id } }", "project"),
        ("{ jobs { id } }", "job"),
    ],
)
def test_a_list_holds_what_one_may_see(walkers: Walkers, query: str, named: str) -> None:
    world, other = walkers.world(), walkers.crew.place()
    wanted = {
        "job": world.job_id,
        **{one: getattr(world.place, f"{one}_id") for one in ("video", "session", "project")},
    }
    for who, member in walkers.people.items():
        if who == "stranger":
            continue
        ids = {one["id"] for one in member.ask(query)}
        assert (wanted[named] in ids) == (who in MAYS or who == "key"), who
        assert other.session_id not in ids or who == "key"
        assert HOME not in ids or who == "key"
        if named == "video":
            assert "clip" in ids, "the gallery is everybody's"


def test_deleted_sessions_are_hidden_as_the_others(walkers: Walkers) -> None:
    world = walkers.world()
    owner = walkers.people["owner"]
    assert owner.ask("mutation($s: ID!) { deleteSession(sessionId: $s) }", s=world.place.session_id)
    for who, member in walkers.people.items():
        if who != "stranger":
            ids = {one["id"] for one in member.ask("{ deletedSessions { id } }")}
            assert (world.place.session_id in ids) == (who in MAYS or who == "key"), who


def test_in_one_session_alone_a_role_reaches_no_further(walkers: Walkers) -> None:
    world = walkers.world()
    guest = walkers.crew.member("guest", Role.OWNER, Scope.session(world.place.session_id))
    own, video = {"s": world.place.session_id}, {"v": world.place.video_id}
    project = {"p": world.place.project_id}
    assert guest.code("query($s: ID!) { session(id: $s) { id } }", **own) is None
    assert guest.code("query($v: ID!) { video(id: $v) { id } }", **video) is None
    for query, named, code in (
        ("query($p: ID!) { project(id: $p) { id } }", project, "NOT_FOUND"),
        ("mutation($v: ID!) { deleteVideo(videoId: $v) }", video, "FORBIDDEN"),
        ("mutation($s: ID!) { deleteSession(sessionId: $s) }", own, "FORBIDDEN"),
        ("mutation($s: ID!) { duplicateSession(sessionId: $s) { id } }", own, "FORBIDDEN"),
        ("mutation($v: ID!) { createSession(videoId: $v) { id } }", video, "NOT_FOUND"),
        ('mutation { createProject(title: "x") { id } }', {}, "FORBIDDEN"),
        ("{ newcomers { id } }", {}, "FORBIDDEN"),
    ):
        assert guest.code(query, **named) == code, query


def test_what_names_nothing_is_refused_where_something_must_be_named(walkers: Walkers) -> None:
    viewer = walkers.people["viewer"]
    start = 'mutation { startExport(sessionIds: [], format: "coco") { id } }'
    assert viewer.code(start) == "FORBIDDEN"
