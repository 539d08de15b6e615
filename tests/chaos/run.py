"""One run: people at work, weather, and a reckoning."""

from __future__ import annotations

import random
import shutil
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from backend.domain.video import Video, VideoState
from backend.media.library import VideoLibrary
from backend.store.database import open_database
from backend.store.sessions import SqlSessionStore
from backend.store.videos import SqlVideoStore
from tests.chaos.clip import write_clip
from tests.chaos.followers import Follower
from tests.chaos.people import ADD, CREATE, FAILED, PATIENCE_S, Clicked, Desk, Person, Tracked
from tests.chaos.replay import unbroken
from tests.chaos.weather import Weather, small_disk
from tests.e2e.server import MaskletServer

UP_S = (0.3, 5.0)  # how long the server is left alone between two strikes


@dataclass(frozen=True)
class Plan:
    """What to do. Four people: two on sessions of their own, two on one that they share."""

    folder: Path
    strikes: int
    seed: int = 1
    fill_disk: bool = False
    database_url: str = ""  # empty: SQLite


@dataclass
class Report:
    """What came out; `wrong` must be empty."""

    strikes: Counter[str] = field(default_factory=Counter)
    clicks: int = 0
    tracks: Counter[str] = field(default_factory=Counter)  # by how they ended
    cuts: int = 0  # requests without an answer
    refusals: Counter[str] = field(default_factory=Counter)  # sentences
    masks: int = 0
    messages: int = 0  # of the feeds
    connections: int = 0
    compared: int = 0  # masks that were compared with an unbroken run's
    sessions_compared: int = 0
    wall_s: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        strikes = ", ".join(f"{count} x {kind}" for kind, count in sorted(self.strikes.items()))
        tracks = ", ".join(f"{count} {state.lower()}" for state, count in sorted(self.tracks.items()))
        refused = "; ".join(f"{count} x “{sentence}”" for sentence, count in self.refusals.items())
        return "\n".join(
            [
                f"strikes: {strikes}, in {self.wall_s:.0f} s",
                f"acknowledged: {self.clicks} clicks, {sum(self.tracks.values())} tracks ({tracks})",
                f"requests cut off: {self.cuts}; refused: {refused or 'none'}",
                f"feeds: {self.messages} messages over {self.connections} connections",
                f"masks stored: {self.masks}; equal to an unbroken run's: {self.compared} "
                f"in {self.sessions_compared} sessions",
                f"wrong: {len(self.wrong)}",
                *(f"  {line}" for line in self.wrong[:20]),
            ]
        )


def run(plan: Plan) -> Report:
    began_s, report = time.monotonic(), Report()
    with ExitStack() as undo:
        disk = undo.enter_context(small_disk(plan.folder / "disk")) if plan.fill_disk else None
        data = (disk or plan.folder) / "data"
        database_url = plan.database_url or f"sqlite:///{data / 'masklet.sqlite'}"
        video = import_clip(plan.folder / "clip.mp4", data, database_url)
        server = undo.enter_context(_running(plan.folder, data, plan.database_url))
        people, followers = _people(server, video, plan.seed)
        weather = Weather(server, random.Random(plan.seed), disk)
        for thread in (*followers, *people):
            thread.start()
        for _ in range(plan.strikes):
            time.sleep(weather.chance.uniform(*UP_S))
            weather.strike()
        for person in people:
            person.stop()
        for person in people:
            person.join(2 * PATIENCE_S)
        report.strikes = weather.strikes
        _reckon_feeds(people, followers, report)
        assert server.stop() == 0, server.log.read_text()[-4000:]
        _reckon_store(people, followers, database_url, report)
        _reckon_masks(people, plan.folder, data, video, database_url, report)
    report.wall_s = time.monotonic() - began_s
    return report


def import_clip(clip: Path, data: Path, database_url: str) -> Video:
    """A video that is ready, in a data folder that no server has used yet."""
    write_clip(clip)
    data.mkdir(parents=True, exist_ok=True)
    database = open_database(database_url)
    rows = SqlVideoStore(database)
    library = VideoLibrary(rows, data)
    library.start()
    try:
        with clip.open("rb") as file:
            video_id = library.receive(file, "Discs.mp4").video_id
        while rows.video(video_id).state is not VideoState.READY:
            assert rows.video(video_id).state is VideoState.IMPORTING, rows.video(video_id).error
            time.sleep(0.05)
        return rows.video(video_id)
    finally:
        library.close()
        database.close()


