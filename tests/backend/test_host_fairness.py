"""Many sessions and two engines on one actor: everyone has a turn, and nobody waits for another's model."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from backend.domain.engines import EngineInfo
from backend.domain.errors import Unavailable
from backend.domain.observing import Unobserved
from backend.domain.session import FramePrompt, PointPrompt, PropagationState
from backend.host.fake_host import FAKE_ENGINE, FakeEngine, FakeMenu
from backend.worker import actor
from tests.backend.hosting import FRAMES, PATIENCE_S, Rig, red, wait_until

LARGE = replace(FAKE_ENGINE, id="large", label="Large")


@dataclass
class SlowToLoad:
    """A menu of two engines, of which one loads when it is told to, or fails."""

    inner: FakeMenu = field(default_factory=lambda: FakeMenu((FAKE_ENGINE, LARGE), 0.0))
    may_load: threading.Event = field(default_factory=threading.Event)
    begun: threading.Event = field(default_factory=threading.Event)
    failures: list[Exception] = field(default_factory=list)  # one for each of the first loads

    def engines(self) -> tuple[EngineInfo, ...]:
        return self.inner.engines()

    def load(self, engine_id: str) -> FakeEngine:
        if engine_id == LARGE.id:
            self.begun.set()
            assert self.may_load.wait(PATIENCE_S)
            if self.failures:
                raise self.failures.pop(0)
        return self.inner.load(engine_id)


class Queue(Unobserved):
    def __init__(self) -> None:
        self.most_waiting = self.most_tracking = 0
        self.last = (-1, -1)

    def queue(self, waiting: int, tracking: int) -> None:
        self.most_waiting = max(self.most_waiting, waiting)
        self.most_tracking = max(self.most_tracking, tracking)
        self.last = (waiting, tracking)


@pytest.fixture
def menu() -> SlowToLoad:
    return SlowToLoad()


@pytest.fixture
def queue() -> Queue:
    return Queue()


@pytest.fixture
def rig(tmp_path: Path, menu: SlowToLoad, queue: Queue) -> Iterator[Rig]:
    rig = Rig(tmp_path / "data", lambda: menu, observer=queue)
    yield rig
    menu.may_load.set()
    rig.close()


def test_eight_tracks_get_one_frame_each_in_every_round(rig: Rig, queue: Queue) -> None:
    sessions = [rig.session() for _ in range(8)]
    for session in sessions:
        rig.click(session, 1, 0, red(0))
    rig.gate.hold()
    for session in sessions:
        rig.commands.track(session.session_id)
    rig.gate.wait_for(1)
    rig.gate.let(1)  # then the messages of all the others are read
    wait_until(lambda: rig.host.pace(sessions[-1].session_id) is not None)
    begun = len(rig.gate.steps)
    rig.gate.open()
    for session in sessions:
        assert rig.wait_until_ended(session) is PropagationState.DONE
    whose = [who for who, _ in rig.gate.steps[begun : begun + 8 * 5]]
    for i in range(0, len(whose), 8):
        assert max(Counter(whose[i : i + 8]).values()) == 1, whose
    assert queue.most_tracking == 8
    wait_until(lambda: queue.last == (0, 0))


def test_however_many_click_tracking_goes_on(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actor, "STARVED_S", 0.0)
    tracked, clicked = rig.session(), rig.session()
    for session in (tracked, clicked):
        rig.click(session, 1, 0, red(0))
    rig.gate.hold()
    rig.commands.track(tracked.session_id)
    rig.gate.wait_for(1)
    answers = []
    for frame in range(1, 7):
        rig.store.put_prompt(clicked.session_id, FramePrompt(1, frame, (PointPrompt(*red(frame)),)))
        answers.append(rig.host.refresh(clicked.session_id))
    steps_at: list[int] = []
    for answer in answers:
        answer.add_done_callback(lambda _: steps_at.append(len(rig.gate.steps)))
    rig.gate.open()
    answers[-1].result(PATIENCE_S)
    assert rig.wait_until_ended(tracked) is PropagationState.DONE
    assert steps_at == sorted(set(steps_at)), "a frame between any two clicks"


def test_a_model_that_loads_holds_up_those_alone_who_need_it(rig: Rig, menu: SlowToLoad) -> None:
    quick, slow = rig.session(), rig.commands.create_session("discs", LARGE.id)
    rig.click(quick, 1, 0, red(0))
    rig.commands.add_object(slow.session_id, object_id=1)
    rig.store.put_prompt(slow.session_id, FramePrompt(1, 3, (PointPrompt(*red(3)),)))
    answer = rig.host.refresh(slow.session_id)
    assert menu.begun.wait(PATIENCE_S)
    assert rig.track(quick) is PropagationState.DONE
    rig.click(quick, 1, 5, red(5))
    assert not answer.done()
    menu.may_load.set()
    answer.result(PATIENCE_S)
    assert (1, 3) in rig.drawn(slow)
    assert rig.track(slow) is PropagationState.DONE


def test_what_waits_for_a_model_can_be_cancelled_and_says_that_it_loads(rig: Rig, menu: SlowToLoad) -> None:
    session = rig.commands.create_session("discs", LARGE.id)
    rig.commands.add_object(session.session_id, object_id=1)
    rig.store.put_prompt(session.session_id, FramePrompt(1, 3, (PointPrompt(*red(3)),)))
    rig.commands.track(session.session_id)
    assert menu.begun.wait(PATIENCE_S)
    wait_until(lambda: (pace := rig.host.pace(session.session_id)) is not None and pace.loading)
    rig.commands.cancel(session.session_id)
    assert rig.store.propagation(session.session_id).state is PropagationState.CANCELLED
    menu.may_load.set()
    rig.host.refresh(session.session_id).result(PATIENCE_S)
    assert rig.host.pace(session.session_id) is None
    assert set(rig.drawn(session)) == {(1, 3)}


def test_a_model_that_cannot_be_loaded_is_told_to_all_who_wait_and_tried_again(
    rig: Rig, menu: SlowToLoad
) -> None:
    menu.failures.append(Unavailable("The weights are gone; put them back."))
    sessions = [rig.commands.create_session("discs", LARGE.id) for _ in range(2)]
    answers = []
    for session in sessions:
        rig.commands.add_object(session.session_id, object_id=1)
        rig.store.put_prompt(session.session_id, FramePrompt(1, 3, (PointPrompt(*red(3)),)))
        answers.append(rig.host.refresh(session.session_id))
    menu.may_load.set()
    for answer in answers:
        with pytest.raises(Unavailable, match="put them back"):
            answer.result(PATIENCE_S)
    assert rig.menu.loads == 1
    for session in sessions:
        rig.host.refresh(session.session_id).result(PATIENCE_S)
        assert (1, 3) in rig.drawn(session)


def test_a_model_that_finds_no_memory_is_loaded_once_others_have_made_room(
    rig: Rig, menu: SlowToLoad
) -> None:
    quick, slow = rig.session(), rig.commands.create_session("discs", LARGE.id)
    rig.click(quick, 1, 0, red(0))
    menu.failures.append(MemoryError())
    menu.may_load.set()
    rig.click(slow, 1, 3, red(3))
    assert (1, 3) in rig.drawn(slow)
    assert not rig.sources[0].open  # the other one was put away
    assert rig.track(quick) is PropagationState.DONE


def test_closing_while_a_model_loads_answers_everyone(rig: Rig, menu: SlowToLoad) -> None:
    session = rig.commands.create_session("discs", LARGE.id)
    rig.commands.add_object(session.session_id, object_id=1)
    rig.store.put_prompt(session.session_id, FramePrompt(1, 3, (PointPrompt(*red(3)),)))
    answer = rig.host.refresh(session.session_id)
    assert menu.begun.wait(PATIENCE_S)
    closing = threading.Thread(target=rig.host.close)
    closing.start()
    wait_until(lambda: rig.host._actor._stopping)  # not before: loaded in time, it would be answered
    menu.may_load.set()
    closing.join(PATIENCE_S)
    with pytest.raises(Unavailable, match="stopping"):
        answer.result(PATIENCE_S)
    assert [t.name for t in threading.enumerate() if t.name.startswith("masklet-")] == []
    rig.start()
    wait_until(lambda: (1, 3) in rig.drawn(session))


def test_the_pace_says_how_many_share_and_how_long_it_takes(rig: Rig) -> None:
    first, second = rig.session(), rig.session()
    for session in (first, second):
        rig.click(session, 1, 0, red(0))
    assert rig.host.pace(first.session_id) is None
    rig.gate.hold()
    rig.commands.track(first.session_id)
    rig.gate.wait_for(1)
    alone = rig.host.pace(first.session_id)
    assert alone is not None and (alone.beside, alone.place, alone.loading) == (0, 0, False)
    rig.commands.track(second.session_id)
    rig.gate.let(1)
    wait_until(lambda: rig.host.pace(second.session_id) is not None)
    assert rig.host.pace(first.session_id).beside == rig.host.pace(second.session_id).beside == 1
    rig.gate.open()
    for session in (first, second):
        rig.wait_until_ended(session)
    wait_until(lambda: rig.host.pace(first.session_id) is None)
    assert len(rig.drawn(second)) == FRAMES
