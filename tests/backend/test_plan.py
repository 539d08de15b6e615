"""Which frames a Track walks: every rule of `backend.domain.plan`, as small cases and as properties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.plan import (
    FrameRange,
    ObjectWork,
    frames_to_walk,
    objects_on,
    passes_left,
    plan_passes,
    step_of,
)
from backend.domain.session import Direction, Pass

N = 100


def work(
    object_id: int, prompted: set[int], changed: set[int] | None = None, tracked: bool = False
) -> ObjectWork:
    changed = prompted if changed is None else changed
    return ObjectWork(object_id, frozenset(prompted), frozenset(changed), tracked)


def test_a_first_track_walks_to_both_ends_of_the_video():
    assert plan_passes([work(1, {40})], Direction.BOTH, N) == (Pass((1,), 40, 99), Pass((1,), 40, 0))


def test_directions_walk_one_way_only():
    assert plan_passes([work(1, {40})], Direction.FORWARD, N) == (Pass((1,), 40, 99),)
    assert plan_passes([work(1, {40})], Direction.BACKWARD, N) == (Pass((1,), 40, 0),)


def test_backward_from_several_prompts_starts_at_the_last_one():
    assert plan_passes([work(1, {10, 40})], Direction.BACKWARD, N) == (Pass((1,), 40, 0),)


def test_from_frame_0_there_is_nothing_behind():
    assert plan_passes([work(1, {0})], Direction.BOTH, N) == (Pass((1,), 0, 99),)
    assert plan_passes([work(1, {0})], Direction.BACKWARD, N) == ()


def test_a_correction_mends_all_after_it_and_back_to_the_prompt_before():
    corrected = work(1, {0, 40}, changed={40}, tracked=True)
    assert plan_passes([corrected], Direction.BOTH, N) == (Pass((1,), 40, 99), Pass((1,), 40, 1))


def test_an_object_with_nothing_new_is_left_alone():
    done, new = work(1, {0}, changed=set(), tracked=True), work(2, {60})
    assert objects_on(plan_passes([done, new], Direction.BOTH, N)) == {2}


def test_when_nothing_is_new_everything_is_tracked_again():
    done = work(1, {30}, changed=set(), tracked=True)
    assert plan_passes([done], Direction.FORWARD, N) == (Pass((1,), 30, 99),)


def test_objects_that_walk_the_same_way_walk_side_by_side():
    passes = plan_passes([work(1, {5}), work(2, {5}), work(3, {9})], Direction.FORWARD, N)
    assert passes == (Pass((1, 2), 5, 99), Pass((3,), 9, 99))


def test_a_start_frame_starts_every_prompted_object_there():
    passes = plan_passes([work(1, {5}, set(), True), work(2, set())], Direction.BOTH, N, start_frame=50)
    assert passes == (Pass((1,), 50, 99), Pass((1,), 50, 0))


def test_without_a_prompt_there_is_nothing_to_walk():
    assert plan_passes([work(1, set())], Direction.BOTH, N) == ()


def test_a_range_cuts_walks_short_at_both_ends():
    within = FrameRange(30, 50)
    assert plan_passes([work(1, {40})], Direction.BOTH, N, within=within) == (
        Pass((1,), 40, 50),
        Pass((1,), 40, 30),
    )


def test_a_range_is_walked_from_the_side_on_which_the_prompts_are():
    within = FrameRange(30, 50)
    assert plan_passes([work(1, {10})], Direction.BOTH, N, within=within) == (Pass((1,), 30, 50),)
    assert plan_passes([work(1, {90})], Direction.BOTH, N, within=within) == (Pass((1,), 50, 30),)
    assert plan_passes([work(1, {90})], Direction.FORWARD, N, within=within) == ()


def test_a_range_of_one_frame_is_one_step():
    assert plan_passes([work(1, {10})], Direction.BOTH, N, within=FrameRange(10, 10)) == (Pass((1,), 10, 10),)


def test_a_range_must_hold_a_frame():
    with pytest.raises(ValueError, match=r"no frames lie in 5\.\.4"):
        FrameRange(5, 4)


frames = st.integers(0, N - 1)


@given(
    st.lists(st.tuples(st.frozensets(frames, max_size=4), st.booleans()), max_size=4),
    st.sampled_from(Direction),
    st.none() | frames,
)
def test_every_walk_stays_in_the_video_and_counts_its_frames(objects, direction, start_frame):
    works = [work(i, set(prompted), tracked=tracked) for i, (prompted, tracked) in enumerate(objects)]
    passes = plan_passes(works, direction, N, start_frame)
    walked = [step_of(passes, done) for done in range(frames_to_walk(passes))]
    assert None not in walked
    assert step_of(passes, frames_to_walk(passes)) is None
    assert all(0 <= frame < N for _, frame in walked)
    assert [frame for _, frame in walked] == [
        frame
        for walk in passes
        for frame in range(walk.start, walk.stop + (-1 if walk.reverse else 1), -1 if walk.reverse else 1)
    ]
    assert objects_on(passes) <= {w.object_id for w in works if w.prompted}


@given(
    st.lists(st.tuples(frames, frames), max_size=3).map(
        lambda walks: tuple(Pass((i,), start, stop) for i, (start, stop) in enumerate(walks))
    ),
    st.integers(0, 3 * N),
)
def test_what_is_left_is_what_was_not_walked(passes, done):
    total = frames_to_walk(passes)
    left = passes_left(passes, done)
    steps = [step_of(passes, i) for i in range(min(done, total), total)]
    again = [step_of(left, i) for i in range(frames_to_walk(left))]
    assert [(w.object_ids, frame) for w, frame in again] == [(w.object_ids, frame) for w, frame in steps]


def walked_by(passes: tuple[Pass, ...]) -> dict[int, set[int]]:
    """Each object's frames."""
    steps = [step_of(passes, done) for done in range(frames_to_walk(passes))]
    return {
        object_id: {frame for walk, frame in filter(None, steps) if object_id in walk.object_ids}
        for object_id in objects_on(passes)
    }


@given(
    st.lists(st.tuples(st.frozensets(frames, max_size=4), st.booleans()), max_size=4),
    st.sampled_from(Direction),
    st.none() | frames,
    frames,
    frames,
)
def test_a_range_leaves_of_each_walk_exactly_what_lies_in_it(objects, direction, start_frame, one, other):
    works = [work(i, set(prompted), tracked=tracked) for i, (prompted, tracked) in enumerate(objects)]
    first, last = sorted((one, other))
    passes = plan_passes(works, direction, N, start_frame, FrameRange(first, last))
    whole = walked_by(plan_passes(works, direction, N, start_frame))
    inside = {object_id: walked & set(range(first, last + 1)) for object_id, walked in whole.items()}
    assert walked_by(passes) == {object_id: walked for object_id, walked in inside.items() if walked}
    assert all(len(walk.object_ids) == len(set(walk.object_ids)) for walk in passes)
