"""The service on SAM 2 gives exactly the masks that the library gives for the same prompts.

A small model with sharp random weights lies in a checkpoints folder and is chosen by its name.
"""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from backend.domain.errors import MaskletError
from backend.domain.session import (
    BoxPrompt,
    Direction,
    FramePrompt,
    MaskOrigin,
    PropagationState,
    Session,
)
from backend.formats.soft_edges import alpha_of, ramp
from backend.host.thread_host import EngineMenu
from backend.worker import live_pool
from backend.worker.live_pool import Budget
from backend.worker.masks import decode_mask, encode_mask
from tests.backend.hosting import Discs, LoadedOnce, Rig, blue, red
from tests.backend.tiny_checkpoint import NAME, TinyFirst, write_config

torch = pytest.importorskip("torch", reason="PyTorch is not installed: `make test` installs it")

Masks = dict[tuple[int, int], np.ndarray]
TINY = Budget(nbytes=1)


@pytest.fixture(scope="module")
def menu_of(tiny_checkpoints: Path) -> Callable[[], EngineMenu]:
    menu = LoadedOnce(TinyFirst(tiny_checkpoints))
    return lambda: menu


@pytest.fixture
def make_rig(tmp_path: Path, menu_of: Callable[[], EngineMenu]) -> Iterator[Callable[..., Rig]]:
    rigs: list[Rig] = []

    def make(budget: Budget | None = None, crashed: Rig | None = None, keeps_edges: bool = True) -> Rig:
        folder = tmp_path / str(len(rigs))
        if crashed:
            rigs.append(crashed.crashed(folder))
        else:
            rigs.append(Rig(folder, menu_of, budget or Budget(), keeps_edges=keeps_edges))
        return rigs[-1]

    yield make
    for rig in rigs:
        rig.close()


@pytest.fixture(scope="module")
def library(tiny_checkpoints: Path):
    """The library's video predictor on the same files, with the service's option."""
    from sam2.build_sam import build_sam2_video_predictor

    return build_sam2_video_predictor(
        tiny_checkpoints / f"{NAME}.yaml",
        tiny_checkpoints / f"{NAME}.pt",
        device="cpu",
        hydra_overrides_extra=["++model.add_all_frames_to_correct_as_cond=true"],
    )


class Reference:
    """What the official-style predictor gives, called as its users call it."""

    def __init__(self, predictor) -> None:
        self.predictor = predictor
        self.state = predictor.init_state(Discs())
        self.masks: Masks = {}

    def prompt(self, object_id: int, frame_idx: int, points=None, labels=None, box=None) -> None:
        _, object_ids, logits = self.predictor.add_new_points_or_box(
            self.state, frame_idx, object_id, points, labels, box=box
        )
        self.masks[object_id, frame_idx] = (logits[object_ids.index(object_id), 0] > 0).numpy()

    def mask_prompt(self, object_id: int, frame_idx: int, mask: np.ndarray) -> None:
        _, object_ids, logits = self.predictor.add_new_mask(self.state, frame_idx, object_id, mask)
        self.masks[object_id, frame_idx] = (logits[object_ids.index(object_id), 0] > 0).numpy()

    def propagate(self, start: int, reverse: bool = False, last: int | None = None) -> None:
        more = None if last is None else abs(last - start)
        for frame_idx, object_ids, logits in self.predictor.propagate_in_video(
            self.state, start, more, reverse
        ):
            for object_id, mask in zip(object_ids, (logits[:, 0] > 0).numpy(), strict=True):
                self.masks[object_id, frame_idx] = mask


def drawn(rig: Rig, session: Session) -> Masks:
    return {place: decode_mask(mask.rle) for place, mask in rig.masks(session).items() if mask.rle}


def assert_equal(masks: Masks, expected: Masks) -> None:
    assert set(masks) == set(expected)
    different = [place for place in masks if not np.array_equal(masks[place], expected[place])]
    assert different == []
    assert sum(mask.any() for mask in masks.values()) > len(masks) / 2  # not all empty


