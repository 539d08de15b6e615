"""J, F, their statistics and the next click, against answers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from sam2.evaluation.clicks import box_around, next_click
from sam2.evaluation.measures import boundary, contour_accuracy, region_similarity
from sam2.evaluation.scores import FrameScore, ObjectScore, Scores, Statistic
from sam2.tracking.prompts import BoxPrompt, PointPrompt

EMPTY = np.zeros((100, 100), bool)  # a diagonal of 141.4 pixels: contours may be 2 pixels off


def square(y: int, x: int, side: int = 40, size: int = 100) -> np.ndarray:
    mask = np.zeros((size, size), bool)
    mask[y : y + side, x : x + side] = True
    return mask


def test_j_of_known_cases():
    assert region_similarity(square(10, 10), square(10, 10)) == 1
    assert region_similarity(square(10, 10), square(10, 30)) == pytest.approx(800 / 2400)
    assert region_similarity(square(0, 0), square(60, 60)) == 0
    assert region_similarity(EMPTY, square(0, 0)) == region_similarity(square(0, 0), EMPTY) == 0
    assert region_similarity(EMPTY, EMPTY) == 1


def test_f_of_known_cases():
    assert contour_accuracy(square(10, 10), square(10, 10)) == 1
    assert contour_accuracy(EMPTY, EMPTY) == 1
    assert contour_accuracy(EMPTY, square(0, 0)) == contour_accuracy(square(0, 0), EMPTY) == 0
    assert contour_accuracy(square(5, 5, 10), square(60, 60, 10)) == 0


def test_a_contour_may_be_off_by_the_tolerance_and_no_more():
    """ceil(0.008 x 141.4) = 2 pixels."""
    assert contour_accuracy(square(10, 10), square(12, 10)) == 1
    assert contour_accuracy(square(10, 10), square(13, 10)) < 1


def test_f_counts_both_ways():
    """A bar and the same bar with a twin far away: all found is right, half of what there is was found."""
    one = np.zeros((100, 100), bool)
    one[10:20, 10:90] = True
    two = one.copy()
    two[70:80, 10:90] = True
    assert boundary(two).sum() == 2 * boundary(one).sum()
    assert contour_accuracy(one, two) == pytest.approx(2 * 1 * 0.5 / 1.5)
    assert contour_accuracy(two, one) == contour_accuracy(one, two)


def test_the_contour_is_one_pixel_wide_and_the_images_border_is_none():
    """Pixels unlike their right, lower or lower right neighbour: for a 3 x 3 square the ring of 12 pixels
    that lies half a pixel to the upper left, less what is inside."""
    mask = np.zeros((7, 7), bool)
    mask[2:5, 2:5] = True
    expected = np.zeros((7, 7), bool)
    expected[1:5, 1:5] = True
    expected[2:4, 2:4] = False
    assert np.array_equal(boundary(mask), expected)
    half = np.zeros((6, 6), bool)
    half[:, :3] = True
    assert boundary(half).sum() == 6 and boundary(half)[:, 2].all()
    assert not boundary(np.ones((5, 5), bool)).any()


def test_masks_of_another_size_are_told():
    with pytest.raises(ValueError, match="100 x 100 pixels and the truth 50 x 50"):
        region_similarity(EMPTY, np.zeros((50, 50), bool))


def test_statistics_over_frames():
    """Nine frames: quarters are frames 0-2 and 6-8."""
    values = [1, 1, 1, 0.9, 0.6, 0.5, 0.4, 0.2, 0.0]
    statistic = Statistic.of(values)
    assert statistic.mean == pytest.approx(5.6 / 9)
    assert statistic.recall == pytest.approx(5 / 9)  # 0.5 is not above 0.5
    assert statistic.decay == pytest.approx(1 - 0.2)
    assert Statistic.of([0.7]) == Statistic(0.7, 1, 0)


def test_a_data_sets_mean_is_over_objects():
    long = ObjectScore("a", 1, tuple(FrameScore(str(i), 1, 1) for i in range(9)))
    short = ObjectScore("b", 1, (FrameScore("0", 0, 0.5),))
    scores = Scores((long, short))
    assert scores.j.mean == 0.5 and scores.f.mean == 0.75 and scores.j_and_f == 0.625
    assert scores.worst(1) == (short,)
    with pytest.raises(ValueError, match="no object could be scored"):
        Scores(())


def test_the_first_click_is_the_middle_and_the_next_the_deepest_error():
    truth = square(30, 30, 41)
    assert next_click(EMPTY, truth) == PointPrompt(50, 50, True)
    too_much = truth.copy()
    too_much[30:71, 71:100] = True  # 29 wide beside the object
    too_little = too_much.copy()
    too_little[30:35, 30:71] = False  # 5 high inside it
    click = next_click(too_little, truth)
    assert not click.include and 71 <= click.x <= 99 and 30 <= click.y <= 70
    assert next_click(truth, truth) is None


def test_an_object_at_the_images_border_is_clicked_inside():
    truth = square(0, 0, 21)
    assert next_click(EMPTY, truth) == PointPrompt(10, 10, True)


def test_the_box_is_tight():
    assert box_around(square(10, 20, 40)) == BoxPrompt(20, 10, 59, 49)
