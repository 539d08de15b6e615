"""Does doubt find the errors? `python -m tests.benchmarks.doubt [--markdown] [--tune]`.

Every object of a clip with exact masks is clicked once, on its first frame well in view, and tracked through
the clip by the embedded engine. A frame's error is 1 - J. The figure is the share of all error that lies in
the tenth of the frames with the most doubt; 10 % is what frames taken at random would hold, and the best
order there is (by the error itself) says how much could be found. Weights were fitted to the rendered clips
of TUNED_ON, but `unsure` was kept high for SAM 2, whose scores say more than the embedded engine's. They are
reported on the clips of HELD_OUT, whose objects move along other ways, and on real ones.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np

from backend.domain.doubt import WEIGHTS, Signs, doubt_of, signs_of
from backend.domain.rle import Rle
from backend.domain.session import FramePrompt, PointPrompt
from backend.worker.colorflow.engine import ColorflowEngine
from backend.worker.masks import encode_mask
from tests.benchmarks.cases import Case, innermost, overlap, real_cases, rendered_cases

TUNED_ON, HELD_OUT = (1, 2), (3, 4)
SHARE = 0.1  # of the frames
ONLY_SCORES = Signs(unsure=1.0)
TRIALS = 400


@dataclass(frozen=True)
class Judged:
    """A tracked frame of an object."""

    group: str
    signs: Signs
    error: float  # 1 - J


def judge(cases: Iterable[Case]) -> Iterator[Judged]:
    """All objects of a clip together, so that they may overlap."""
    clips: dict[str, list[Case]] = {}
    for case in cases:
        clips.setdefault(case.clip, []).append(case)
    for of_clip in clips.values():
        yield from _judge_clip(of_clip)


def _judge_clip(cases: Sequence[Case]) -> Iterator[Judged]:
    tracks = {i: _track(case) for i, case in enumerate(cases)}
    for i, case in enumerate(cases):
        for frame_idx, tracked in tracks[i].items():
            if frame_idx == case.first_frame or frame_idx not in case.truth:
                continue
            step = 1 if frame_idx > case.first_frame else -1
            beside = tracks[i].get(frame_idx - step)
            others = [t[frame_idx].rle for k, t in tracks.items() if k != i and frame_idx in t]
            signs = signs_of(
                tracked.rle, tracked.object_score, tracked.predicted_iou, beside and beside.rle, others
            )
            yield Judged(case.group, signs, tracked.error)


@dataclass(frozen=True)
class _Tracked:
    rle: Rle
    object_score: float
    predicted_iou: float
    error: float


def _track(case: Case) -> dict[int, _Tracked]:
    session, start = ColorflowEngine().open(case.frames), case.first_frame
    height, width = case.truth[start].shape
    x, y = innermost(case.truth[start])
    point = PointPrompt((x + 0.5) * case.frames.width / width, (y + 0.5) * case.frames.height / height, True)
    drawn = {start: session.apply(FramePrompt(1, start, (point,)))[0]}
    for frame_idx in range(start + 1, max(case.truth) + 1):
        drawn[frame_idx] = session.step([1], frame_idx, False)[0]
    for frame_idx in range(start - 1, min(case.truth) - 1, -1):
        drawn[frame_idx] = session.step([1], frame_idx, True)[0]
    return {
        i: _Tracked(
            encode_mask(mask.mask),
            mask.object_score,
            mask.predicted_iou,
            1 - overlap(mask.mask, case.truth[i]) if i in case.truth else 0.0,
        )
        for i, mask in drawn.items()
    }


def found_share(judged: Sequence[Judged], amounts: np.ndarray) -> float:
    """Of all error, what the SHARE of frames with the highest amounts has; ties count as their mean."""
    errors = np.array([one.error for one in judged])
    take = SHARE * len(errors)
    found = 0.0
    for amount in np.unique(amounts)[::-1]:
        alike = amounts == amount
        part = min(1.0, take / alike.sum())
        found += part * errors[alike].sum()
        take -= part * alike.sum()
        if take <= 1e-9:
            break
    return float(found / errors.sum())


def amounts_of(judged: Sequence[Judged], weights: Signs) -> np.ndarray:
    return np.array([doubt_of(one.signs, weights).amount for one in judged])


def tuned(judged: Sequence[Judged], trials: int = TRIALS) -> Signs:
    """The best of random weights about the best so far."""
    rng = np.random.default_rng(0)
    names = [field.name for field in fields(Signs)]
    best = np.array([getattr(WEIGHTS, name) for name in names])
    best_share = found_share(judged, amounts_of(judged, WEIGHTS))
    for _ in range(trials):
        tried = np.clip(best + rng.normal(0, 0.15, len(best)), 0.05, 0.95)
        share = found_share(judged, amounts_of(judged, Signs(*tried)))
        if share > best_share:
            best, best_share = tried, share
    return Signs(*(round(float(value), 2) for value in best))


def lines(groups: dict[str, Sequence[Judged]], markdown: bool) -> Iterator[str]:
    titles = ("clips", "frames", "mean J", "in the 10 % most doubtful", "by scores alone", "at best")
    yield ("| " + " | ".join(titles) + " |") if markdown else "  ".join(titles)
    if markdown:
        yield "|---|" + "---:|" * (len(titles) - 1)
    for name, judged in groups.items():
        errors = np.array([one.error for one in judged])
        cells = (
            name,
            str(len(judged)),
            f"{1 - errors.mean():.3f}",
            f"{found_share(judged, amounts_of(judged, WEIGHTS)):.0%}",
            f"{found_share(judged, amounts_of(judged, ONLY_SCORES)):.0%}",
            f"{found_share(judged, errors):.0%}",
        )
        yield ("| " + " | ".join(cells) + " |") if markdown else "  ".join(cells)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--tune", action="store_true", help="print weights that fit TUNED_ON best")
    options = parser.parse_args()
    if options.tune:
        print(tuned([one for seed in TUNED_ON for one in judge(rendered_cases(seed))]))
        return
    held_out = [one for seed in HELD_OUT for one in judge(rendered_cases(seed))]
    groups: dict[str, Sequence[Judged]] = {f"rendered, seeds {HELD_OUT} held out": held_out}
    if real := list(judge(real_cases())):
        groups["real"] = real
    print("\n".join(lines(groups, options.markdown)))


if __name__ == "__main__":
    main()