def prompts_at_4(rig: Rig, session: Session) -> None:
    """Clicks on one object, a box on the other."""
    rig.click(session, 1, 4, red(4))
    rig.commands.add_object(session.session_id, object_id=2)
    x, y = blue(4)
    box = BoxPrompt(x - 12, y - 12, x + 12, y + 12)
    rig.commands.set_prompt(session.session_id, FramePrompt(2, 4, box=box))


def reference_at_4(library) -> Reference:
    reference = Reference(library)
    reference.prompt(1, 4, [red(4)], [1])
    x, y = blue(4)
    reference.prompt(2, 4, box=[x - 12, y - 12, x + 12, y + 12])
    return reference


def correct_at_10(rig: Rig, session: Session) -> None:
    rig.click(session, 1, 10, red(10))
    rig.click(session, 2, 10, blue(10), (blue(10)[0] + 30, 10), include=False)


def reference_correction(reference: Reference) -> None:
    """A correction at frame 10, tracked again to the end and back to the prompt before it."""
    reference.prompt(1, 10, [red(10)], [1])
    reference.prompt(2, 10, [blue(10), (blue(10)[0] + 30, 10)], [0, 0])
    reference.propagate(10)
    reference.propagate(10, reverse=True, last=5)


def reference_run(library) -> tuple[Masks, Masks]:
    """Masks after tracking both ways, and after the correction."""
    reference = reference_at_4(library)
    reference.propagate(4)
    reference.propagate(4, reverse=True)
    tracked = dict(reference.masks)
    reference_correction(reference)
    return tracked, reference.masks


def test_the_masks_are_the_librarys_both_ways_and_after_a_correction(make_rig, library) -> None:
    tracked, corrected = reference_run(library)
    rig = make_rig()
    session = rig.session()
    assert session.engine_id == NAME
    prompts_at_4(rig, session)
    assert rig.track(session) is PropagationState.DONE
    assert_equal(drawn(rig, session), tracked)
    assert {mask.engine_id for mask in rig.masks(session).values()} == {NAME}
    correct_at_10(rig, session)
    assert rig.track(session) is PropagationState.DONE
    assert_equal(drawn(rig, session), corrected)
    assert any(not np.array_equal(tracked[place], corrected[place]) for place in tracked)


def test_one_direction_at_a_time(make_rig, library) -> None:
    rig = make_rig()
    session = rig.session()
    reference = reference_at_4(library)
    prompts_at_4(rig, session)
    rig.track(session, direction=Direction.BACKWARD)
    reference.propagate(4, reverse=True)
    assert_equal(drawn(rig, session), reference.masks)
    rig.track(session, direction=Direction.FORWARD)
    reference.propagate(4)
    assert_equal(drawn(rig, session), reference.masks)


def test_a_mask_prompt_is_taken_as_the_library_takes_it(make_rig, library) -> None:
    y, x = np.ogrid[: Discs.height, : Discs.width]
    mask = np.hypot(x - red(0)[0], y - red(0)[1]) <= 11
    rig = make_rig()
    session = rig.session()
    rig.commands.add_object(session.session_id, object_id=1)
    rig.commands.set_prompt(session.session_id, FramePrompt(1, 0, mask=encode_mask(mask)))
    rig.track(session)
    reference = Reference(library)
    reference.mask_prompt(1, 0, mask)
    reference.propagate(0)
    assert_equal(drawn(rig, session), reference.masks)


def test_the_masks_are_the_librarys_when_sessions_are_evicted_in_the_middle(make_rig, library) -> None:
    tracked, corrected = reference_run(library)
    rig = make_rig(TINY)
    first, second = rig.session(), rig.session()
    prompts_at_4(rig, first)
    prompts_at_4(rig, second)
    rig.gate.hold()
    rig.commands.track(first.session_id)
    rig.gate.wait_for(1)
    rig.commands.track(second.session_id)
    rig.gate.open()
    for session in (first, second):
        assert rig.wait_until_ended(session) is PropagationState.DONE
        assert_equal(drawn(rig, session), tracked)
    assert len(rig.sources) > 4  # opened again and again: where memory is short they take turns
    for session in (first, second):
        correct_at_10(rig, session)
        rig.track(session)
        assert_equal(drawn(rig, session), corrected)


