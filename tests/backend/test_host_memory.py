"""Live sessions under a budget, and memory that runs out: no work is lost, and one sentence says why."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from backend.domain.engines import EngineInfo
from backend.domain.errors import Unavailable
from backend.domain.observing import Unobserved
from backend.domain.session import FramePrompt, PointPrompt, PropagationState, Session
from backend.host.fake_host import FAKE_ENGINE, FakeMenu
from backend.worker import scheduler
from backend.worker.engine import Engine, EngineSession, FrameSource, ObjectMask
from backend.worker.live_pool import Budget
from backend.worker.memory import is_out_of_memory
from tests.backend.hosting import FRAMES, PATIENCE_S, Rig, blue, red


class Noted(Unobserved):
    """What the host said of its memory."""

    def __init__(self) -> None:
        self.lives: list[tuple[int, int]] = []
        self.evictions = self.failures = self.clicks = self.frames = 0

    def live(self, states: int, nbytes: int) -> None:
        self.lives.append((states, nbytes))

    def evicted(self) -> None:
        self.evictions += 1

    def out_of_memory(self) -> None:
        self.failures += 1

    def click_answered(self, waited_s: float) -> None:
        self.clicks += 1

    def frame_tracked(self, took_s: float, objects: int) -> None:
        self.frames += 1


@dataclass
class Device:
    """What all sessions together hold, and a fault to meet at work when more than `room` are open."""

    sizes: Callable[[], int] = lambda: 100
    fault: Exception | None = None
    room: int = 1
    open: list[Heavy] = field(default_factory=list)
    log: list[str] = field(default_factory=list)  # "save 2", "close 2": by the number of the opening
    openings: int = 0
    most: int = 0  # bytes held at any time

    def work(self) -> None:
        self.most = max(self.most, sum(session.size for session in self.open))
        if self.fault is not None and len(self.open) > self.room:
            raise self.fault


@dataclass
class Heavy:
    """A session of the fake engine with a size, on a device."""

    inner: EngineSession
    device: Device
    number: int
    size: int = 0

    def apply(self, prompt: FramePrompt) -> list[ObjectMask]:
        self.device.work()
        self.size = self.device.sizes()
        return self.inner.apply(prompt)

    def remove_object(self, object_id: int) -> None:
        self.inner.remove_object(object_id)

    def step(self, object_ids: Sequence[int], frame_idx: int, reverse: bool) -> list[ObjectMask]:
        self.device.work()
        return self.inner.step(object_ids, frame_idx, reverse)

    def remember(self, frame_idx: int, masks: Sequence[ObjectMask]) -> None:
        self.inner.remember(frame_idx, masks)

    def remembers(self, object_id: int, frame_idx: int) -> bool:
        return self.inner.remembers(object_id, frame_idx)

    def save(self, folder: Path) -> None:
        self.device.log.append(f"save {self.number}")
        self.inner.save(folder)

    def nbytes(self) -> int:
        return self.size

    def close(self) -> None:
        self.device.log.append(f"close {self.number}")
        self.device.open.remove(self)
        self.inner.close()


@dataclass
class HeavyMenu:
    device: Device
    inner: FakeMenu = field(default_factory=lambda: FakeMenu((FAKE_ENGINE,), 0.0))

    def engines(self) -> tuple[EngineInfo, ...]:
        return self.inner.engines()

    def load(self, engine_id: str) -> HeavyEngine:
        return HeavyEngine(self.inner.load(engine_id), self.device)


@dataclass
class HeavyEngine:
    inner: Engine
    device: Device

    @property
    def info(self) -> EngineInfo:
        return self.inner.info

    def open(self, frames: FrameSource, saved: Path | None = None) -> EngineSession:
        self.device.openings += 1
        session = Heavy(self.inner.open(frames, saved), self.device, self.device.openings)
        session.size = self.device.sizes() if saved is not None else 0
        self.device.open.append(session)
        return session


@pytest.fixture
def device() -> Device:
    return Device()


@pytest.fixture
def noted() -> Noted:
    return Noted()


@pytest.fixture
def make(tmp_path: Path, device: Device, noted: Noted) -> Iterator[Callable[[Budget], Rig]]:
    rigs: list[Rig] = []

    def make_rig(budget: Budget) -> Rig:
        rigs.append(Rig(tmp_path / "data", lambda: HeavyMenu(device), budget, observer=noted))
        return rigs[-1]

    yield make_rig
    device.fault = None
    for rig in rigs:
        rig.close()


class TestBudget:
    def test_the_one_used_longest_ago_is_saved_and_then_closed(
        self, make: Callable[[Budget], Rig], device: Device, noted: Noted
    ) -> None:
        rig = make(Budget(nbytes=250))
        first, second, third = (rig.session() for _ in range(3))
        rig.click(first, 1, 0, red(0))
        rig.click(second, 1, 0, red(0))
        rig.click(first, 1, 1, red(1))
        device.log.clear()
        rig.click(third, 1, 0, red(0))
        assert [line for line in device.log if line.endswith(" 2")] == ["save 2", "close 2"]
        assert "close 1" not in device.log
        rig.click(second, 1, 1, red(1))
        assert "close 1" in device.log and "close 3" not in device.log
        assert noted.evictions == 2
        assert noted.lives[-1] == (2, 200)

    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_the_sum_is_never_above_it_by_more_than_one_state(
        self, make: Callable[[Budget], Rig], device: Device, noted: Noted, seed: int
    ) -> None:
        chance = random.Random(seed)
        device.sizes = lambda: chance.choice([10, 60, 150, 400])
        rig = make(Budget(nbytes=300))
        sessions = [rig.session() for _ in range(6)]
        for _ in range(40):
            rig.click(chance.choice(sessions), 1, chance.randrange(FRAMES), red(0))
        assert all(nbytes <= 300 or states == 1 for states, nbytes in noted.lives)
        assert device.most <= 300 + 400
        assert noted.evictions > 0

    def test_more_tracks_than_fit_all_come_to_their_end(
        self, make: Callable[[Budget], Rig], noted: Noted, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(scheduler, "SWAP_EVERY_S", 0.02)
        rig = make(Budget(nbytes=250))
        sessions = [rig.session() for _ in range(5)]
        for session in sessions:
            rig.click(session, 1, 0, red(0))
            rig.commands.track(session.session_id)
        for session in sessions:
            assert rig.wait_until_ended(session) is PropagationState.DONE
            assert set(rig.drawn(session)) == {(1, frame) for frame in range(FRAMES)}
        assert all(states <= 2 or nbytes <= 250 for states, nbytes in noted.lives)


class OutOfMemoryError(RuntimeError):
    """As PyTorch calls its own."""


NO_MEMORY = [
    MemoryError(),
    OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
    RuntimeError("[enforce fail at alloc_cpu.cpp:114] . DefaultCPUAllocator: can't allocate memory"),
    ValueError("OpenCV(5.0.0) alloc.cpp:73: error: (-4:Insufficient memory) Failed to allocate 9 bytes"),
]


@pytest.mark.parametrize("error", NO_MEMORY, ids=lambda error: type(error).__name__)
class TestRunningOut:
    def open_three(self, rig: Rig) -> list[Session]:
        sessions = [rig.session() for _ in range(3)]
        for session in sessions:
            rig.click(session, 1, 0, red(0))
            rig.click(session, 2, 0, blue(0))
        return sessions

    def test_at_a_click_others_make_room_and_it_is_answered(
        self, make: Callable[[Budget], Rig], device: Device, noted: Noted, error: Exception
    ) -> None:
        rig = make(Budget())
        sessions = self.open_three(rig)
        device.fault = error
        rig.click(sessions[0], 1, 4, red(4))
        assert (1, 4) in rig.drawn(sessions[0])
        assert len(device.open) == 1
        assert (noted.failures, noted.evictions) == (1, 2)
        device.fault = None
        rig.track(sessions[1])
        assert len(rig.drawn(sessions[1])) == 2 * FRAMES

    def test_while_tracking_others_make_room_and_the_masks_are_the_same(
        self, make: Callable[[Budget], Rig], device: Device, noted: Noted, error: Exception
    ) -> None:
        rig = make(Budget())
        sessions = self.open_three(rig)
        rig.track(sessions[0])
        expected = rig.drawn(sessions[0])
        rig.gate.hold()
        before = len(rig.gate.steps)
        rig.commands.track(sessions[1].session_id)
        rig.gate.let(5)
        rig.gate.wait_for(before + 6)
        device.fault = error
        rig.gate.open()
        assert rig.wait_until_ended(sessions[1]) is PropagationState.DONE
        assert rig.drawn(sessions[1]) == expected
        assert noted.failures == 1

    def test_without_any_room_a_sentence_says_so_and_the_click_is_kept(
        self, make: Callable[[Budget], Rig], device: Device, noted: Noted, error: Exception
    ) -> None:
        rig = make(Budget())
        sessions = self.open_three(rig)
        device.fault, device.room = error, 0
        with pytest.raises(Unavailable, match="too little memory"):
            rig.click(sessions[0], 1, 4, red(4))
        assert rig.store.prompts(sessions[0].session_id)[-1].frame_idx == 4
        device.fault = None
        rig.host.refresh(sessions[0].session_id).result(PATIENCE_S)
        assert (1, 4) in rig.drawn(sessions[0])

    def test_without_any_room_a_track_fails_with_a_sentence_and_can_go_on(
        self, make: Callable[[Budget], Rig], device: Device, error: Exception
    ) -> None:
        rig = make(Budget())
        session = self.open_three(rig)[1]
        rig.gate.hold()
        before = len(rig.gate.steps)
        rig.commands.track(session.session_id)
        rig.gate.let(5)
        rig.gate.wait_for(before + 6)
        device.fault, device.room = error, 0
        rig.gate.open()
        assert rig.wait_until_ended(session) is PropagationState.FAILED
        failed = rig.store.propagation(session.session_id)
        assert "too little memory" in failed.error and "\n" not in failed.error
        assert 0 < failed.frames_done < failed.frames_total
        done = rig.drawn(session)
        assert len(done) > 2
        device.fault = None
        rig.finished.pop(session.session_id, None)
        rig.commands.resume(session.session_id)
        assert rig.wait_until_ended(session) is PropagationState.DONE
        drawn = rig.drawn(session)
        assert {place: drawn[place] for place in done} == done
        assert len(drawn) == 2 * FRAMES


def test_other_errors_are_no_want_of_memory() -> None:
    assert not is_out_of_memory(ValueError("the mask is 3 x 4"))
    assert not is_out_of_memory(RuntimeError("kernel 7 is lost"))
    caused = RuntimeError("could not")
    caused.__cause__ = MemoryError()
    assert is_out_of_memory(caused)


def test_a_click_and_frames_are_told_to_the_observer(make: Callable[[Budget], Rig], noted: Noted) -> None:
    rig = make(Budget())
    session = rig.session()
    rig.commands.add_object(session.session_id, object_id=1)
    rig.commands.set_prompt(session.session_id, FramePrompt(1, 0, (PointPrompt(*red(0)),)))
    rig.track(session)
    assert (noted.clicks, noted.frames) == (1, FRAMES)
    assert noted.lives[-1] == (1, 100)
