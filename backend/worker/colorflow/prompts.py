"""From one frame's prompts to a mask: the first click proposes, every further one changes its own part."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from backend.domain.session import BoxPrompt, PointPrompt
from backend.worker.colorflow.proposal import Proposal, Scene, is_middle, propose, propose_part
from backend.worker.colorflow.refine import cut, disc, tidy
from backend.worker.colorflow.view import Grid

NEARLY = 0.06  # of a proposal's score: another this close may have been meant
ANOTHER = 0.2  # of the mask must change before a candidate counts as another thing
CLICK_RADIUS = 2  # working pixels that a click holds for sure


@dataclass(frozen=True)
class Click:
    """A point prompt in working pixels."""

    x: int
    y: int
    include: bool


@dataclass(frozen=True)
class Prompted:
    """What the prompts of a frame give: a mask at working size and its estimated IoU."""

    mask: np.ndarray
    predicted_iou: float


class PromptSolver:
    """Answers prompts on one frame."""

    def __init__(self, scene: Scene, grid: Grid) -> None:
        self.scene, self.grid = scene, grid

    def click(self, points: tuple[PointPrompt, ...]) -> Prompted:
        """From nothing: the first click that includes proposes, the others correct."""
        first = next((k for k, point in enumerate(points) if point.include), None)
        if first is None:
            return Prompted(np.zeros(self.scene.leaves.labels.shape, bool), 0.0)
        ordered = (points[first], *points[:first], *points[first + 1 :])
        return self.correct(self._first(self._at(points[first])), ordered, 1, alone=True)

    def correct(
        self, start: Prompted, points: tuple[PointPrompt, ...], answered: int, alone: bool = False
    ) -> Prompted:
        """Each click from number `answered` on changes its own part of the mask.

        `alone` says that clicks are all there is: then the second may also show that the first
        meant something else.
        """
        clicks = [self._at(point) for point in points]
        mask, iou = start.mask, start.predicted_iou
        for number in range(answered, len(clicks)):
            if alone and number == 1:
                instead = self._instead(clicks[0], clicks[1], mask)
                if instead is not None:
                    mask = self._settle(instead, clicks[:2])
            mask = self._correct(mask, clicks[number], clicks[: number + 1])
            iou += 0.3 * (1 - iou)
        return Prompted(mask, iou)

    def in_box(self, box: BoxPrompt) -> Prompted:
        """GrabCut in a box: what differs from the box's surroundings."""
        x0, y0 = self.grid.to_work(box.x0, box.y0)
        x1, y1 = self.grid.to_work(box.x1, box.y1)
        inside = np.zeros(self.scene.leaves.labels.shape, bool)
        inside[y0 : y1 + 1, x0 : x1 + 1] = True
        best = self._fitting(inside)
        start = inside if best is None else best & inside
        nothing = np.zeros_like(inside)
        return Prompted(tidy(cut(self.scene.view, start, nothing, ~inside, None), nothing), 0.8)

    def _at(self, point: PointPrompt) -> Click:
        return Click(*self.grid.to_work(point.x, point.y), point.include)

    def _first(self, click: Click) -> Prompted:
        best = self._proposals(click)[0]
        return Prompted(self._settle(best.mask, [click]), best.score)

    def _settle(self, region: np.ndarray, clicks: list[Click]) -> np.ndarray:
        """A candidate region with its edge found by GrabCut."""
        inside = self._discs([c for c in clicks if c.include])
        outside = self._discs([c for c in clicks if not c.include])
        return tidy(cut(self.scene.view, region, inside, outside), inside)

    def _correct(self, mask: np.ndarray, click: Click, clicks: list[Click]) -> np.ndarray:
        """Change the part that the click means; leave the rest."""
        held_in = self._discs([c for c in clicks if c.include])
        held_out = self._discs([c for c in clicks if not c.include])
        if bool(mask[click.y, click.x]) != click.include:
            part = self._part(mask, click, held_out if click.include else held_in)
            mask = mask | part if click.include else mask & ~part
            free = cv2.dilate(part.astype(np.uint8), disc(3)) > 0
            mask = cut(self.scene.view, mask, held_in, held_out, free)
        return tidy((mask | held_in) & ~held_out, held_in)

    def _part(self, mask: np.ndarray, click: Click, against: np.ndarray) -> np.ndarray:
        """The region to add (outside `mask`) or to remove (inside), without `against`."""
        allowed = (~mask if click.include else mask) & ~against
        allowed[click.y, click.x] = True
        return propose_part(self.scene, click.x, click.y, allowed)[0].mask

    def _instead(self, first: Click, second: Click, mask: np.ndarray) -> np.ndarray | None:
        """What the first click may have meant instead, when the second says that it meant another thing.

        That is so where another candidate, nearly as good, differs from the mask around the second
        click, and that click lies in the middle of the difference.
        """
        best, *others = self._proposals(first)
        for other in others:
            agrees = bool(other.mask[second.y, second.x]) == second.include
            change = other.mask != mask
            agrees = agrees and np.count_nonzero(change) > ANOTHER * np.count_nonzero(mask)
            if other.score < best.score - NEARLY:
                return None
            if agrees and is_middle(change, second.x, second.y):
                return other.mask
        return None

    def _proposals(self, click: Click) -> list[Proposal]:
        """Never empty: at worst a small disc."""
        return propose(self.scene, click.x, click.y) or [Proposal(self._discs([click]), 0.1)]

    def _discs(self, clicks: list[Click]) -> np.ndarray:
        sheet = np.zeros(self.scene.leaves.labels.shape, np.uint8)
        for click in clicks:
            cv2.circle(sheet, (click.x, click.y), CLICK_RADIUS, 1, -1)
        return sheet > 0

    def _fitting(self, inside: np.ndarray) -> np.ndarray | None:
        """The candidate region, seeded at several places in the box, whose own box fits it best."""
        x, y, w, h = cv2.boundingRect(inside.astype(np.uint8))
        best, best_fit = None, 0.0
        for fx, fy in ((0.5, 0.5), (0.5, 0.3), (0.5, 0.7), (0.3, 0.5), (0.7, 0.5)):
            click = Click(int(x + fx * (w - 1)), int(y + fy * (h - 1)), True)
            for proposal in self._proposals(click)[:8]:
                px, py, pw, ph = cv2.boundingRect(proposal.mask.astype(np.uint8))
                shared = max(0, min(x + w, px + pw) - max(x, px)) * max(0, min(y + h, py + ph) - max(y, py))
                fit = shared / (w * h + pw * ph - shared) + 0.2 * proposal.score
                if fit > best_fit:
                    best, best_fit = proposal.mask, fit
        return best if best_fit > 0.75 else None