@pytest.mark.parametrize("save_every_s", [0.0, 1000.0])
def test_the_masks_are_the_librarys_after_a_restart_in_the_middle(
    make_rig, library, monkeypatch: pytest.MonkeyPatch, save_every_s: float
) -> None:
    monkeypatch.setattr(live_pool, "SAVE_EVERY_S", save_every_s)
    monkeypatch.setattr(live_pool, "SAVE_SHARE", 1e9)
    tracked, corrected = reference_run(library)
    rig = make_rig()
    session = rig.session()
    prompts_at_4(rig, session)
    rig.gate.hold()
    rig.commands.track(session.session_id)
    rig.gate.let(7)
    rig.gate.wait_for(8)
    restarted = make_rig(crashed=rig)
    assert restarted.wait_until_ended(session) is PropagationState.DONE
    assert_equal(drawn(restarted, session), tracked)
    again = make_rig(crashed=restarted)
    correct_at_10(again, session)
    again.gate.hold()
    again.commands.track(session.session_id)
    again.gate.let(3)
    again.gate.wait_for(4)
    once_more = make_rig(crashed=again)
    assert once_more.wait_until_ended(session) is PropagationState.DONE
    assert_equal(drawn(once_more, session), corrected)


def test_a_rebuilt_session_keeps_its_prompted_masks_and_goes_on(make_rig) -> None:
    rig = make_rig()
    session = rig.session()
    prompts_at_4(rig, session)
    rig.track(session)
    correct_at_10(rig, session)
    before = drawn(rig, session)
    prompted = [place for place, mask in rig.masks(session).items() if mask.origin is MaskOrigin.PROMPT]
    rig.gate.hold()
    shutil.rmtree(rig.folder / "states")
    restarted = make_rig(crashed=rig)
    assert restarted.track(session) is PropagationState.DONE
    after = drawn(restarted, session)
    assert set(after) == set(before)
    assert all(np.array_equal(after[place], before[place]) for place in prompted)
    assert any(mask.any() for place, mask in after.items() if place not in prompted)


class Payload:
    def __reduce__(self):
        return (Path.touch, (Path("/tmp/masklet-was-here"),))


def reference_alphas(library) -> Masks:
    """Alpha at the video's size, from the library's own logits there, of one tracked object."""
    reference = Reference(library)
    reference.prompt(1, 4, [red(4)], [1])
    alphas = {}
    for reverse in (False, True):
        for frame_idx, _, logits in library.propagate_in_video(reference.state, 4, None, reverse):
            alphas[1, frame_idx] = logits[0, 0].sigmoid().numpy()
    return alphas


def tracked_from_a_click(rig: Rig) -> Session:
    session = rig.session()
    rig.click(session, 1, 4, red(4))
    assert rig.track(session) is PropagationState.DONE
    return session


def test_a_mattes_alpha_is_that_of_the_librarys_logits(make_rig, library) -> None:
    rig = make_rig()
    masks = rig.masks(tracked_from_a_click(rig))
    expected = reference_alphas(library)
    assert set(masks) == set(expected) and any(mask.edge for mask in masks.values())
    for place, mask in masks.items():
        pixels, alpha = decode_mask(mask.rle), alpha_of(mask)
        assert np.array_equal(alpha > 0.5, pixels)
        if mask.edge is not None:
            near = np.abs(cv2.blur(pixels.astype(np.float32), (3, 3)) - 0.5) < 0.5  # pixels at the border
            assert np.abs(alpha - expected[place])[near].mean() < 0.02, place
            assert np.abs(ramp(pixels) - expected[place])[near].mean() > 0.06, place


