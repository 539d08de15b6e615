"""How good and how quick the embedded engine is: `python -m tests.benchmarks.colorflow [--markdown]`.

The first click is the innermost point of the true mask on the first frame where the object is
well in view; every further click is the innermost point of the largest error. Tracking starts
from the first click alone and runs to both ends of the known frames; its J leaves the clicked
frame out and counts an empty mask on a frame without the object as 1. CPU time is of one core.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import cv2
import numpy as np

from backend.domain.session import FramePrompt, PointPrompt
from backend.worker.colorflow.engine import ColorflowEngine
from tests.benchmarks.cases import Case, innermost, overlap, real_cases, rendered_cases

CLICKS = 3


@dataclass(frozen=True)
class Result:
    """Means of one object, or of a set of objects."""

    group: str
    name: str
    one_click: float
    three_clicks: float
    tracked: float
    click_ms: float
    slowest_click_ms: float
    frame_ms: float


@dataclass(frozen=True)
class Clicks:
    """J after each click, and what each cost in CPU seconds."""

    overlaps: list[float]
    costs_s: list[float]


def measure(case: Case) -> Result:
    clicks = click(case)
    overlaps, frame_s = track(case)
    return Result(
        case.group,
        f"{case.clip} / {case.object_name}",
        clicks.overlaps[0],
        clicks.overlaps[-1],
        float(np.mean(overlaps)),
        1000 * float(np.mean(clicks.costs_s)),
        1000 * max(clicks.costs_s),
        1000 * frame_s,
    )


def click(case: Case) -> Clicks:
    """CLICKS clicks on the first frame, each where the mask is most wrong."""
    session, truth = ColorflowEngine().open(case.frames), case.truth[case.first_frame]
    points = [_point(case, *innermost(truth), True)]
    overlaps, costs = [], []
    while len(overlaps) < CLICKS:
        started_s = time.process_time()
        mask = session.apply(FramePrompt(1, case.first_frame, tuple(points)))[0].mask
        costs.append(time.process_time() - started_s)
        overlaps.append(overlap(mask, truth))
        further = _largest_error(case, mask, truth)
        if further is None:
            overlaps += overlaps[-1:] * (CLICKS - len(overlaps))
        else:
            points.append(further)
    return Clicks(overlaps, costs)


def track(case: Case) -> tuple[list[float], float]:
    """J on every other known frame from one click, and CPU seconds a frame."""
    session, start = ColorflowEngine().open(case.frames), case.first_frame
    session.apply(FramePrompt(1, start, (_point(case, *innermost(case.truth[start]), True),)))
    overlaps, costs = [], []
    forward = ((i, False) for i in range(start + 1, max(case.truth) + 1))
    backward = ((i, True) for i in range(start - 1, min(case.truth) - 1, -1))
    for frame_idx, reverse in chain(forward, backward):
        started_s = time.process_time()
        mask = session.step([1], frame_idx, reverse)[0].mask
        costs.append(time.process_time() - started_s)
        if frame_idx in case.truth:
            overlaps.append(overlap(mask, case.truth[frame_idx]))
    return overlaps, float(np.mean(costs))


def _point(case: Case, x: float, y: float, include: bool) -> PointPrompt:
    """A pixel of the truth as a click on the source."""
    height, width = case.truth[case.first_frame].shape
    return PointPrompt(
        (x + 0.5) * case.frames.width / width, (y + 0.5) * case.frames.height / height, include
    )


def _largest_error(case: Case, mask: np.ndarray, truth: np.ndarray) -> PointPrompt | None:
    size = (truth.shape[1], truth.shape[0])
    mask = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA) >= 0.5
    best, best_area = None, 0
    for error, include in ((truth & ~mask, True), (mask & ~truth, False)):
        _, labels, stats, _ = cv2.connectedComponentsWithStats(error.astype(np.uint8), connectivity=8)
        for k in range(1, len(stats)):
            if stats[k, cv2.CC_STAT_AREA] > best_area:
                best, best_area = (
                    _point(case, *innermost(labels == k), include),
                    int(stats[k, cv2.CC_STAT_AREA]),
                )
    return best


def mean(group: str, results: list[Result]) -> Result:
    def average(field: str) -> float:
        return float(np.mean([getattr(result, field) for result in results]))

    return Result(
        group,
        f"mean of {len(results)}, {group}",
        average("one_click"),
        average("three_clicks"),
        average("tracked"),
        average("click_ms"),
        max(result.slowest_click_ms for result in results),
        average("frame_ms"),
    )


def lines(results: list[Result], markdown: bool) -> Iterator[str]:
    titles = ("object", "J, 1 click", "J, 3 clicks", "J, tracked", "ms a click", "slowest", "ms a frame")
    if markdown:
        yield "| " + " | ".join(titles) + " |"
        yield "|---|" + "---:|" * (len(titles) - 1)
    else:
        yield f"{titles[0]:34s}" + "".join(f"{title:>13s}" for title in titles[1:])
    for r in results:
        quality = [f"{value:.3f}" for value in (r.one_click, r.three_clicks, r.tracked)]
        cost = [f"{value:.0f}" for value in (r.click_ms, r.slowest_click_ms, r.frame_ms)]
        name = f"**{r.name}**" if markdown and r.name.startswith("mean") else r.name
        cells = [name, *quality, *cost]
        yield (
            "| " + " | ".join(cells) + " |"
            if markdown
            else f"{name:34s}" + "".join(f"{c:>13s}" for c in cells[1:])
        )


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the embedded engine.")
    parser.add_argument(
        "--markdown", action="store_true", help="print the table as docs/performance.md has it"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the rendered clips; 0 is the gallery")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    table: list[Result] = []
    for group, cases in (("real", real_cases()), ("rendered", rendered_cases(options.seed))):
        results = [measure(case) for case in cases]
        table += results + ([mean(group, results)] if results else [])
    print("\n".join(lines(table, options.markdown)))


if __name__ == "__main__":
    main()
