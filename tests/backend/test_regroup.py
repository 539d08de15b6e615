"""Pure parts of the workbench: ranges of frames, unions of masks, merging and splitting, ontologies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.domain.errors import InvalidInput
from backend.domain.frames import FrameRange, apart, common, joined, without
from backend.domain.ontology import AttributeKind, AttributeSpec, ObjectClass, checked_ontology, checked_value
from backend.domain.plan import ObjectWork, plan_passes
from backend.domain.regroup import merged, split
from backend.domain.rle import Rle, union
from backend.domain.session import Direction, FramePrompt, MaskOrigin, PointPrompt, TrackedObject
from backend.worker.masks import decode_mask, encode_mask
from tests.backend.annotating import HEIGHT, WIDTH, click, drawn, mask

RANGES = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 5)).map(lambda t: FrameRange(t[0], t[0] + t[1]))
)


def frames(ranges) -> set[int]:
    return {frame for r in ranges for frame in range(r.first, r.last + 1)}


@settings(max_examples=150, deadline=None)
@given(one=RANGES, other=RANGES)
def test_ranges_are_sets_of_frames(one: list[FrameRange], other: list[FrameRange]) -> None:
    tidy = joined(one)
    assert frames(tidy) == frames(one)
    assert all(a.last + 1 < b.first for a, b in zip(tidy, tidy[1:], strict=False))
    assert frames(apart(one, other)) == frames(one) - frames(other)
    assert frames(common(one, other)) == frames(one) & frames(other)
    assert frames(without(one, 5)) == frames(one) - {5}


@settings(max_examples=150, deadline=None)
@given(bits=st.lists(st.tuples(st.booleans(), st.booleans()), min_size=12, max_size=12))
def test_a_union_of_masks_is_theirs_pixel_by_pixel(bits: list[tuple[bool, bool]]) -> None:
    one, other = (np.array([pair[k] for pair in bits]).reshape(3, 4) for k in (0, 1))
    joint = union(encode_mask(one), encode_mask(other))
    assert joint == encode_mask(one | other)  # to the letter: no empty runs inside
    assert (decode_mask(joint) == (one | other)).all()


def test_masks_of_two_sizes_have_no_union() -> None:
    with pytest.raises(InvalidInput, match="one size"):
        union(Rle.empty(2, 3), Rle.empty(3, 2))


CUP = TrackedObject(1, "Cup", "#111111", absent=(FrameRange(2, 9),), tracked_version=5)
HANDLE = TrackedObject(2, "Handle", "#222222", absent=(FrameRange(8, 12),), tracked_version=3)


def at(runs: list[int], object_id: int, frame_idx: int, **changes):
    rle = Rle.from_runs(HEIGHT, WIDTH, runs)
    return replace(mask(object_id, frame_idx), rle=rle, area=rle.area, **changes)


def test_merging_unites_and_keeps_prompts_that_still_say_the_whole() -> None:
    size = HEIGHT * WIDTH
    masks = [
        at([0, 4, size - 4], 1, 0, origin=MaskOrigin.PROMPT, verified=True),
        at([10, 4, size - 14], 2, 0),
        at([0, 4, size - 4], 1, 3),
        at([0, 4, size - 4], 1, 5, origin=MaskOrigin.PROMPT, verified=True),
    ]
    prompts = [click(1, 0), click(2, 0), click(1, 5)]
    content = merged([CUP, HANDLE], prompts, masks)
    assert (content.like.name, content.like.absent) == ("Cup", (FrameRange(8, 9),))
    assert content.like.tracked_version == 3
    by_frame = {m.frame_idx: m for m in content.masks}
    assert {frame: m.area for frame, m in by_frame.items()} == {0: 8, 3: 4, 5: 4}
    assert {frame: m.verified for frame, m in by_frame.items()} == {0: False, 3: False, 5: True}
    told = {p.frame_idx: p for p in content.prompts}
    assert told[0].mask == by_frame[0].rle  # both are seen: nobody's clicks say the whole
    assert told[5].points == click(1, 5).points
    assert by_frame[0].origin is MaskOrigin.PROMPT


def test_a_part_without_a_prompt_gets_its_mask_at_the_cut_as_one() -> None:
    masks = [drawn(1, 0, area=7), *(mask(1, frame, area=frame) for frame in range(1, 8))]
    before, after = split(CUP, 4, [click(1, 0)], masks)
    assert [m.frame_idx for m in before.masks] == [0, 1, 2, 3]
    assert [m.frame_idx for m in after.masks] == [4, 5, 6, 7]
    assert before.prompts == [click(1, 0)]
    assert after.prompts == [FramePrompt(1, 4, mask=masks[4].rle)]
    assert after.masks[0].origin is MaskOrigin.PROMPT
    assert (before.like.absent, after.like.absent) == ((FrameRange(2, 3),), (FrameRange(4, 9),))
    assert (before.like.name, after.like.name) == ("Cup", "Cup (2)")
    nothing, _ = split(CUP, 0, [FramePrompt(1, 0, (PointPrompt(1, 1),))], masks)
    assert not nothing.masks


def test_a_range_is_walked_up_to_the_next_verified_frame_on_either_side() -> None:
    work = ObjectWork(1, frozenset({10}), frozenset(), True, frozenset({3, 10, 16}))
    for start, expected in ((10, {(10, 15), (10, 4)}), (12, {(12, 15), (12, 11)})):
        passes = plan_passes([work], Direction.BOTH, 40, start, FrameRange(2, 20))
        assert {(walk.start, walk.stop) for walk in passes} == expected
    (whole, _) = plan_passes([work], Direction.BOTH, 40, 10)
    assert (whole.start, whole.stop) == (10, 39)  # without a range, verified frames are gone through


KIND = AttributeKind
CLASSES = (
    ObjectClass(
        "cup",
        "#aabbcc",
        (
            AttributeSpec("n", KIND.NUMBER),
            AttributeSpec("c", KIND.CHOICE, ("a",)),
            AttributeSpec("b", KIND.BOOLEAN),
        ),
    ),
)


@pytest.mark.parametrize(
    ("name", "value"), [("n", "-2.5e3"), ("c", "a"), ("b", "false"), ("other", "free text")]
)
def test_values_that_fit(name: str, value: str) -> None:
    assert checked_value(CLASSES, "cup", name, value) == value


@pytest.mark.parametrize(("name", "value"), [("n", "nan"), ("n", "inf"), ("n", ""), ("c", "b"), ("b", "yes")])
def test_values_that_do_not_fit(name: str, value: str) -> None:
    with pytest.raises(InvalidInput, match="takes"):
        checked_value(CLASSES, "cup", name, value)


@pytest.mark.parametrize(
    "classes",
    [
        [ObjectClass("", "#aabbcc")],
        [ObjectClass("x", "red")],
        [ObjectClass("x", "#aabbcc"), ObjectClass(" x ", "#aabbcc")],
        [ObjectClass("x", "#aabbcc", (AttributeSpec("a", KIND.CHOICE),))],
        [ObjectClass("x", "#aabbcc", (AttributeSpec("a"), AttributeSpec("a")))],
        [ObjectClass(f"x{i}", "#aabbcc") for i in range(501)],
    ],
)
def test_what_is_no_ontology(classes: list[ObjectClass]) -> None:
    with pytest.raises(InvalidInput):
        checked_ontology(classes)
