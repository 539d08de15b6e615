"""Which frames are looked at, worked out by hand from the rules. No torch here."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sam2.tracking.selection import (
    BankRules,
    frames_out_of_reach,
    past_frame,
    select,
)
from sam2.utils.closest import closest_conditioning


def pick(frame_idx, conditioning, tracked, reverse=False, num_frames=100, **rules):
    return select(
        BankRules(**rules), conditioning, tracked, frame_idx=frame_idx, num_frames=num_frames, reverse=reverse
    )


def test_full_bank_forward():
    chosen = pick(20, [0], range(1, 20))
    assert chosen.memories == ((0, 6), (14, 5), (15, 4), (16, 3), (17, 2), (18, 1), (19, 0))
    assert chosen.pointers == ((0, 20), *((20 - past, past) for past in range(1, 16)))
    assert chosen.pointer_span == 15


def test_missing_frames_leave_no_gap():
    chosen = pick(5, [0], [2, 4])
    assert chosen.memories == ((0, 6), (2, 2), (4, 0))
    assert chosen.pointers == ((0, 5), (4, 1), (2, 3))


def test_reverse_looks_at_larger_indices():
    chosen = pick(10, [15], range(11, 15), reverse=True)
    assert chosen.memories == ((15, 6), (14, 3), (13, 2), (12, 1), (11, 0))
    assert chosen.pointers == ((15, 5), (11, 1), (12, 2), (13, 3), (14, 4))


def test_future_conditioning_frame_gives_memory_but_no_pointer():
    chosen = pick(5, [0, 9], [4])
    assert chosen.memories == ((0, 6), (9, 6), (4, 0))
    assert chosen.pointers == ((0, 5), (4, 1))
    both = pick(5, [0, 9], [4], only_past_obj_ptrs=False)
    assert both.pointers == ((0, 5), (9, -4), (4, 1))


def test_pointer_of_the_frame_itself_is_past():
    assert pick(5, [5], []).pointers == ((5, 0),)


def test_short_video_divides_by_less():
    assert pick(3, [0], [1, 2], num_frames=5).pointer_span == 4
    assert pick(3, [0], [1, 2], num_frames=5).pointers == ((0, 3), (2, 1), (1, 2))
    assert pick(0, [0], [], num_frames=1).pointer_span == 1


def test_pointer_window_of_a_short_video():
    chosen = pick(4, [0], [1, 2, 3], num_frames=5, max_obj_ptrs=3)
    assert chosen.pointers == ((0, 4), (3, 1), (2, 2))
    assert chosen.pointer_span == 2


def test_nearest_before_then_after_then_closest():
    assert closest_conditioning(10, [0, 4, 9, 12, 30], 2) == [9, 12]
    assert closest_conditioning(10, [0, 4, 9, 12, 30], 3) == [9, 12, 4]
    assert closest_conditioning(10, [0, 4, 9], 2) == [9, 4]
    assert closest_conditioning(9, [4, 9, 12], 2) == [4, 9]
    assert closest_conditioning(9, [4, 9, 12], -1) == [4, 9, 12]


def test_unselected_conditioning_frames_fill_the_slots_of_the_past():
    chosen = pick(10, [0, 7, 8, 12], [9], max_cond_frames_in_attn=2)
    assert chosen.memories == ((8, 6), (12, 6), (7, 2), (9, 0))
    assert chosen.pointers == ((8, 2), (9, 1), (7, 3), (0, 10))


@pytest.mark.parametrize(
    ("frame_idx", "reverse", "expected"),
    [
        (20, False, [19, 18, 15, 12, 9, 6]),
        (21, False, [20, 18, 15, 12, 9, 6]),
        (22, False, [21, 18, 15, 12, 9, 6]),
    ],
)
def test_stride_three_forward(frame_idx, reverse, expected):
    assert [past_frame(frame_idx, steps, 3, reverse) for steps in range(1, 7)] == expected


@pytest.mark.parametrize(
    ("frame_idx", "expected"),
    [(20, [21, 24, 27, 30, 33, 36]), (19, [20, 21, 24, 27, 30, 33]), (22, [23, 24, 27, 30, 33, 36])],
)
def test_stride_three_reverse(frame_idx, expected):
    assert [past_frame(frame_idx, steps, 3, True) for steps in range(1, 7)] == expected


def test_window_of_the_released_models():
    assert BankRules().window == 15
    assert BankRules(stride=4).window == 21
    assert BankRules(num_maskmem=1, use_obj_ptrs=False).window == 0


@given(
    frame_idx=st.integers(0, 200),
    stride=st.integers(1, 5),
    num_maskmem=st.integers(1, 8),
    max_obj_ptrs=st.integers(1, 18),
    reverse=st.booleans(),
)
def test_nothing_beyond_the_window_is_ever_looked_at(frame_idx, stride, num_maskmem, max_obj_ptrs, reverse):
    rules = BankRules(num_maskmem=num_maskmem, stride=stride, max_obj_ptrs=max_obj_ptrs)
    everything = range(-100, 301)
    chosen = select(rules, [], everything, frame_idx=frame_idx, num_frames=201, reverse=reverse)
    reach = [abs(frame_idx - t) for t, _ in chosen.memories + chosen.pointers]
    assert max(reach, default=0) <= rules.window
    assert all((t > frame_idx) == reverse for t, _ in chosen.memories + chosen.pointers)


def test_out_of_reach():
    assert frames_out_of_reach([1, 5, 9, 30], [7, 31], 2) == [1]
    assert frames_out_of_reach([1, 5], [], 2) == [1, 5]


def test_rules_say_what_is_wrong():
    with pytest.raises(ValueError, match="at least 2"):
        BankRules(max_cond_frames_in_attn=1)
    with pytest.raises(ValueError, match="at least 1"):
        BankRules(stride=0)


def test_selection_needs_no_torch():
    code = (
        "import sys; import sam2.tracking.selection, sam2.tracking.prompts; sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
