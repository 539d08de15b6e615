"""The rendered clips are what the other tests lean on: deterministic, exact, varied."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sam2.procedural.clips import RenderedClip, rendered_clips


def test_names_are_unique_and_each_clip_holds_two_objects_or_more() -> None:
    clips = rendered_clips()
    assert len({clip.name for clip in clips}) == len(clips) >= 4
    for clip in clips:
        assert clip.size == (640, 360)
        assert 60 <= clip.num_frames <= 90 and 24 <= clip.fps <= 30
        masks = clip.masks(0)
        assert len(masks) >= 2
        assert all(mask.dtype == bool and mask.shape == (360, 640) for mask in masks.values())


def test_a_frame_is_the_same_in_a_new_painting_and_another_seed_differs() -> None:
    clip = rendered_clips()[1]
    again = RenderedClip(clip.name, clip.title, clip.num_frames, clip.fps, clip.draw, clip.seed)
    assert np.array_equal(again.frame(30), clip.frame(30))
    assert not np.array_equal(rendered_clips(5)[1].frame(30), clip.frame(30))


def test_masks_of_one_frame_never_overlap() -> None:
    for clip in rendered_clips():
        assert int(sum(mask.astype(int) for mask in clip.masks(40).values()).max()) <= 1


def test_the_green_marble_leaves_and_returns() -> None:
    marbles = next(clip for clip in rendered_clips() if clip.name == "marbles")
    seen = [bool(marbles.masks(i)["green marble"].any()) for i in (0, 26, 60)]
    assert seen == [True, False, True]


def test_a_mask_covers_the_object_and_not_the_water() -> None:
    boats = rendered_clips()[0]
    pixels = boats.frame(0)[boats.masks(0)["red boat"]].astype(int)
    assert np.mean(pixels[:, 0] > pixels[:, 2] + 40) > 0.97


def test_a_frame_outside_the_clip_is_refused() -> None:
    with pytest.raises(IndexError, match=r"outside 0\.\.79"):
        rendered_clips()[0].frame(80)


GALLERY = {
    # Of frame 40: the mean colour, and how many pixels each object shows.
    "paper-boats": ((77.0, 127.7, 137.0), {"red twin": 0, "white boat": 6535, "red boat": 8206}),
    "koi-pond": ((44.4, 87.3, 75.9), {"white koi": 4598, "young koi": 2665, "orange koi": 2478}),
    "marbles": (
        (147.1, 107.0, 67.9),
        {"blue twin": 2988, "blue marble": 73, "green marble": 3821, "red marble": 2607},
    ),
    "balloons": (
        (158.2, 143.6, 150.6),
        {"far balloon": 3754, "teal balloon": 10313, "striped balloon": 22580},
    ),
    "night-tram": ((74.0, 65.4, 67.2), {"tram": 25120, "ochre car": 2007, "taxi": 6241}),
    "autumn-leaves": ((116.7, 86.3, 54.3), {"small leaf": 1182, "gold leaf": 2438, "red leaf": 4714}),
}


def test_the_gallery_is_what_was_measured() -> None:
    """Figures in docs/performance.md are of these clips. Rounding may differ between OpenCV's builds."""
    clips = rendered_clips()
    assert {clip.name for clip in clips} == set(GALLERY)
    for clip in clips:
        colour, areas = GALLERY[clip.name]
        assert clip.frame(40).mean((0, 1)) == pytest.approx(colour, abs=0.2), clip.name
        assert {k: int(mask.sum()) for k, mask in clip.masks(40).items()} == pytest.approx(areas, abs=15)


WITHOUT_TORCH = """
import sys
sys.modules["torch"] = None  # an import of it fails
from backend.gallery import draw
from sam2.procedural.clips import rendered_clips
assert draw and rendered_clips()[2].frame(3).any()
print(*sorted(name for name in sys.modules if name.split(".")[0] == "sam2"))
"""


def test_the_gallery_is_drawn_where_there_is_no_torch(repository: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH], cwd=repository, capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stderr
    loaded = run.stdout.split()
    assert "sam2.procedural.themes.marbles" in loaded
    assert [name for name in loaded if not name.startswith("sam2.procedural")] == ["sam2"]
    assert not any(name.startswith("sam2.procedural.tensors") for name in loaded)
