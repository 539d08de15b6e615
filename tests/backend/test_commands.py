"""The commands: they check, make durable, then nudge the host, in that order."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import pytest

from backend.domain.commands import SessionCommands, colour_of
from backend.domain.engines import EngineInfo
from backend.domain.errors import Conflict, InvalidInput, NotFound, Unavailable
from backend.domain.rle import Rle
from backend.domain.session import (
    BoxPrompt,
    Direction,
    FramePrompt,
    Pass,
    PointPrompt,
    Propagation,
    PropagationState,
)
from backend.domain.video import Video, VideoState
from backend.store.database import open_database
from backend.store.sessions import SqlSessionStore
from backend.store.videos import SqlVideoStore

WIDTH, HEIGHT, FRAMES = 64, 48, 10
MENU = (
    EngineInfo("large", "Large", "cpu", False, "Run checkpoints/download_ckpts.sh to get it."),
    EngineInfo("colorflow", "Colour & motion", "cpu", True, "Follows one colour region."),
)


class NotingHost:
    """A host that computes nothing and notes what the store held when it was nudged."""

    def __init__(self, store: SqlSessionStore) -> None:
        self.store = store
        self.seen_prompts: list[int] = []
        self.tracked: list[Propagation] = []
        self.forgotten: list[str] = []

    def engines(self) -> tuple[EngineInfo, ...]:
        return MENU

    def refresh(self, session_id: str) -> Future[int]:
        self.seen_prompts.append(len(self.store.prompts(session_id)))
        return self._now(session_id)

    def track(self, session_id: str, propagation: Propagation) -> None:
        assert self.store.propagation(session_id).state is PropagationState.RUNNING
        self.tracked.append(propagation)

    def cancel(self, session_id: str) -> Future[int]:
        running = self.store.propagation(session_id)
        if running and running.state is PropagationState.RUNNING:
            self.store.put_masks(session_id, (), replace(running, state=PropagationState.CANCELLED))
        return self._now(session_id)

    def preview(self, session_id: str, prompt: FramePrompt) -> Future[None]:
        answer: Future[None] = Future()
        answer.set_result(None)
        return answer

    def forget(self, session_id: str) -> Future[int]:
        self.forgotten.append(session_id)
        return self._now(session_id)

    def working(self) -> bool:
        return True

    def close(self) -> None: ...

    def _now(self, session_id: str) -> Future[int]:
        answer: Future[int] = Future()
        answer.set_result(self.store.session(session_id).version)
        return answer


@pytest.fixture
def world(tmp_path):
    database = open_database(f"sqlite:///{tmp_path}/masklet.sqlite")
    videos, store = SqlVideoStore(database), SqlSessionStore(database)
    video = Video(
        "v", "boats.mp4", "0" * 64, VideoState.READY, WIDTH, HEIGHT, tuple(i / 10 for i in range(FRAMES))
    )
    videos.put_video(video)
    host = NotingHost(store)
    yield SessionCommands(store, videos, host), store, videos, host
    database.close()


@pytest.fixture
def commands(world):
    return world[0]


@pytest.fixture
def session_id(commands):
    return commands.create_session("v").session_id


def click(object_id: int, frame_idx: int = 0, x: float = 5, y: float = 5) -> FramePrompt:
    return FramePrompt(object_id, frame_idx, (PointPrompt(x, y),))


def test_a_session_takes_the_first_engine_that_is_available(commands):
    assert commands.create_session("v").engine_id == "colorflow"


def test_an_engine_that_cannot_run_says_what_to_do(commands):
    with pytest.raises(Unavailable, match="download_ckpts"):
        commands.create_session("v", "large")
    with pytest.raises(NotFound, match="choose one of large, colorflow"):
        commands.create_session("v", "huge")


def test_a_video_that_is_still_read_cannot_be_opened(world):
    commands, _, videos, _ = world
    videos.put_video(Video("w", "later.mp4", "1" * 64, VideoState.IMPORTING))
    with pytest.raises(Conflict, match="still being read"):
        commands.create_session("w")


def test_objects_get_ids_names_and_colours_of_their_own(commands, session_id):
    first, second = commands.add_object(session_id), commands.add_object(session_id, "  Red   cup ")
    assert (first.object_id, first.name) == (1, "Object 1")
    assert (second.object_id, second.name) == (2, "Red cup")
    assert first.colour != second.colour


def test_two_people_adding_objects_at_once_both_get_one(commands, session_id):
    with ThreadPoolExecutor(8) as pool:
        added = list(pool.map(lambda _: commands.add_object(session_id), range(16)))
    assert sorted(tracked.object_id for tracked in added) == list(range(1, 17))


def test_an_id_is_not_used_again_after_removal(commands, session_id):
    commands.remove_object(session_id, commands.add_object(session_id).object_id)
    assert commands.add_object(session_id).object_id == 2


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_names_have_a_sensible_length(commands, session_id, name):
    with pytest.raises(InvalidInput, match="1 to 80 characters"):
        commands.add_object(session_id, name)


@pytest.mark.parametrize("colour", ["red", "#12345", "#12345g", "url(x)", ""])
def test_colours_are_hexadecimal(commands, session_id, colour):
    with pytest.raises(InvalidInput, match="#rrggbb"):
        commands.add_object(session_id, colour=colour)


def test_a_prompt_is_durable_before_the_host_hears_of_it(world, session_id):
    commands, store, _, host = world
    commands.add_object(session_id)
    version = commands.set_prompt(session_id, click(1))
    assert host.seen_prompts == [1]
    assert store.prompts(session_id)[0].version <= version


@pytest.mark.parametrize(
    ("prompt", "sentence"),
    [
        (click(1, frame_idx=FRAMES), "outside this video's frames 0..9"),
        (click(1, frame_idx=-1), "outside this video's frames 0..9"),
        (click(1, x=-1), "outside the frame of 64 x 48"),
        (click(1, y=HEIGHT + 1), "outside the frame of 64 x 48"),
        (click(1, x=float("nan")), "outside the frame of 64 x 48"),
        (FramePrompt(1, 0, box=BoxPrompt(9, 0, 3, 9)), "x0 < x1"),
        (FramePrompt(1, 0, mask=Rle.empty(HEIGHT, WIDTH)), "empty"),
        (FramePrompt(1, 0, mask=Rle.from_runs(4, 4, [0, 16])), "4 x 4"),
        (FramePrompt(1, 0, mask=Rle(HEIGHT, WIDTH, "!!")), "RLE"),
        (replace(click(1), mask=Rle.from_runs(HEIGHT, WIDTH, [0, HEIGHT * WIDTH])), "stands alone"),
    ],
)
def test_a_prompt_that_cannot_be_meant_is_refused_and_leaves_nothing(world, session_id, prompt, sentence):
    commands, store, _, host = world
    commands.add_object(session_id)
    with pytest.raises(InvalidInput, match=sentence):
        commands.set_prompt(session_id, prompt)
    assert store.prompts(session_id) == [] and host.seen_prompts == []


def test_unknown_things_are_named(commands, session_id):
    with pytest.raises(NotFound, match="no object 7"):
        commands.set_prompt(session_id, click(7))
    with pytest.raises(NotFound):
        commands.add_object("nowhere")
    with pytest.raises(NotFound):
        commands.create_session("no-video")


def test_tracking_without_a_prompt_says_what_to_do(commands, session_id):
    commands.add_object(session_id)
    with pytest.raises(InvalidInput, match="click an object first"):
        commands.track(session_id)


def test_tracking_where_no_frame_lies_says_so(commands, session_id):
    commands.add_object(session_id)
    commands.set_prompt(session_id, click(1, frame_idx=0))
    with pytest.raises(InvalidInput, match="other direction"):
        commands.track(session_id, Direction.BACKWARD)


def test_one_propagation_at_a_time(commands, session_id):
    commands.add_object(session_id)
    commands.set_prompt(session_id, click(1))
    commands.track(session_id)
    with pytest.raises(Conflict, match="already running"):
        commands.track(session_id)
    commands.cancel(session_id)
    commands.track(session_id)


def test_only_what_changed_since_its_last_track_is_tracked_again(world, session_id):
    commands, store, _, host = world
    for object_id in (1, 2):
        commands.add_object(session_id)
        commands.set_prompt(session_id, click(object_id))
    done = commands.track(session_id)
    store.put_masks(session_id, (), replace(done, state=PropagationState.DONE, frames_done=FRAMES))
    commands.set_prompt(session_id, click(2, frame_idx=6))
    commands.track(session_id)
    assert host.tracked[-1].passes == (Pass((2,), 6, 9), Pass((2,), 6, 1))


def test_a_range_limits_what_is_tracked_and_leaves_the_rest_due(world, session_id):
    commands, store, _, host = world
    commands.add_object(session_id)
    commands.set_prompt(session_id, click(1, frame_idx=4))
    limited = commands.track(session_id, first_frame=3, last_frame=6)
    assert limited.passes == (Pass((1,), 4, 6), Pass((1,), 4, 3))
    assert limited.frames_total == 5
    store.put_masks(session_id, (), replace(limited, state=PropagationState.DONE, frames_done=5))
    commands.add_object(session_id)
    commands.set_prompt(session_id, click(2))
    assert {i for walk in commands.track(session_id).passes for i in walk.object_ids} == {1, 2}


def test_the_whole_video_is_no_limit(world, session_id):
    commands, store, _, _ = world
    commands.add_object(session_id)
    commands.set_prompt(session_id, click(1))
    done = commands.track(session_id, first_frame=0, last_frame=FRAMES - 1)
    store.put_masks(session_id, (), replace(done, state=PropagationState.DONE, frames_done=FRAMES))
    assert store.objects(session_id)[0].tracked_version == done.prompts_version > 0


@pytest.mark.parametrize(
    ("frames", "sentence"),
    [
        ((5, 4), "begins at frame 5, after its end at 4"),
        ((-1, 4), "outside this video's frames 0..9"),
        ((0, FRAMES), "outside this video's frames 0..9"),
    ],
)
def test_a_range_that_cannot_be_meant_is_refused(commands, session_id, frames, sentence):
    commands.add_object(session_id)
    commands.set_prompt(session_id, click(1))
    with pytest.raises(InvalidInput, match=sentence):
        commands.track(session_id, first_frame=frames[0], last_frame=frames[1])


def test_a_range_out_of_reach_says_what_to_do(commands, session_id):
    commands.add_object(session_id)
    commands.set_prompt(session_id, click(1, frame_idx=9))
    with pytest.raises(InvalidInput, match="does not reach frames 2 to 5"):
        commands.track(session_id, Direction.FORWARD, first_frame=2, last_frame=5)


def test_tracking_that_was_broken_off_goes_on_where_it_was(world, session_id):
    commands, store, _, host = world
    commands.add_object(session_id)
    commands.set_prompt(session_id, click(1, frame_idx=4))
    begun = commands.track(session_id)
    failed = replace(begun, state=PropagationState.FAILED, frames_done=7, error="no memory")
    store.put_masks(session_id, (), failed)
    rest = commands.resume(session_id)
    assert rest.passes == (Pass((1,), 3, 0),)
    assert (rest.frames_done, rest.frames_total, rest.error) == (0, 4, None)
    assert rest.prompts_version == begun.prompts_version
    assert host.tracked[-1] == rest


def test_only_what_was_broken_off_can_go_on(world, session_id):
    commands, store, _, _ = world
    commands.add_object(session_id)
    commands.set_prompt(session_id, click(1))
    with pytest.raises(Conflict, match="broken off"):
        commands.resume(session_id)
    begun = commands.track(session_id)
    with pytest.raises(Conflict, match="broken off"):
        commands.resume(session_id)
    store.put_masks(session_id, (), replace(begun, state=PropagationState.CANCELLED, frames_done=FRAMES))
    with pytest.raises(Conflict, match="Nothing was left"):
        commands.resume(session_id)


def test_starting_over_keeps_the_objects(world, session_id):
    commands, store, _, _ = world
    commands.add_object(session_id, "Cup")
    commands.set_prompt(session_id, click(1))
    commands.clear_prompts(session_id)
    assert [tracked.name for tracked in store.objects(session_id)] == ["Cup"]
    assert store.prompts(session_id) == []


def test_colours_of_neighbours_are_far_apart():
    colours = [colour_of(i) for i in range(1, 10)]
    assert len(set(colours)) == 9
