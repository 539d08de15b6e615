"""Which imported masks become prompts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from backend.exchange.choosing import MAX_PROMPTS, prompted_frames


def test_edges_of_gaps_become_prompts() -> None:
    assert prompted_frames({4, 5, 6, 7}, 12) == {4, 7}
    assert prompted_frames({0, 1, 2, 9, 10, 11}, 12) == {0, 2, 9}
    assert prompted_frames({0, 5, 10}, 12) == {0, 5, 10}
    assert prompted_frames(range(12), 12) == {0}, "nothing is left to track, but the object is known"
    assert prompted_frames(set(), 12) == frozenset()


@given(st.sets(st.integers(0, 400), min_size=1))
def test_they_are_few_and_among_the_masks(masked: set[int]) -> None:
    chosen = prompted_frames(masked, 401)
    assert min(masked) in chosen and chosen <= masked and len(chosen) <= MAX_PROMPTS