@contextmanager
def _running(folder: Path, data: Path, database_url: str) -> Iterator[MaskletServer]:
    others = {"DATABASE_URL": database_url} if database_url else {}
    no_limit = {"MASKLET_MAX_REQUESTS_PER_MINUTE": "0"}  # people who wait by asking ask often
    server = MaskletServer(folder, gallery=False, MASKLET_DATA=str(data), **no_limit, **others)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _people(server: MaskletServer, video: Video, seed: int) -> tuple[list[Person], list[Follower]]:
    desk = Desk(server.url)
    sessions = [desk.insist(CREATE, video=video.video_id)["id"] for _ in range(3)]
    objects = {
        session: [desk.insist(ADD, session=session)["objectId"] for _ in range(count)]
        for session, count in zip(sessions, (2, 2, 3), strict=True)
    }
    first, second, shared = sessions
    people = [
        Person(server.url, first, objects[first], 10 * seed, alone=True),
        Person(server.url, second, objects[second], 10 * seed + 1, alone=True),
        Person(server.url, shared, objects[shared][:1], 10 * seed + 2, alone=False),
        Person(server.url, shared, objects[shared][1:], 10 * seed + 3, alone=False),
    ]
    followers = [
        Follower(server.url, person.session_id, person_number) for person_number, person in enumerate(people)
    ]
    return people, followers


def _reckon_feeds(people: Sequence[Person], followers: Sequence[Follower], report: Report) -> None:
    """Everyone is done: who followed from the beginning knows what one who asks now is told."""
    for person, follower in zip(people, followers, strict=True):
        if person.failure is not None or person.is_alive():
            report.wrong.append(f"{person.name} could not work: {person.failure!r}")
        seen = person.desk.look(person.session_id)
        if not follower.reached(seen.version, PATIENCE_S):
            report.wrong.append(f"the feed stands at {follower.told.view.version}, not {seen.version}")
        follower.stop()
        report.wrong += follower.told.wrong
        report.messages += follower.told.messages
        report.connections += follower.told.connections
        report.cuts += person.desk.cuts
        report.refusals.update(person.desk.refusals)


def _reckon_store(
    people: Sequence[Person], followers: Sequence[Follower], database_url: str, report: Report
) -> None:
    """Every acknowledged click is there as it was, unless the same person changed it later."""
    database = open_database(database_url)
    store = SqlSessionStore(database)
    for person, follower in zip(people, followers, strict=True):
        clicks = [done for done in person.done if isinstance(done, Clicked)]
        report.clicks += len(clicks)
        report.tracks.update(done.state for done in person.done if isinstance(done, Tracked))
        prompts = {
            (p.object_id, p.frame_idx): tuple((c.x, c.y, c.include) for c in p.points)
            for p in store.prompts(person.session_id)
        }
        masks = {(m.object_id, m.frame_idx): m for m in store.masks(person.session_id)}
        for place, points in {click.place: click.points for click in clicks}.items():
            if prompts.get(place, ()) != points:
                report.wrong.append(f"{place}: {points} was acknowledged, {prompts.get(place)} is there")
            if points and place not in masks:
                report.wrong.append(f"{place}: was clicked, and has no mask")
        told = follower.told.view
        if told.points != {place: list(points) for place, points in prompts.items()}:
            report.wrong.append(f"{person.name}: the feed tells of other clicks than the store has")
        if {place: rle["counts"] for place, rle in told.rles.items()} != {
            place: mask.rle.counts for place, mask in masks.items() if mask.rle
        }:
            report.wrong.append(f"{person.name}: the feed tells of other masks than the store has")
        propagation = store.propagation(person.session_id)
        if propagation is not None and propagation.state.value == "running":
            report.wrong.append(f"{person.name}: tracking still runs")
    for session_id in {person.session_id for person in people}:
        report.masks += sum(1 for _ in store.masks(session_id))
    database.close()


def _reckon_masks(
    people: Sequence[Person], folder: Path, data: Path, video: Video, database_url: str, report: Report
) -> None:
    """The sessions of one person each, done again without a kill: pixel for pixel the same."""
    database = open_database(database_url)
    store = SqlSessionStore(database)
    for person in people[:2]:
        if any(isinstance(done, Tracked) and done.state == FAILED for done in person.done):
            continue  # a full disk ended it somewhere: nobody can do that again
        again = folder / "again"
        objects = len(store.objects(person.session_id))
        expected = unbroken(again, data / "videos", video, objects, person.done)
        shutil.rmtree(again)
        masks = {(m.object_id, m.frame_idx): m.rle.counts for m in store.masks(person.session_id) if m.rle}
        differing = sorted(p for p in masks.keys() | expected.keys() if masks.get(p) != expected.get(p))
        if differing:
            report.wrong.append(f"{person.name}: these masks differ: {differing}, after {person.done}")
        report.compared += len(masks)
        report.sessions_compared += 1
    database.close()
