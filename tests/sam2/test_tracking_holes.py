"""Small holes are filled alike on the CPU and, without leaving it, on a device."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from sam2.utils.holes import connected_components, fill_holes, small_components


@settings(max_examples=80, deadline=None)
@given(seed=st.integers(0, 2**31), density=st.floats(0.02, 0.98), max_area=st.integers(1, 12))
def test_both_ways_find_the_same_pixels(seed, density, max_area):
    mask = torch.rand(2, 1, 19, 23, generator=torch.Generator().manual_seed(seed)) < density
    labels, areas = connected_components(mask)
    expected = (labels > 0) & (areas <= max_area)
    assert torch.equal(small_components(mask, max_area), expected)


def test_long_and_winding_components_are_not_small():
    mask = torch.zeros(1, 1, 12, 40, dtype=torch.bool)
    mask[0, 0, 2, :] = True
    mask[0, 0, 2:10, 39] = True
    mask[0, 0, 8, 5:8] = True
    small = small_components(mask, 5)
    assert small.sum() == 3 and small[0, 0, 8, 5:8].all()


def test_filling():
    logits = torch.full((1, 1, 9, 9), 4.0)
    logits[0, 0, 2, 2] = logits[0, 0, 3, 3] = -1.0  # one hole of 2, across a corner
    logits[0, 0, 5:, 5:] = -6.0  # 16 pixels of background
    filled = fill_holes(logits, 2)
    assert filled[0, 0, 2, 2] == filled[0, 0, 3, 3] == torch.tensor(0.1)
    assert (filled != logits).sum() == 2
    assert torch.equal(fill_holes(logits, 1), logits) and fill_holes(logits, 0) is logits
