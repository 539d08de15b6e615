"""What every host promises, over every engine: order, fairness, durability, identical masks after a crash."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backend.domain.engines import EngineInfo
from backend.domain.rle import Rle
from backend.domain.session import (
    Direction,
    FramePrompt,
    MaskOrigin,
    PointPrompt,
    PropagationState,
    Session,
)
from backend.host.fake_host import FAKE_ENGINE, FakeMenu
from backend.host.thread_host import EngineMenu
from backend.worker import live_pool, scheduler
from backend.worker.colorflow.engine import ColorflowEngine
from backend.worker.colorflow.info import INFO
from backend.worker.live_pool import Budget
from backend.worker.masks import decode_mask
from tests.backend.hosting import FRAMES, HEIGHT, WIDTH, LoadedOnce, Rig, blue, red, wait_until

TINY = Budget(nbytes=1)  # whoever is not in use is evicted
POSTGRESQL = "fake on PostgreSQL"
NOT_SAM2 = pytest.mark.parametrize(  # see test_sam2_engine.py
    "menu_of", ["fake", "colorflow", POSTGRESQL], indirect=True
)


@pytest.fixture(scope="module", params=["fake", "colorflow", "sam2", POSTGRESQL])
def menu_of(request: pytest.FixtureRequest) -> Callable[[], EngineMenu]:
    """Engines to choose from, the one that is tested first."""
    match request.param:
        case "fake" | "fake on PostgreSQL":
            menu: EngineMenu = FakeMenu((FAKE_ENGINE,), 0.0)
        case "colorflow":
            menu = ColorflowOnly()
        case "sam2":
            checkpoints = request.getfixturevalue("tiny_checkpoints")
            from tests.backend.tiny_checkpoint import TinyFirst

            menu = LoadedOnce(TinyFirst(checkpoints))
    return lambda: menu


class ColorflowOnly:
    """The embedded engine, whatever checkpoints there are."""

    def engines(self) -> tuple[EngineInfo, ...]:
        return (INFO,)

    def load(self, engine_id: str) -> ColorflowEngine:
        assert engine_id == INFO.id
        return ColorflowEngine()


@pytest.fixture
def rig(request: pytest.FixtureRequest, tmp_path: Path, menu_of: Callable[[], EngineMenu]) -> Iterator[Rig]:
    url = ""
    if request.node.callspec.params["menu_of"] == POSTGRESQL:
        url = request.getfixturevalue("empty_postgresql").url
    rig = Rig(tmp_path / "data", menu_of, database_url=url)
    yield rig
    rig.close()


@pytest.fixture
def another(tmp_path: Path, menu_of: Callable[[], EngineMenu]) -> Iterator[Callable[..., Rig]]:
    """More rigs of the same kind, closed at the end."""
    rigs: list[Rig] = []

    def make(crashed: Rig | None = None, budget: Budget | None = None, held: bool = False) -> Rig:
        folder = tmp_path / f"data-{len(rigs)}"
        rigs.append(crashed.crashed(folder, held) if crashed else Rig(folder, menu_of, budget or Budget()))
        return rigs[-1]

    yield make
    for rig in rigs:
        rig.close()


def test_a_click_is_answered_when_its_mask_is_stored(rig: Rig) -> None:
    session = rig.session()
    version = rig.click(session, 1, 4, red(4))
    [mask] = rig.masks(session).values()
    assert (mask.object_id, mask.frame_idx, mask.origin) == (1, 4, MaskOrigin.PROMPT)
    assert mask.version == version
    assert mask.rle is not None
    assert mask.area == mask.rle.area > 0
    assert 0 <= mask.predicted_iou <= 1


def test_tracking_fills_every_frame_and_leaves_prompted_ones(rig: Rig) -> None:
    session = rig.session()
    rig.click(session, 1, 5, red(5))
    rig.click(session, 2, 5, blue(5))
    clicked = rig.drawn(session)
    assert rig.track(session) is PropagationState.DONE
    drawn = rig.drawn(session)
    assert set(drawn) == {(object_id, frame) for object_id in (1, 2) for frame in range(FRAMES)}
    assert {place: mask for place, mask in drawn.items() if mask[1] is MaskOrigin.PROMPT} == clicked
    propagation = rig.store.propagation(session.session_id)
    assert propagation is not None
    assert propagation.frames_done == propagation.frames_total == FRAMES + 1  # both walks start on frame 5


def test_a_click_waits_for_one_frame_of_someone_else_at_most(rig: Rig) -> None:
    busy, other = rig.session(), rig.session()
    rig.click(busy, 1, 0, red(0))
    rig.click(other, 1, 0, blue(0))
    rig.gate.hold()
    rig.commands.track(busy.session_id)
    rig.gate.wait_for(1)  # in the middle of the first frame
    rig.store.put_prompt(other.session_id, FramePrompt(1, 3, (PointPrompt(*blue(3)),)))
    answer = rig.host.refresh(other.session_id)
    rig.gate.let(1)
    answer.result(60)
    assert len(rig.gate.steps) <= 2  # the second frame may have begun; it waits at the gate
    assert (1, 3) in rig.drawn(other)


def test_two_sessions_are_tracked_in_turn(rig: Rig) -> None:
    first, second = rig.session(), rig.session()
    rig.click(first, 1, 0, red(0))
    rig.click(second, 1, 0, blue(0))
    rig.gate.hold()
    rig.commands.track(first.session_id)
    rig.gate.wait_for(1)
    rig.commands.track(second.session_id)
    rig.gate.open()
    assert rig.wait_until_ended(first) is rig.wait_until_ended(second) is PropagationState.DONE
    whose = [who for who, _ in rig.gate.steps[1 : 2 * FRAMES - 1]]
    assert all(a != b for a, b in zip(whose, whose[1:], strict=False)), rig.gate.steps


def test_cancel_answers_within_a_frame_and_keeps_what_is_done(rig: Rig) -> None:
    session = rig.session()
    rig.click(session, 1, 0, red(0))
    rig.gate.hold()
    rig.commands.track(session.session_id)
    rig.gate.let(4)
    rig.gate.wait_for(5)
    answer = rig.host.cancel(session.session_id)
    rig.gate.let(1)
    assert answer.result(60) == rig.store.session(session.session_id).version
    assert len(rig.gate.steps) == 5
    assert set(rig.drawn(session)) == {(1, frame) for frame in range(5)}
    propagation = rig.store.propagation(session.session_id)
    assert propagation is not None
    assert (propagation.state, propagation.frames_done) == (PropagationState.CANCELLED, 5)
    rig.gate.open()
    assert rig.track(session) is PropagationState.DONE
    assert len(rig.drawn(session)) == FRAMES


def test_cancel_answers_at_once_where_nothing_runs(rig: Rig) -> None:
    session = rig.session()
    assert rig.host.cancel(session.session_id).result(60) == rig.store.session(session.session_id).version
    assert rig.menu.loads == 0


def test_a_correction_stays_and_changes_what_follows(rig: Rig) -> None:
    session = rig.session()
    rig.click(session, 1, 0, red(0))
    rig.track(session)
    before = rig.drawn(session)
    rig.click(session, 1, 8, blue(8))
    corrected = rig.drawn(session)[1, 8]
    rig.track(session)
    after = rig.drawn(session)
    assert after[1, 8] == corrected
    assert corrected[1] is MaskOrigin.PROMPT
    assert corrected != before[1, 8]
    assert all(after[1, frame] != before[1, frame] for frame in range(9, FRAMES))
    assert after[1, 0] == before[1, 0]


def test_a_prompt_taken_back_brings_the_tracked_mask_back(rig: Rig) -> None:
    session = rig.session()
    rig.click(session, 1, 0, red(0))
    rig.track(session)
    before = rig.drawn(session)
    rig.click(session, 1, 8, blue(8))
    rig.click(session, 1, 8)
    assert rig.drawn(session) == before
    assert rig.track(session, start_frame=0) is PropagationState.DONE
    assert set(rig.drawn(session)) == set(before)


@NOT_SAM2  # random weights make much of a small difference
def test_a_correction_taken_back_and_made_again_draws_much_the_same(rig: Rig) -> None:
    session = rig.session()
    rig.click(session, 1, 0, red(0))
    rig.track(session)
    rig.click(session, 1, 8, blue(8))
    first = rig.drawn(session)[1, 8][0]
    rig.click(session, 1, 8)
    rig.click(session, 1, 8, blue(8))
    assert similar(rig.drawn(session)[1, 8][0], first)


def similar(one: str, other: str) -> bool:
    """The engine may have been reminded of a mask by its pixels, which are not all that it knew of it."""
    first, second = (decode_mask(Rle(HEIGHT, WIDTH, counts)) for counts in (one, other))
    return (first & second).sum() >= 0.9 * (first | second).sum()


def scenario(rig: Rig) -> tuple[object, object]:
    """Two sessions, two objects, tracked side by side: what must come out the same, whatever happens."""
    first, second = rig.session(), rig.session()
    rig.click(first, 1, 4, red(4))
    rig.click(first, 2, 4, blue(4))
    rig.click(second, 1, 0, blue(0))
    return first, second


def finish(rig: Rig, first: object, second: object) -> list[object]:
    """To the end, then a correction, and again to the end."""
    states = [rig.wait_until_ended(first), rig.wait_until_ended(second)]
    rig.click(first, 1, 10, red(10))
    states.append(rig.track(first))
    assert states == [PropagationState.DONE] * 3
    return [rig.drawn(first), rig.drawn(second)]


def uninterrupted(rig: Rig) -> list[object]:
    first, second = scenario(rig)
    rig.commands.track(first.session_id)
    rig.commands.track(second.session_id)
    return finish(rig, first, second)


@NOT_SAM2
def test_an_evicted_session_goes_on_with_the_same_masks(
    rig: Rig, another: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler, "SWAP_EVERY_S", 0.0)
    evicting = another(budget=TINY)
    assert uninterrupted(evicting) == uninterrupted(rig)
    assert len(evicting.sources) > FRAMES  # it was opened again and again
    assert len(rig.sources) == 2
    assert sum(source.open for source in evicting.sources) == 1


@NOT_SAM2
@pytest.mark.parametrize("save_every_s", [0.0, 1000.0])
@pytest.mark.parametrize("frame", [1, 15])
def test_after_a_crash_tracking_ends_with_the_same_masks(
    rig: Rig, another: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch, frame: int, save_every_s: float
) -> None:
    monkeypatch.setattr(live_pool, "SAVE_EVERY_S", save_every_s)
    monkeypatch.setattr(live_pool, "SAVE_SHARE", 1e9)
    expected = uninterrupted(another())
    first, second = scenario(rig)
    rig.gate.hold()
    rig.commands.track(first.session_id)
    rig.commands.track(second.session_id)
    rig.gate.let(frame)
    rig.gate.wait_for(frame + 1)
    restarted = another(crashed=rig)
    assert finish(restarted, first, second) == expected


def test_a_click_made_before_a_crash_is_drawn_after_it(rig: Rig, another: Callable[..., Rig]) -> None:
    session = rig.session()
    rig.click(session, 1, 4, red(4))
    rig.store.put_prompt(session.session_id, FramePrompt(1, 9, (PointPrompt(*red(9)),)))
    restarted = another(crashed=rig)  # by itself: nobody asks for it
    wait_until(lambda: (1, 9) in restarted.drawn(session))
    rig.host.refresh(session.session_id).result(60)
    assert restarted.drawn(session) == rig.drawn(session)
    assert set(rig.drawn(session)) == {(1, 4), (1, 9)}


def test_a_saved_state_that_is_lost_while_tracking_makes_no_difference(
    rig: Rig, another: Callable[..., Rig]
) -> None:
    """Several clicks on a frame, several frames, two objects; both ways from there."""

    def clicks(rig: Rig) -> Session:
        session = rig.session()
        away = [(x + dx, y + dy) for (x, y), dx, dy in ((red(4), 4, 3), (red(4), -3, -4))]
        for count in range(3):
            rig.click(session, 1, 4, red(4), *away[:count])
        rig.click(session, 2, 4, blue(4))
        rig.click(session, 2, 7, blue(7), (blue(7)[0] + 5, blue(7)[1]))  # both at once
        return session

    unbroken = another()
    same = clicks(unbroken)
    unbroken.track(same)

    session = clicks(rig)
    rig.gate.hold()
    rig.commands.track(session.session_id)
    rig.gate.let(6)
    rig.gate.wait_for(7)
    shutil.rmtree(rig.folder / "states")
    restarted = another(crashed=rig)
    assert restarted.wait_until_ended(session) is PropagationState.DONE
    assert restarted.drawn(session) == unbroken.drawn(same)
    assert restarted.gate.steps[0][1] == 4  # the Track's first frame


def test_without_a_saved_state_a_session_is_rebuilt_and_no_answered_mask_changes(
    rig: Rig, another: Callable[..., Rig]
) -> None:
    """What engines knew of an earlier Track cannot be had again; the rows must do."""
    session = rig.session()
    rig.click(session, 1, 4, red(4))
    rig.click(session, 2, 4, blue(4))
    rig.track(session, first_frame=4, last_frame=6)
    rig.gate.hold()
    rig.commands.track(session.session_id)
    rig.gate.let(6)
    rig.gate.wait_for(10)
    clicked = {place: mask for place, mask in rig.drawn(session).items() if mask[1] is MaskOrigin.PROMPT}
    for file in (rig.folder / "states").rglob("*"):
        if file.is_file() and file.name != "note.json":
            file.write_bytes(file.read_bytes()[:-7] + b"damaged")
    restarted = another(crashed=rig)
    assert restarted.wait_until_ended(session) is PropagationState.DONE
    drawn = restarted.drawn(session)
    assert set(drawn) == {(object_id, frame) for object_id in (1, 2) for frame in range(FRAMES)}
    assert {place: drawn[place] for place in clicked} == clicked
    assert restarted.gate.steps[0][1] > 4  # it went on where the store was, not from the beginning


def test_an_object_removed_while_tracking_goes_and_the_others_go_on(rig: Rig) -> None:
    session = rig.session()
    rig.click(session, 1, 0, red(0))
    rig.click(session, 2, 0, blue(0))
    fresh = rig.drawn(session)[1, 0]
    rig.gate.hold()
    rig.commands.track(session.session_id)
    rig.gate.let(4)
    rig.gate.wait_for(5)
    rig.commands.remove_object(session.session_id, 1)
    rig.gate.open()
    assert rig.wait_until_ended(session) is PropagationState.DONE
    assert set(rig.drawn(session)) == {(2, frame) for frame in range(FRAMES)}
    rig.click(session, 1, 0, red(0))  # brought back: it remembers nothing
    assert rig.drawn(session)[1, 0] == fresh


def test_an_object_removed_and_brought_back_before_the_engine_looks_is_new(rig: Rig) -> None:
    busy, session = rig.session(), rig.session()
    rig.click(busy, 1, 0, red(0))
    rig.click(session, 1, 0, red(0))
    fresh = rig.drawn(session)[1, 0]
    rig.click(session, 1, 0, red(0), blue(0))
    rig.gate.hold()
    rig.commands.track(busy.session_id)
    rig.gate.wait_for(1)
    rig.commands.remove_object(session.session_id, 1)
    rig.commands.add_object(session.session_id, object_id=1)
    rig.store.put_prompt(session.session_id, FramePrompt(1, 0, (PointPrompt(*red(0)),)))
    answer = rig.host.refresh(session.session_id)
    rig.gate.open()
    answer.result(60)
    assert rig.drawn(session)[1, 0] == fresh


@pytest.mark.parametrize("starts_over", [False, True])
def test_an_object_that_is_replaced_just_before_a_crash_is_new(
    rig: Rig, another: Callable[..., Rig], starts_over: bool
) -> None:
    session = rig.session()
    rig.click(session, 1, 0, red(0))
    fresh = rig.drawn(session)[1, 0]
    rig.click(session, 1, 0, red(0), blue(0))
    rig.track(session)
    if starts_over:
        rig.store.clear_prompts(session.session_id)
    else:
        rig.store.remove_object(session.session_id, 1)
        rig.commands.add_object(session.session_id, object_id=1)
    rig.store.put_prompt(session.session_id, FramePrompt(1, 0, (PointPrompt(*red(0)),)))
    restarted = another(crashed=rig)
    wait_until(lambda: (1, 0) in restarted.drawn(session))
    assert restarted.drawn(session) == {(1, 0): fresh}


def test_starting_over_leaves_nothing_behind(rig: Rig) -> None:
    session = rig.session()
    rig.click(session, 1, 0, red(0))
    fresh = rig.drawn(session)
    rig.click(session, 1, 5, blue(5))
    rig.gate.hold()
    rig.commands.track(session.session_id)
    rig.gate.wait_for(1)
    rig.gate.open()
    rig.commands.clear_prompts(session.session_id)
    assert rig.drawn(session) == {}
    rig.click(session, 1, 0, red(0))
    assert rig.drawn(session) == fresh


def test_two_people_click_at_once(rig: Rig) -> None:
    session = rig.session()
    barrier = threading.Barrier(2)

    def click(object_id: int, where: Callable[[int], tuple[int, int]]) -> None:
        barrier.wait()
        for frame in range(5):
            rig.click(session, object_id, frame, where(frame))
            assert (object_id, frame) in rig.drawn(session)

    people = [threading.Thread(target=click, args=a) for a in ((1, red), (2, blue))]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert set(rig.drawn(session)) == {(object_id, frame) for object_id in (1, 2) for frame in range(5)}


def test_closing_twice_ends_every_thread_and_the_next_start_goes_on(rig: Rig) -> None:
    session = rig.session()
    rig.click(session, 1, 0, red(0))
    rig.gate.hold()
    rig.commands.track(session.session_id)
    rig.gate.wait_for(1)
    closing = threading.Thread(target=rig.host.close)
    closing.start()
    rig.gate.let(1)
    closing.join(60)
    rig.host.close()
    assert [t.name for t in threading.enumerate() if t.name.startswith("masklet-")] == []
    assert not any(source.open for source in rig.sources)
    propagation = rig.store.propagation(session.session_id)
    assert propagation is not None
    assert (propagation.state, propagation.frames_done) == (PropagationState.RUNNING, 1)
    with pytest.raises(Exception, match="server is stopping"):
        rig.host.refresh(session.session_id).result(60)
    rig.gate.open()
    rig.start()
    assert rig.wait_until_ended(session) is PropagationState.DONE
    assert set(rig.drawn(session)) == {(1, frame) for frame in range(FRAMES)}


def test_a_range_is_tracked_and_no_frame_beyond_it(rig: Rig) -> None:
    session = rig.session()
    rig.click(session, 1, 6, red(6))
    assert rig.track(session, first_frame=4, last_frame=9) is PropagationState.DONE
    limited = rig.drawn(session)
    assert set(limited) == {(1, frame) for frame in range(4, 10)}
    assert rig.track(session) is PropagationState.DONE
    whole = rig.drawn(session)
    assert set(whole) == {(1, frame) for frame in range(FRAMES)}
    assert whole[1, 6] == limited[1, 6]


def test_backwards_only(rig: Rig) -> None:
    session = rig.session()
    rig.click(session, 1, 6, red(6))
    assert rig.track(session, direction=Direction.BACKWARD) is PropagationState.DONE
    assert set(rig.drawn(session)) == {(1, frame) for frame in range(7)}


@NOT_SAM2
def test_what_is_cancelled_while_it_is_walked_again_was_walked_all_the_same(
    rig: Rig, another: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store has more frames than the state that a crash left; a cancel then must not leave it so."""
    monkeypatch.setattr(live_pool, "SAVE_EVERY_S", 1000.0)

    def cancelled_after(frames: int, rig: Rig, session: Session) -> None:
        rig.gate.let(frames - 1)
        rig.gate.wait_for(frames)
        answer = rig.host.cancel(session.session_id)
        rig.gate.let(1)
        answer.result(60)
        rig.gate.open()

    def correct_and_track(rig: Rig, session: Session) -> dict:
        assert rig.store.propagation(session.session_id).frames_done == 8
        rig.click(session, 1, 6, red(6))
        assert rig.track(session) is PropagationState.DONE
        return rig.drawn(session)

    unbroken = another()
    session = unbroken.session()
    unbroken.click(session, 1, 0, red(0))
    unbroken.gate.hold()
    unbroken.commands.track(session.session_id)
    cancelled_after(8, unbroken, session)
    expected = correct_and_track(unbroken, session)

    session = rig.session()
    rig.click(session, 1, 0, red(0))
    rig.gate.hold()
    rig.commands.track(session.session_id)
    rig.gate.let(8)
    rig.gate.wait_for(9)
    restarted = another(crashed=rig, held=True)
    cancelled_after(2, restarted, session)
    assert correct_and_track(restarted, session) == expected


def test_a_click_whose_state_was_not_saved_before_a_crash_is_tracked_alike_through_the_next_crash(
    rig: Rig, another: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_pool, "SAVE_EVERY_S", 1000.0)
    unbroken = another()
    session = unbroken.session()
    unbroken.click(session, 1, 2, red(2))
    unbroken.track(session)

    same = rig.session()
    rig.click(same, 1, 2, red(2))
    shutil.rmtree(rig.folder / "states")  # its mask was stored, and then came the kill
    restarted = another(crashed=rig)
    restarted.gate.hold()
    restarted.commands.track(same.session_id)
    restarted.gate.let(5)
    restarted.gate.wait_for(6)
    again = another(crashed=restarted)
    assert again.wait_until_ended(same) is PropagationState.DONE
    assert again.drawn(same) == unbroken.drawn(session)
