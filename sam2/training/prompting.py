"""Prompts that stand for a person while training: which frames get them, and where the clicks go.

What is drawn, and how often, is as in the appendix of the SAM 2 paper and its released settings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from sam2.evaluation.clicks import next_click

BOX_NOISE, BOX_NOISE_PIXELS = 0.1, 20
"""A box's corners are off by at most this share of its sides, and this many pixels."""


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
    somewhere on the background.
    """
    found = torch.zeros_like(truth_O1HW) if found_O1HW is None else found_O1HW
    if at_centre:
        return _click_centres(truth_O1HW, found)
    missing, surplus = truth_O1HW & ~found, found & ~truth_O1HW
    right = ~(missing | surplus).flatten(1).any(1)
    surplus = surplus | (right[:, None, None, None] & ~truth_O1HW)
    chances = (missing | surplus).flatten(1).float()
    chances[chances.sum(1) == 0] = 1.0  # an object that fills the frame, and was found: anywhere
    where = torch.multinomial(chances, 1)
    width = truth_O1HW.shape[-1]
    points = torch.stack([where % width, where // width], dim=-1).float()
    return points, missing.flatten(1).gather(1, where).to(torch.int32)


def _click_centres(truth_O1HW: Tensor, found_O1HW: Tensor) -> tuple[Tensor, Tensor]:
    clicks = [
        next_click(found, truth)
        for found, truth in zip(found_O1HW[:, 0].cpu().numpy(), truth_O1HW[:, 0].cpu().numpy(), strict=True)
    ]
    device = truth_O1HW.device
    points = torch.tensor([[[c.x, c.y] if c else [0.0, 0.0]] for c in clicks], device=device)
    # A mask without error gets no click: label -1 is padding to the prompt encoder.
    labels = torch.tensor([[int(c.include) if c else -1] for c in clicks], dtype=torch.int32, device=device)
    return points, labels


def sample_box(truth_O1HW: Tensor) -> tuple[Tensor, Tensor]:
    """A somewhat wrong box around each object: [O, 2, 2] corners, and labels 2 and 3. An empty mask gets
    all of the frame."""
    height, width = truth_O1HW.shape[-2:]
    columns, rows = truth_O1HW.any(2)[:, 0], truth_O1HW.any(3)[:, 0]
    x0, x1 = _extent(columns, width)
    y0, y1 = _extent(rows, height)
    box = torch.stack([x0, y0, x1, y1], dim=1).float()
    sides = (box[:, 2:] - box[:, :2]).repeat(1, 2)
    noise = (2 * torch.rand_like(box) - 1) * (BOX_NOISE * sides).clamp(max=BOX_NOISE_PIXELS)
    limit = torch.tensor([width - 1, height - 1] * 2, device=box.device)
    box = (box + noise).clamp(min=0).minimum(limit)
    labels = torch.tensor([2, 3], dtype=torch.int32, device=box.device).expand(box.shape[0], 2)
    return box.view(-1, 2, 2), labels


def _extent(seen_ON: Tensor, length: int) -> tuple[Tensor, Tensor]:
    """First and last True of each row; 0 and length - 1 where there is none."""
    first = seen_ON.int().argmax(1)
    last = length - 1 - seen_ON.flip(1).int().argmax(1)
    return first, torch.where(seen_ON.any(1), last, torch.full_like(last, length - 1))
