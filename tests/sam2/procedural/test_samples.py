"""What a model learns from: every number gives one sample, of a scene by chance or of a theme."""

from __future__ import annotations

import numpy as np
import pytest

from sam2.procedural.clips import rendered_clips
from sam2.procedural.samples import EXCHANGES, FIRST_SEED, SEEDS, BlobSample, Samples, ThemeSample

THEMED = Samples(5, 3, 64, 64, themed_share=1)


@pytest.fixture(scope="module")
def themed() -> list[ThemeSample]:
    """Of two paintings only: a painting takes a second."""
    found = [THEMED.sample(index) for index in numbers_of("marbles", "koi-pond")]
    assert len(found) >= 4
    return found


def numbers_of(*names: str) -> list[int]:
    """Of the first 60 samples, those of these clips' first painting."""
    themes = [THEMED.theme(index) for index in range(60)]
    return [i for i, clip in enumerate(themes) if clip.name in names and clip.seed == FIRST_SEED]


def test_the_share_of_themes_is_what_was_asked_for() -> None:
    samples = Samples(0, 1, 64, 64, themed_share=0.2)
    themes = [samples.theme(index) for index in range(400)]
    assert 0.13 < np.mean([clip is not None for clip in themes]) < 0.27
    seeds = {clip.seed for clip in themes if clip is not None}
    assert seeds == set(range(FIRST_SEED, FIRST_SEED + SEEDS)), "never the gallery's, which is 0"
    assert len({clip.name for clip in themes if clip is not None}) == len(rendered_clips())
    none = Samples(0, 1, 64, 64, themed_share=0)
    assert all(isinstance(none.sample(index), BlobSample) for index in range(20))


def test_a_sample_can_be_made_again(themed: list[ThemeSample]) -> None:
    sample, again = themed[0], THEMED.sample(int(themed[0].name.split("/")[1]))
    assert sample == again
    for one, same in zip(sample.render(), again.render(), strict=True):
        assert np.array_equal(one.image, same.image)
    samples = Samples(1, 3, 64, 64, themed_share=0)
    first, second = samples.sample(7), samples.sample(7)
    assert (first.name, first.times, first.targets) == (second.name, second.times, second.targets)
    for one, same in zip(first.render(), second.render(), strict=True):
        assert np.array_equal(one.image, same.image)
        assert all(np.array_equal(one.masks[name], same.masks[name]) for name in one.masks)


def test_targets_are_seen_on_the_first_frame(themed: list[ThemeSample]) -> None:
    by_chance = [Samples(2, 2, 64, 64, themed_share=0).sample(index) for index in range(20)]
    for sample in [*themed, *by_chance]:
        first = sample.render()[0]
        assert 1 <= len(first.masks) <= 3
        assert all(mask.any() and mask.shape == (64, 64) for mask in first.masks.values())
        assert first.image.shape == (64, 64, 3) and first.image.dtype == np.uint8


def test_themes_have_other_colours_and_places_than_the_gallery(themed: list[ThemeSample]) -> None:
    assert {sample.channels for sample in themed} <= set(EXCHANGES)
    assert (0, 1, 2) not in EXCHANGES
    assert len({(s.window, s.times) for s in themed}) == len(themed)
    assert {sample.mirrored for sample in themed} == {True, False}


def test_a_theme_s_mask_lies_on_its_object(themed: list[ThemeSample]) -> None:
    """The window of the mask is that of the picture: what the mask covers has the object's own colours."""
    sample = next(s for s in themed if "blue marble" in s.targets or "green marble" in s.targets)
    name = next(k for k in sample.targets if k in ("blue marble", "green marble"))
    frame = sample.render()[0]
    mask = frame.masks[name]
    channel = sample.channels.index(2 if name == "blue marble" else 1)
    strongest = frame.image.astype(int).argmax(2) == channel
    assert strongest[mask].mean() > 0.6 > strongest[~mask].mean()


def test_frames_are_up_to_max_stride_apart() -> None:
    samples = Samples(0, 3, 64, 64, max_stride=4, themed_share=0)
    strides = {tuple(np.diff(samples.sample(index).times)) for index in range(40)}
    assert strides == {(k, k) for k in range(1, 5)}


def test_a_snippet_longer_than_a_clip_is_refused() -> None:
    with pytest.raises(ValueError, match="use themed_share: 0"):
        Samples(0, 200, 64, 64, themed_share=1).sample(0)
