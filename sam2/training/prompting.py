"""Prompts that stand for a person while training: which frames get them, and where the clicks go.

What is drawn, and how often, is as in the appendix of the SAM 2 paper and its released settings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from sam2.modeling.prompt_sampling import get_next_point

PADDING = -1
"""What the prompt encoder takes as the label of no point."""


@dataclass(frozen=True)
class PromptRules:
    """How a stage (training, or evaluation) prompts."""

    prob_points: float = 0.0
    """Chance of clicks or boxes instead of masks; a single image always gets them."""
    prob_box: float = 0.0
    """Of these, the chance of a box instead of a first click, drawn for each conditioning frame."""
    prob_from_truth: float = 0.0
    """Chance that a correction click is drawn from the truth and not from the error."""
    frames_to_correct: int = 1
    random_frames_to_correct: bool = False
    init_frames: int = 1
    random_init_frames: bool = False
    clicks: int = 7
    """Correction clicks on each frame to correct."""
    click_at_centre: bool = False
    """Click the centre of the error; else anywhere in it."""


@dataclass(frozen=True)
class PromptPlan:
    """What happens on which frame of a snippet."""

    init_frames: tuple[int, ...]
    """Prompted from the start; the first frame is always among them."""
    box_frames: frozenset[int]
    """Those of them that get a box."""
    use_points: bool
    corrected: frozenset[int]
    """Frames that get correction clicks."""

    def order(self, num_frames: int) -> list[int]:
        """Prompted frames first, since the others look at them."""
        return [*self.init_frames, *(t for t in range(num_frames) if t not in self.init_frames)]


def draw_plan(rules: PromptRules, num_frames: int, rng: np.random.Generator) -> PromptPlan:
    """One plan for all objects of a batch, so that they share every forward pass."""
    prob_points, num_init, num_correct = rules.prob_points, rules.init_frames, rules.frames_to_correct
    if num_frames == 1:
        prob_points, num_init, num_correct = 1.0, 1, 1
    num_init = min(num_init, num_frames)
    use_points = rng.random() < prob_points
    if rules.random_init_frames and num_init > 1:
        num_init = int(rng.integers(1, num_init, endpoint=True))
    num_correct = min(max(num_correct, num_init), num_frames)
    if use_points and rules.random_frames_to_correct and num_correct > num_init:
        num_correct = int(rng.integers(num_init, num_correct, endpoint=True))
    init = (0, *_choose(rng, range(1, num_frames), num_init - 1))
    boxes = frozenset(t for t in init if use_points and rng.random() < rules.prob_box)
    others = [t for t in range(num_frames) if t not in init]
    corrected = (*init, *_choose(rng, others, num_correct - num_init)) if use_points else ()
    return PromptPlan(init, boxes, use_points, frozenset(corrected))


def _choose(rng: np.random.Generator, frames: Sequence[int], count: int) -> tuple[int, ...]:
    return tuple(int(t) for t in rng.choice(frames, count, replace=False)) if count > 0 else ()


def sample_click(
    truth_O1HW: Tensor, found_O1HW: Tensor | None, at_centre: bool = False
) -> tuple[Tensor, Tensor]:
    """One click an object where `found` (nothing, if None) is wrong: [O, 1, 2] x, y in pixels, [O, 1] labels.

    Anywhere in the error with equal chance, or at its centre. Where nothing is wrong: a negative click
    somewhere on the background, or with `at_centre` none.
    """
    points, labels = get_next_point(truth_O1HW, found_O1HW, "center" if at_centre else "uniform")
    if at_centre:
        empty = torch.zeros_like(truth_O1HW) if found_O1HW is None else found_O1HW
        right = (truth_O1HW == empty).flatten(1).all(1, keepdim=True)
        labels = labels.masked_fill(right, PADDING)
    return points, labels
