"""What goes wrong under a host: refused prompts, full disks, engines that fail, processes that die."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from pathlib import Path

import pytest

from backend.domain.errors import InvalidInput, Unavailable
from backend.domain.session import FrameMask, FramePrompt, MaskOrigin, PointPrompt, PropagationState, Session
from backend.host.fake_host import FAKE_ENGINE, FakeMenu, FakeSession
from backend.host.writer import UNDER_WAY, ResultWriter
from backend.worker import live_pool
from backend.worker.live_session import LiveSession
from backend.worker.masks import encode_mask
from backend.worker.saved_states import SavedNote, SavedStates
from tests.backend.hosting import FRAMES, PATIENCE_S, Discs, Rig, blue, red, wait_until


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path / "data", lambda: FakeMenu((FAKE_ENGINE,), 0.0))
    yield rig
    rig.close()


def fail_to_store(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise Unavailable("The disk is full: free some space.")

    monkeypatch.setattr(rig.store, "put_masks", full)


class TestPrompts:
    def test_a_refused_prompt_is_told_once_and_spoils_nothing(self, rig: Rig) -> None:
        session = rig.session()
        with pytest.raises(InvalidInput, match="Every point excludes"):
            rig.click(session, 1, 0, red(0), include=False)
        rig.click(session, 2, 0, blue(0))  # not told again
        assert set(rig.drawn(session)) == {(2, 0)}
        assert rig.track(session) is PropagationState.DONE
        assert set(rig.drawn(session)) == {(2, frame) for frame in range(FRAMES)}
        rig.click(session, 1, 0, red(0))
        assert (1, 0) in rig.drawn(session)

    def test_an_engine_that_breaks_on_a_prompt_is_told_and_goes_on(
        self, rig: Rig, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        session = rig.session()
        rig.click(session, 1, 0, red(0))
        with monkeypatch.context() as patch:
            patch.setattr(FakeSession, "_shape", lambda self, prompt: 1 / 0)
            with pytest.raises(Unavailable, match="could not be used: division by zero"):
                rig.click(session, 1, 3, red(3))
        rig.click(session, 1, 5, red(5))
        assert set(rig.drawn(session)) == {(1, 0), (1, 5)}

    def test_a_click_that_could_not_be_stored_is_drawn_at_the_next_refresh(
        self, rig: Rig, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        session = rig.session()
        rig.click(session, 1, 0, red(0))
        with monkeypatch.context() as patch:
            fail_to_store(rig, patch)
            with pytest.raises(Unavailable, match="disk is full"):
                rig.click(session, 1, 3, red(3))
        rig.host.refresh(session.session_id).result(PATIENCE_S)
        assert set(rig.drawn(session)) == {(1, 0), (1, 3)}

    def test_an_engine_that_cannot_be_loaded_loses_no_click(
        self, rig: Rig, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        session = rig.session()

        def gone(engine_id: str) -> None:
            raise Unavailable(f"{engine_id} is gone.")

        with monkeypatch.context() as patch:
            patch.setattr(rig.menu, "load", gone)
            with pytest.raises(Unavailable, match="fake is gone"):
                rig.click(session, 1, 0, red(0))
            assert rig.track(session) is PropagationState.FAILED
            assert rig.store.propagation(session.session_id).error == "fake is gone."
        rig.host.refresh(session.session_id).result(PATIENCE_S)
        assert (1, 0) in rig.drawn(session)

    def test_without_anything_to_draw_no_engine_is_loaded(self, rig: Rig) -> None:
        session = rig.session()
        rig.click(session, 1, 0, red(0))
        rig.host.close()
        rig.start()
        rig.menu.loads = 0
        rig.host.refresh(session.session_id).result(PATIENCE_S)
        rig.commands.clear_prompts(session.session_id)
        rig.commands.remove_object(session.session_id, 1)
        assert rig.host.refresh(session.session_id).result(PATIENCE_S)
        assert rig.menu.loads == 0

    def test_an_object_removed_while_its_session_sleeps_is_forgotten(self, rig: Rig) -> None:
        session = rig.session()
        rig.click(session, 1, 0, red(0))
        rig.click(session, 2, 0, blue(0))
        fresh = rig.drawn(session)[1, 0]
        rig.click(session, 1, 0, red(0), blue(0))
        rig.host.close()
        rig.start()
        rig.commands.remove_object(session.session_id, 1)
        rig.click(session, 1, 0, red(0))
        assert rig.drawn(session)[1, 0] == fresh
        rig.track(session)
        assert set(rig.drawn(session)) == {(o, frame) for o in (1, 2) for frame in range(FRAMES)}

    def test_a_prompt_taken_back_puts_the_tracked_mask_into_memory_again(
        self, rig: Rig, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        session = rig.session()
        rig.click(session, 1, 0, red(0))
        rig.track(session)
        tracked = rig.drawn(session)[1, 8][0]
        rig.click(session, 1, 8, blue(8))
        reminded = []
        monkeypatch.setattr(FakeSession, "remember", lambda self, *what: reminded.append(what))
        rig.click(session, 1, 8)
        [(frame_idx, [mask])] = reminded
        assert (frame_idx, mask.object_id, encode_mask(mask.mask).counts) == (8, 1, tracked)


class TestTracking:
    def test_a_full_disk_fails_it_with_a_sentence_and_the_service_lives_on(
        self, rig: Rig, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        session = rig.session()
        rig.click(session, 1, 0, red(0))
        put_masks, frames = rig.store.put_masks, []

        def full_at_first(session_id: str, masks: list[FrameMask], propagation: object = None) -> int:
            if masks:
                frames.extend(mask.frame_idx for mask in masks)
                raise Unavailable("The disk is full: free some space.")
            return put_masks(session_id, masks, propagation)

        with monkeypatch.context() as patch:
            patch.setattr(rig.store, "put_masks", full_at_first)
            assert rig.track(session) is PropagationState.FAILED
        assert rig.store.propagation(session.session_id).error == "The disk is full: free some space."
        assert frames
        assert set(rig.drawn(session)) == {(1, 0)}
        assert rig.track(session) is PropagationState.DONE
        assert set(rig.drawn(session)) == {(1, frame) for frame in range(FRAMES)}

    def test_where_even_the_end_cannot_be_stored_cancel_ends_it(
        self, rig: Rig, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        session = rig.session()
        rig.click(session, 1, 0, red(0))
        with monkeypatch.context() as patch:
            fail_to_store(rig, patch)
            rig.commands.track(session.session_id)
            with pytest.raises(Unavailable, match="disk is full"):
                rig.commands.cancel(session.session_id)
            assert rig.store.propagation(session.session_id).state is PropagationState.RUNNING
        rig.commands.cancel(session.session_id)
        assert rig.store.propagation(session.session_id).state is PropagationState.CANCELLED
        assert rig.track(session) is PropagationState.DONE

    def test_where_even_the_end_could_not_be_stored_it_goes_on_once_there_is_room(
        self, rig: Rig, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        session = rig.session()
        rig.click(session, 1, 0, red(0))
        with monkeypatch.context() as patch:
            fail_to_store(rig, patch)
            rig.gate.hold()
            rig.commands.track(session.session_id)
            rig.gate.let(3)
            wait_until(lambda: session.session_id not in rig.host._actor._runner._walks)
        rig.gate.open()
        watch = rig.host._standstill
        watch.look()
        assert rig.store.propagation(session.session_id).state is PropagationState.RUNNING
        watch.look()  # it has not moved
        assert rig.wait_until_ended(session) is PropagationState.DONE
        assert set(rig.drawn(session)) == {(1, frame) for frame in range(FRAMES)}

    def test_an_engine_that_breaks_fails_it_and_the_next_one_works(self, rig: Rig) -> None:
        session = rig.session()
        rig.click(session, 1, 0, red(0))
        rig.gate.failure = RuntimeError("kernel 7 is lost\nin a long story")
        assert rig.track(session) is PropagationState.FAILED
        error = rig.store.propagation(session.session_id).error
        assert error == "Tracking stopped: kernel 7 is lost; the server's log has more."
        rig.gate.failure = None
        assert rig.track(session) is PropagationState.DONE

    def test_a_state_that_cannot_be_saved_stops_nobody(self, rig: Rig, tmp_path: Path) -> None:
        session = rig.session()
        (rig.folder / "states").write_text("a file where the folder should be")
        rig.click(session, 1, 0, red(0))
        assert rig.track(session) is PropagationState.DONE
        assert set(rig.drawn(session)) == {(1, frame) for frame in range(FRAMES)}


def result(frame_idx: int) -> FrameMask:
    mask = Discs().read(0)[..., 0] > 200
    return FrameMask(1, frame_idx, encode_mask(mask), int(mask.sum()), 1.0, 0.5, MaskOrigin.TRACK, "fake")


class TestSavedStates:
    def test_old_ones_make_room_for_new_ones(self, rig: Rig) -> None:
        sessions = [rig.session() for _ in range(4)]
        for session in sessions:
            rig.click(session, 1, 0, red(0))
        root = rig.folder / "states"
        homes = [root / session.session_id for session in sessions]
        for age, home in enumerate(homes):
            os.utime(home / "note.json", (1000 + age, 1000 + age))
        nbytes = sum(path.stat().st_size for path in homes[3].rglob("*") if path.is_file())
        states = SavedStates(root, max_bytes=2 * nbytes + 10)
        states.trim(keep={sessions[0].session_id})
        assert [home.exists() for home in homes] == [True, False, True, True]
        os.utime(homes[3] / "note.json", (0, 0))
        SavedStates(root, max_bytes=0).trim(keep=())
        assert not any(home.exists() for home in homes)
        rig.click(sessions[1], 1, 5, red(5))
        assert set(rig.drawn(sessions[1])) == {(1, 0), (1, 5)}

    @pytest.mark.parametrize("session_id", ["..", "a/b", "", "/etc"])
    def test_no_name_leads_out_of_the_folder(self, tmp_path: Path, session_id: str) -> None:
        with pytest.raises(ValueError, match="no session id"):
            SavedStates(tmp_path / "states").folder(session_id)

    def test_a_process_that_dies_between_the_engines_step_and_the_note_leaves_a_pair_that_fits(
        self, rig: Rig, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        session = rig.session()
        rig.click(session, 1, 0, red(0))
        states = SavedStates(rig.folder / "states")
        before = states.note(session.session_id)

        def dies(*_: object) -> None:
            raise OSError("killed")

        with monkeypatch.context() as patch:
            patch.setattr(FakeSession, "save", dies)
            rig.click(session, 1, 3, red(3))
        assert states.note(session.session_id) == before  # the engine's step did not happen
        write = SavedNote.write
        with monkeypatch.context() as patch:
            patch.setattr(
                SavedNote,
                "write",
                lambda note, path: dies() if path.name == "note.json" else write(note, path),
            )
            rig.click(session, 1, 6, red(6))
        after = states.note(session.session_id)
        assert {frame for _, frame in after.drawn} == {0, 3, 6}

    def test_they_never_know_of_a_mask_that_is_not_stored(
        self, rig: Rig, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(live_pool, "SAVE_EVERY_S", 0.0)
        monkeypatch.setattr(live_pool, "SAVE_SHARE", 1e9)
        session = rig.session()
        rig.click(session, 1, 0, red(0))
        write, put_masks = SavedStates.write, rig.store.put_masks
        progress: list[tuple[int, int]] = []

        def noted(states: SavedStates, live: LiveSession) -> None:
            stored = rig.store.propagation(session.session_id).frames_done
            progress.append((live.progress.frames_done, stored))
            write(states, live)

        def slow(*result: object) -> int:
            time.sleep(0.02)
            return put_masks(*result)

        monkeypatch.setattr(SavedStates, "write", noted)
        monkeypatch.setattr(rig.store, "put_masks", slow)
        assert rig.track(session) is PropagationState.DONE
        assert len(progress) >= FRAMES
        assert all(saved <= stored for saved, stored in progress)


class HeldStore:
    """Holds the rig's store in its first transaction until `go`, and notes what is stored."""

    def __init__(self, rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
        self.go = threading.Event()
        self.calls: list[tuple[str, list[int]]] = []
        self._called = threading.Event()
        self._put_masks = rig.store.put_masks
        monkeypatch.setattr(rig.store, "put_masks", self._held)

    def wait_until_called(self) -> None:
        assert self._called.wait(PATIENCE_S)

    def _held(self, session_id: str, masks: list[FrameMask], propagation: object = None) -> int:
        self._called.set()
        assert self.go.wait(PATIENCE_S)
        self.calls.append((session_id, [mask.frame_idx for mask in masks]))
        return self._put_masks(session_id, masks, propagation)


class TestWriter:
    def test_what_piled_up_goes_into_one_transaction(self, rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
        first, second = rig.session(), rig.session()
        for session in (first, second):
            rig.commands.add_object(session.session_id, object_id=1)
        store = HeldStore(rig, monkeypatch)
        writer = ResultWriter(rig.store)
        under_way = [writer.put(first.session_id, [result(0)])]
        store.wait_until_called()
        for frame in range(1, 6):
            under_way += [writer.put(s.session_id, [result(frame)]) for s in (first, second)]
        store.go.set()
        wait(under_way, PATIENCE_S)
        writer.close()
        assert store.calls == [
            (first.session_id, [0]),
            (first.session_id, [1, 2, 3, 4, 5]),
            (second.session_id, [1, 2, 3, 4, 5]),
        ]
        assert len(rig.masks(first)) == 6
        assert under_way[-2].result() == rig.store.session(first.session_id).version

    def test_a_slow_store_slows_the_engine_down_instead_of_filling_memory(
        self, rig: Rig, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        session = rig.session()
        rig.commands.add_object(session.session_id, object_id=1)
        store = HeldStore(rig, monkeypatch)
        writer, put = ResultWriter(rig.store), []

        def keep_putting() -> None:
            for frame in range(4 * UNDER_WAY):
                put.append(writer.put(session.session_id, [result(frame)]))

        engine = threading.Thread(target=keep_putting)
        engine.start()
        store.wait_until_called()
        engine.join(0.3)
        assert engine.is_alive()
        assert len(put) <= 2 * UNDER_WAY + 1  # in the transaction that does not end, and in the queue
        store.go.set()
        engine.join(PATIENCE_S)
        writer.close()
        assert len(put) == len(rig.masks(session)) == 4 * UNDER_WAY

    def test_closing_stores_what_waits_and_is_idempotent(self, rig: Rig) -> None:
        session = rig.session()
        rig.commands.add_object(session.session_id, object_id=1)
        writer = ResultWriter(rig.store)
        under_way = [writer.put(session.session_id, [result(frame)]) for frame in range(10)]
        writer.close()
        writer.close()
        assert all(stored.done() for stored in under_way)
        assert len(rig.masks(session)) == 10
        with pytest.raises(Unavailable, match="stopping"):
            writer.put(session.session_id, [result(0)]).result()

    def test_one_bad_session_does_not_stop_the_others(self, rig: Rig) -> None:
        session = rig.session()
        rig.commands.add_object(session.session_id, object_id=1)
        writer = ResultWriter(rig.store)
        lost = writer.put("no such session", [result(0)])
        kept = writer.put(session.session_id, [result(0)])
        assert kept.result(PATIENCE_S) == rig.store.session(session.session_id).version
        with pytest.raises(Exception, match="no such session"):
            lost.result(PATIENCE_S)
        writer.close()


WALKER = """
import sys, time
from pathlib import Path
from backend.domain.session import PropagationState
from backend.host.fake_host import FAKE_ENGINE, FakeMenu
from backend.worker import live_pool
from tests.backend.hosting import Rig

live_pool.SAVE_EVERY_S, live_pool.SAVE_SHARE = 0.03, 1e9
rig = Rig(Path(sys.argv[1]), lambda: FakeMenu((FAKE_ENGINE,), 0.01))
print("up", flush=True)
for session in rig.store.sessions():
    if rig.store.propagation(session.session_id) is None:
        rig.commands.track(session.session_id)
while True:
    print(sum(rig.store.propagation(s.session_id).frames_done for s in rig.store.sessions()), flush=True)
    time.sleep(0.01)
"""


def click_twice(rig: Rig) -> list[Session]:
    sessions = [rig.session(), rig.session()]
    for session, frame in zip(sessions, (5, 9), strict=True):
        rig.click(session, 1, frame, red(frame))
        rig.click(session, 2, frame, blue(frame))
    return sessions


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_again_and_again_it_ends_with_the_same_masks(
    rig: Rig, tmp_path: Path, repository: Path, seed: int
) -> None:
    chance = random.Random(seed)
    expected = []
    for session in click_twice(rig):
        rig.track(session)
        expected.append(rig.drawn(session))
    folder = tmp_path / "killed"
    killed = Rig(folder, lambda: FakeMenu((FAKE_ENGINE,), 0.0))
    sessions = click_twice(killed)
    killed.close()
    for _ in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", WALKER, str(folder)], stdout=subprocess.PIPE, text=True, cwd=repository
        ) as walker:
            for _ in range(chance.randrange(1, 12)):
                assert walker.stdout.readline(), "the process ended by itself"
            walker.send_signal(signal.SIGKILL)
    last = Rig(folder, lambda: FakeMenu((FAKE_ENGINE,), 0.0))
    try:
        for session, masks in zip(sessions, expected, strict=True):
            if last.store.propagation(session.session_id) is None:
                last.track(session)  # killed before it began
            assert last.wait_until_ended(session) is PropagationState.DONE
            assert last.drawn(session) == masks
    finally:
        last.close()


def test_a_prompt_that_is_cleared_while_it_is_drawn_leaves_no_mask(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = rig.session()
    rig.commands.add_object(session.session_id, object_id=1)
    draw: Callable = FakeSession.apply

    def cleared_meanwhile(self: FakeSession, prompt: FramePrompt):
        if not prompt.is_empty:
            rig.store.put_prompt(session.session_id, FramePrompt(1, 0))
        return draw(self, prompt)

    with monkeypatch.context() as patch:
        patch.setattr(FakeSession, "apply", cleared_meanwhile)
        rig.commands.set_prompt(session.session_id, FramePrompt(1, 0, (PointPrompt(*red(0)),)))
    rig.host.refresh(session.session_id).result(PATIENCE_S)
    assert rig.drawn(session) == {}
