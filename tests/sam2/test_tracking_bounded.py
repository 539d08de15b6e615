"""Bounded memory changes nothing: whatever is prompted, tracked, corrected, saved and restored."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from sam2.tracking.prompts import BoxPrompt, FramePrompts, MaskPrompt, PointPrompt
from sam2.tracking.saving import load_state, save_state
from sam2.tracking.selection import BankRules
from sam2.tracking.spill import MemorySpill
from sam2.tracking.tracker import VideoTracker
from tests.sam2.cheap_predictor import SIDE, CheapPredictor
from tests.sam2.moving_shapes import moving_discs

NUM_FRAMES = 40
FRAMES = moving_discs(NUM_FRAMES, SIDE)

frame_idx = st.integers(0, NUM_FRAMES - 1)
obj_id = st.sampled_from([1, 2, "cup"])
coordinate = st.integers(0, SIDE - 1)
prompts = st.one_of(
    st.builds(
        lambda points: FramePrompts(points=tuple(points)),
        st.lists(st.builds(PointPrompt, coordinate, coordinate, st.booleans()), min_size=1, max_size=3),
    ),
    st.builds(lambda x, y: FramePrompts(box=BoxPrompt(x, y, x + 5, y + 9)), coordinate, coordinate),
    st.builds(
        lambda x, y: FramePrompts(
            mask=MaskPrompt(np.add.outer(np.arange(SIDE) * x, np.arange(SIDE)) < 9 * y)
        ),
        st.integers(0, 3),
        st.integers(1, 5),
    ),
)
operation = st.one_of(
    st.tuples(st.just("prompt"), obj_id, frame_idx, prompts),
    st.tuples(
        st.just("propagate"), st.none() | frame_idx, st.none() | st.integers(0, NUM_FRAMES), st.booleans()
    ),
    st.tuples(st.just("clear"), obj_id, frame_idx),
    st.tuples(st.just("remove"), obj_id),
    st.tuples(st.just("restart")),
)
rules = st.fixed_dictionaries(
    {
        "num_maskmem": st.integers(1, 8),
        "memory_temporal_stride_for_eval": st.integers(1, 4),
        "max_obj_ptrs_in_encoder": st.integers(1, 17),
        "max_cond_frames_in_attn": st.sampled_from([-1, 2, 3]),
        "add_all_frames_to_correct_as_cond": st.booleans(),
        "clear_non_cond_mem_around_input": st.sampled_from([False, False, True]),
    }
)


class EndlessRules(BankRules):
    """Never lets go of a memory, as officially."""

    @property
    def window(self) -> int:
        return 10**9


def unbounded(predictor: CheapPredictor) -> VideoTracker:
    tracker = predictor.tracker
    tracker.rules = EndlessRules(**asdict(tracker.rules))
    return tracker


def perform(tracker: VideoTracker, state, op: tuple) -> list:
    """What an operation gives, or the error it raises."""
    try:
        match op:
            case "prompt", obj_id, frame_idx, prompts:
                seen = [tracker.prompt(state, obj_id, frame_idx, prompts)]
            case "propagate", start, count, reverse:
                seen = list(tracker.propagate(state, start, count, reverse))
            case "clear", obj_id, frame_idx:
                seen = [tracker.clear(state, obj_id, frame_idx)]
            case "remove", obj_id:
                return tracker.remove(state, obj_id)
    except (ValueError, RuntimeError) as error:
        return [str(error)]
    return [(s.frame_idx, s.obj_ids, tracker.video_logits(state, s), s.object_score_logits_N) for s in seen]


def assert_same(ours: list, reference: list) -> None:
    assert len(ours) == len(reference)
    for mine, other in zip(ours, reference, strict=True):
        if isinstance(mine, tuple):
            assert mine[:2] == other[:2]
            assert torch.equal(mine[2], other[2]) and torch.equal(mine[3], other[3])
        else:
            assert mine == other


@settings(max_examples=40, deadline=None)
@given(operations=st.lists(operation, min_size=2, max_size=9), rules=rules)
def test_bounded_is_bit_equal_to_unbounded(operations, rules):
    predictor = CheapPredictor(**rules)
    bounded, endless = predictor.tracker, unbounded(predictor)
    with TemporaryDirectory() as folder:
        ours, reference = bounded.open(FRAMES, folder=Path(folder)), endless.open(FRAMES)
        # Always something to track, then what was drawn, then a walk over everything.
        begin = ("prompt", 1, 20, FramePrompts(points=(PointPrompt(9, 12),)))
        for op in (begin, *operations, begin, ("propagate", 0, None, False), ("propagate", 39, None, True)):
            if op[0] == "restart":
                save_state(bounded, ours, Path(folder))
                ours.close()
                ours = load_state(bounded, FRAMES, Path(folder))
                continue
            assert_same(perform(bounded, ours, op), perform(endless, reference, op))
            for obj in ours.objects.values():
                assert (
                    len(obj.bank._resident) <= 2 * bounded.rules.window + len(obj.bank.conditioning) + 2 * 20
                )
        ours.close()
        reference.close()


def test_without_a_spill_tracking_is_the_same():
    predictor = CheapPredictor()
    ours, reference = predictor.tracker.open(FRAMES, max_spill_bytes=0), unbounded(predictor).open(FRAMES)
    prompt = FramePrompts(points=(PointPrompt(9, 12),))
    for op in (
        ("prompt", 1, 18, prompt),
        ("prompt", 2, 22, prompt),
        ("propagate", 18, None, False),
        ("propagate", 22, None, True),
    ):
        assert_same(perform(predictor.tracker, ours, op), perform(unbounded(predictor), reference, op))
    assert len(ours.objects[1].bank._resident) < 35
    ours.close()
    reference.close()


def test_the_window_is_not_larger_than_it_must_be():
    """Memories are dropped after a step: the next frame has window - 1 of them, and misses a further one."""
    predictor = CheapPredictor()

    class TooShort(BankRules):
        @property
        def window(self) -> int:
            return super().window - 2

    tracker = predictor.tracker
    tracker.rules = TooShort(**asdict(tracker.rules))
    ours, reference = tracker.open(FRAMES, max_spill_bytes=0), unbounded(predictor).open(FRAMES)
    begin = ("prompt", 1, 0, FramePrompts(points=(PointPrompt(9, 12),)))
    perform(tracker, ours, begin), perform(unbounded(predictor), reference, begin)
    walk = ("propagate", 0, None, False)
    mine, other = perform(tracker, ours, walk), perform(unbounded(predictor), reference, walk)
    assert any(not torch.equal(a[2], b[2]) for a, b in zip(mine, other, strict=True))
    ours.close()
    reference.close()


def test_memory_in_ram_does_not_grow_with_the_video():
    predictor = CheapPredictor()
    sizes = []
    for num_frames in (40, 400):
        frames = moving_discs(num_frames, SIDE)
        state = predictor.tracker.open(frames)
        predictor.add_new_points_or_box(state, 0, 1, points=[[9, 12]], labels=[1])
        for _ in predictor.propagate_in_video(state):
            pass
        sizes.append(state.nbytes())
        state.close()
    assert sizes[0] == sizes[1]


def test_a_full_spill_drops_the_oldest_and_tracking_goes_on(tmp_path):
    predictor = CheapPredictor()
    tracker = predictor.tracker
    state = tracker.open(FRAMES, folder=tmp_path, max_spill_bytes=5000)
    tracker.prompt(state, 1, 0, FramePrompts(points=(PointPrompt(9, 12),)))
    for _ in tracker.propagate(state):
        pass
    bank = state.objects[1].bank
    assert 0 < state.spill.nbytes <= 5000
    assert 1 not in list(bank.tracked) and 39 in list(bank.tracked)
    assert bank.get(1) is None
    state.spill.flush()
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) <= 5000
    tracker.prompt(state, 1, 2, FramePrompts(points=(PointPrompt(9, 12),)))
    assert len(list(tracker.propagate(state))) == NUM_FRAMES
    state.close()


def test_a_temporary_spill_leaves_no_files():
    predictor = CheapPredictor()
    state = predictor.init_state(FRAMES)
    predictor.add_new_points_or_box(state, 0, 1, points=[[9, 12]], labels=[1])
    for _ in predictor.propagate_in_video(state):
        pass
    folder = state.spill.folder
    state.spill.flush()
    assert any(folder.rglob("*.safetensors"))
    state.close()
    assert not folder.exists()


def test_a_record_reads_back_bit_for_bit(tmp_path):
    spill = MemorySpill(tmp_path)
    tensors = {"a": torch.randn(3, 5), "b": torch.randn(4).to(torch.bfloat16), "c": torch.tensor([1])}
    record = spill.put(tensors)
    spill.flush()
    back = spill.get(record)
    spill.close()
    assert all(
        torch.equal(back[name], tensors[name]) and back[name].dtype == t.dtype for name, t in tensors.items()
    )


def test_a_full_disk_is_said_and_nothing_is_lost(tmp_path, monkeypatch):
    predictor = CheapPredictor()
    tracker = predictor.tracker
    state = tracker.open(FRAMES, folder=tmp_path)
    tracker.prompt(state, 1, 0, FramePrompts(points=(PointPrompt(9, 12),)))
    tracker.commit(state)
    for t in range(20):
        tracker.step(state, t)

    def no_room(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sam2.tracking.spill.save_file", no_room)
    with pytest.raises(OSError, match="free some space"):
        for t in range(20, 40):
            tracker.step(state, t)
    with pytest.raises(OSError, match="free some space"):
        save_state(tracker, state, tmp_path)
    monkeypatch.undo()
    known = max(state.objects[1].visited)
    assert set(state.objects[1].bank.tracked) == set(range(1, known + 1))
    tracker.step(state, known + 1)
    save_state(tracker, state, tmp_path)
    restored = load_state(tracker, FRAMES, tmp_path)
    assert all(restored.objects[1].bank.get(t) is not None for t in range(known + 2))
    state.close()
    restored.close()


def test_ten_thousand_frames_need_no_more_memory_than_five_hundred():
    """In a process of its own: resident memory after 500 and after 10,000 frames of one walk."""
    done = subprocess.run(
        [sys.executable, "-c", WALK_OF_TEN_THOUSAND], capture_output=True, text=True, check=True
    )
    at_500, at_10_000 = map(int, done.stdout.split())
    assert at_10_000 - at_500 < 50e6, f"it grew by {(at_10_000 - at_500) / 1e6:.1f} MB"


WALK_OF_TEN_THOUSAND = """
import numpy as np
from tests.sam2.cheap_predictor import SIDE, CheapPredictor

class Frames:
    num_frames, height, width = 10_000, SIDE, SIDE

    def read(self, frame_idx):
        return np.random.default_rng(frame_idx).integers(0, 255, (SIDE, SIDE, 3), dtype=np.uint8)

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096

predictor = CheapPredictor()
state = predictor.init_state(Frames())
predictor.add_new_points_or_box(state, 0, 1, points=[[9, 12]], labels=[1])
for frame_idx, _, _ in predictor.propagate_in_video(state):
    predictor.calls.clear()
    if frame_idx in (499, 9_999):
        print(resident())
state.close()
"""
