"""A saved state goes on with identical masks, and a folder that does not fit is refused with a sentence."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from sam2.tracking.prompts import BoxPrompt, FramePrompts, MaskPrompt, PointPrompt
from sam2.tracking.saving import load_state, save_state
from sam2.tracking.tracker import TrackingOptions, VideoTracker
from tests.sam2.cheap_predictor import SIDE, CheapPredictor
from tests.sam2.moving_shapes import disc, moving_discs
from tests.sam2.sharp_weights import build_sharp

CLICK = FramePrompts(points=(PointPrompt(9.5, 12), PointPrompt(3, 4, include=False)))
BOX = FramePrompts(points=(PointPrompt(8, 8),), box=BoxPrompt(2, 3, 20, 22.5))
MASK = FramePrompts(mask=MaskPrompt(disc(12, 15, 6, SIDE)))
FRAMES = moving_discs(40, SIDE)


@pytest.fixture
def tracker():
    return CheapPredictor().tracker


def walk(tracker, state, *args, **kwargs):
    return [tracker.video_logits(state, seen) for seen in tracker.propagate(state, *args, **kwargs)]


def prepared(tracker, folder):
    """Two objects, tracked to the end, one corrected and not committed yet, one mask prompt beyond."""
    state = tracker.open(FRAMES, folder=folder)
    tracker.prompt(state, 1, 0, CLICK)
    tracker.prompt(state, "cup", 0, BOX)
    walk(tracker, state)
    tracker.prompt(state, 1, 9, CLICK)
    tracker.prompt(state, 1, 30, MASK)
    return state


def assert_goes_on_equally(tracker, state, other):
    assert state.obj_ids == other.obj_ids
    for t in (0, 5, 9, 30):
        mine, theirs = tracker.predictions(state, t), tracker.predictions(other, t)
        assert torch.equal(mine.low_res_logits_N1HW, theirs.low_res_logits_N1HW)
        assert torch.equal(mine.predicted_ious_N, theirs.predicted_ious_N)
    again = [tracker.prompt(s, "cup", 12, CLICK) for s in (state, other)]
    assert torch.equal(again[0].low_res_logits_N1HW, again[1].low_res_logits_N1HW)
    for reverse in (False, True):
        pairs = zip(
            walk(tracker, state, 20, reverse=reverse), walk(tracker, other, 20, reverse=reverse), strict=True
        )
        assert all(torch.equal(a, b) for a, b in pairs)


def test_restored_state_goes_on_identically(tracker, tmp_path):
    state = prepared(tracker, tmp_path / "own")
    save_state(tracker, state, tmp_path / "own")
    restored = load_state(tracker, FRAMES, tmp_path / "own")
    assert restored.objects[1].prompts[0] == CLICK and restored.objects["cup"].prompts[0] == BOX
    assert np.array_equal(restored.objects[1].prompts[30].mask.mask, MASK.mask.mask)
    assert restored.objects[1].visited == state.objects[1].visited
    assert_goes_on_equally(tracker, prepared(tracker, tmp_path / "other"), restored)


def test_the_real_network_goes_on_identically(tmp_path):
    tracker = VideoTracker(build_sharp("t", video=True), TrackingOptions(fill_hole_area=8))
    frames = moving_discs(8)
    state = tracker.open(frames, folder=tmp_path)
    tracker.prompt(state, 1, 2, FramePrompts(points=(PointPrompt(40, 60),)))
    tracker.prompt(state, 2, 2, FramePrompts(box=BoxPrompt(60, 50, 110, 100)))
    tracker.commit(state)
    for t in (2, 3, 4):
        tracker.step(state, t)
    save_state(tracker, state, tmp_path)
    restored = load_state(tracker, frames, tmp_path)
    for other in (state, restored):
        other.results = [tracker.step(other, t) for t in (5, 6, 7)]
        other.results.append(tracker.prompt(other, 1, 4, FramePrompts(points=(PointPrompt(30, 50, False),))))
        other.results += tracker.propagate(other, 4, reverse=True)
    for mine, theirs in zip(state.results, restored.results, strict=True):
        assert torch.equal(mine.low_res_logits_N1HW, theirs.low_res_logits_N1HW)


def test_saving_elsewhere_copies_and_replaces(tracker, tmp_path):
    state = prepared(tracker, None)
    save_state(tracker, state, tmp_path)
    save_state(tracker, state, tmp_path)
    restored = load_state(tracker, FRAMES, tmp_path)
    assert len(list((tmp_path / "records").iterdir())) == sum(
        len(obj.bank.conditioning) + len(list(obj.bank.tracked)) for obj in state.objects.values()
    )
    assert_goes_on_equally(tracker, state, restored)


def test_a_state_without_a_spill_can_be_saved(tracker, tmp_path):
    state = tracker.open(FRAMES, max_spill_bytes=0)
    tracker.prompt(state, 1, 0, CLICK)
    walk(tracker, state)
    save_state(tracker, state, tmp_path)
    restored = load_state(tracker, FRAMES, tmp_path)
    assert torch.equal(
        tracker.step(state, 39).low_res_logits_N1HW, tracker.step(restored, 39).low_res_logits_N1HW
    )


def test_a_process_that_dies_leaves_the_last_saved_state(tracker, tmp_path):
    state = prepared(tracker, tmp_path / "own")
    save_state(tracker, state, tmp_path / "own")
    save_state(tracker, state, tmp_path / "copy")
    # It goes on, overwrites what it remembers of every frame, and is never saved again.
    walk(tracker, state)
    tracker.remove(state, "cup")
    state.spill.flush()  # a dead process writes no more
    (tmp_path / "own" / "records" / "000000777.part").write_bytes(b"cut")
    state.reader.close()
    restored = load_state(tracker, FRAMES, tmp_path / "own")
    assert not list(tmp_path.rglob("*.part"))
    assert_goes_on_equally(tracker, load_state(tracker, FRAMES, tmp_path / "copy"), restored)


def test_a_second_save_writes_only_what_is_new(tracker, tmp_path):
    state = prepared(tracker, tmp_path)
    save_state(tracker, state, tmp_path)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "records").iterdir()}
    tracker.prompt(state, "cup", 39, CLICK)
    tracker.commit(state)
    save_state(tracker, state, tmp_path)
    after = {path: path.stat().st_mtime_ns for path in (tmp_path / "records").iterdir()}
    assert len(after.keys() - before.keys()) == 3, "object 1's two prompts, the cup's new one"
    assert all(before[path] == after[path] for path in after.keys() & before.keys())


def test_nothing_is_pickled(tracker, tmp_path):
    save_state(tracker, prepared(tracker, tmp_path), tmp_path)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert path.suffix == ".safetensors"
            load_file(path)
    with safe_open(tmp_path / "state.safetensors", "pt") as file:
        assert json.loads(file.metadata()["state"])["video"] == [40, SIDE, SIDE]


def test_other_weights_settings_or_video_are_refused(tracker, tmp_path):
    save_state(tracker, prepared(tracker, tmp_path), tmp_path)
    with pytest.raises(ValueError, match="other weights or settings"):
        load_state(CheapPredictor(seed=1).tracker, FRAMES, tmp_path)
    with pytest.raises(ValueError, match="other weights or settings"):
        load_state(CheapPredictor(num_maskmem=5).tracker, FRAMES, tmp_path)
    with pytest.raises(ValueError, match="other weights or settings"):
        load_state(CheapPredictor(fill_hole_area=8).tracker, FRAMES, tmp_path)
    with pytest.raises(ValueError, match="belongs to a video of"):
        load_state(tracker, moving_discs(39, SIDE), tmp_path)
    load_state(tracker, FRAMES, tmp_path)


def test_a_damaged_folder_is_refused(tracker, tmp_path):
    with pytest.raises(FileNotFoundError, match="save a state there first"):
        load_state(tracker, FRAMES, tmp_path)
    whole = tmp_path / "whole"
    save_state(tracker, prepared(tracker, whole), whole)

    cut = shutil.copytree(whole, tmp_path / "cut")
    state_file = cut / "state.safetensors"
    state_file.write_bytes(state_file.read_bytes()[:-100])
    with pytest.raises(ValueError, match="damaged"):
        load_state(tracker, FRAMES, cut)

    for number, contents in enumerate((b"", b"short")):
        broken = shutil.copytree(whole, tmp_path / f"broken{number}")
        next(iter((broken / "records").iterdir())).write_bytes(contents)
        with pytest.raises(ValueError, match="cut off or damaged"):
            load_state(tracker, FRAMES, broken)

    emptied = shutil.copytree(whole, tmp_path / "emptied")
    shutil.rmtree(emptied / "records")
    with pytest.raises(ValueError, match="damaged"):
        load_state(tracker, FRAMES, emptied)

    foreign = tmp_path / "foreign"
    foreign.mkdir()
    save_file({"a": torch.zeros(1)}, foreign / "state.safetensors", metadata={"state": "{}"})
    with pytest.raises(ValueError, match="damaged"):
        load_state(tracker, FRAMES, foreign)


def test_an_id_that_cannot_be_written_down_is_refused(tracker, tmp_path):
    state = tracker.open(FRAMES)
    tracker.prompt(state, (1, 2), 0, CLICK)
    with pytest.raises(ValueError, match="use an int or a str"):
        save_state(tracker, state, tmp_path)


def test_a_full_spill_never_drops_what_a_saved_state_begins_from(tracker, tmp_path):
    state = tracker.open(FRAMES, folder=tmp_path, max_spill_bytes=5000)
    tracker.prompt(state, 1, 0, CLICK)
    tracker.commit(state)
    save_state(tracker, state, tmp_path)
    walk(tracker, state)
    state.spill.flush()
    state.reader.close()
    restored = load_state(tracker, FRAMES, tmp_path, max_spill_bytes=5000)
    assert list(restored.objects[1].bank.conditioning) == [0]
    assert len(walk(tracker, restored)) == 40