def test_edges_are_the_same_after_a_restart_in_the_middle(make_rig) -> None:
    whole = make_rig()
    expected = {place: mask.edge for place, mask in whole.masks(tracked_from_a_click(whole)).items()}
    rig = make_rig()
    session = rig.session()
    rig.click(session, 1, 4, red(4))
    rig.gate.hold()
    rig.commands.track(session.session_id)
    rig.gate.let(5)
    rig.gate.wait_for(6)
    restarted = make_rig(crashed=rig)
    assert restarted.wait_until_ended(session) is PropagationState.DONE
    assert {place: mask.edge for place, mask in restarted.masks(session).items()} == expected


def test_a_mask_that_a_person_drew_has_no_edge_and_what_is_tracked_from_it_has(make_rig) -> None:
    y, x = np.ogrid[: Discs.height, : Discs.width]
    rig = make_rig()
    session = rig.session()
    rig.click(session, 1, 0, red(0))
    assert rig.masks(session)[1, 0].edge
    disc = encode_mask(np.hypot(x - red(0)[0], y - red(0)[1]) <= 11)
    rig.commands.set_prompt(session.session_id, FramePrompt(1, 0, mask=disc))
    rig.track(session)
    masks = rig.masks(session)
    assert masks[1, 0].area and masks[1, 0].edge is None
    assert all(mask.edge for place, mask in masks.items() if place != (1, 0) and mask.area)


def test_no_edges_are_kept_where_nobody_wants_them(make_rig) -> None:
    rig = make_rig(keeps_edges=False)
    masks = rig.masks(tracked_from_a_click(rig))
    assert any(mask.area for mask in masks.values())
    assert {mask.edge for mask in masks.values()} == {None}


def bad_files(folder: Path) -> dict[str, tuple[Callable[[], object], str]]:
    weights = folder / f"{NAME}.pt"

    def cut() -> None:
        weights.write_bytes(weights.read_bytes()[:-100_000])

    def another_size() -> None:
        write_config(folder, "s")

    def code_inside() -> None:
        torch.save({"model": {}, "extra": Payload()}, weights, pickle_module=pickle)

    def no_weights() -> None:
        torch.save({"model": {"a": 1}}, weights)

    def hostile_config() -> None:
        (folder / f"{NAME}.yaml").write_text(
            "model:\n  _target_: os.system\n  command: touch /tmp/masklet-was-here\n"
        )

    def broken_config() -> None:
        (folder / f"{NAME}.yaml").write_text("model: [")

    return {
        "missing": (weights.unlink, "put .* back"),
        "cut": (cut, "cut off"),
        "another size": (another_size, "does not fit this configuration"),
        "code": (code_inside, "contains code"),
        "no weights": (no_weights, "no SAM 2 checkpoint"),
        "hostile": (hostile_config, "'os.system'"),
        "broken": (broken_config, "gives no SAM 2 model"),
    }


@pytest.mark.parametrize(
    "kind", ["missing", "cut", "another size", "code", "no weights", "hostile", "broken"]
)
def test_a_bad_checkpoint_is_told_in_one_sentence_and_loses_nothing(
    tiny_checkpoints: Path, tmp_path: Path, kind: str
) -> None:
    folder = tmp_path / "checkpoints"
    shutil.copytree(tiny_checkpoints, folder)
    rig = Rig(tmp_path / "data", lambda: TinyFirst(folder))
    try:
        session = rig.session()
        spoil, sentence = bad_files(folder)[kind]
        spoil()
        with pytest.raises(MaskletError, match=sentence) as told:
            rig.click(session, 1, 0, red(0))
        assert "\n" not in str(told.value)
        assert not Path("/tmp/masklet-was-here").exists()
        assert len(rig.store.prompts(session.session_id)) == 1
        assert NAME not in [info.id for info in rig.host.engines() if info.available]
        shutil.copytree(tiny_checkpoints, folder, dirs_exist_ok=True)
        rig.host.refresh(session.session_id).result(60)
        assert (1, 0) in drawn(rig, session)
    finally:
        rig.close()
