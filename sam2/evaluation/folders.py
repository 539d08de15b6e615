"""Scores of masks that lie in folders, with the rules of the SA-V evaluator."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from sam2.evaluation.scores import FrameScore, ObjectScore, Scores, score_mask
from sam2.evaluation.videos import annotated_frames, annotations_of
from sam2.utils.annotations import Masks


@dataclass(frozen=True)
class FolderRules:
    """As `sav_evaluator.py` has them."""

    strict: bool = False  # every true video must have masks
    skip_first_and_last: bool = True  # of an object's annotated frames: they are the prompt's neighbours


@dataclass(frozen=True)
class VideoResult:
    objects: tuple[ObjectScore, ...] = ()
    problems: tuple[str, ...] = ()


def score_folders(gt_root: Path, pred_root: Path, rules: FolderRules, processes: int = 1) -> Scores:
    """Score `<pred_root>/<video>` against `<gt_root>/<video>`, on frames that the truth annotates.

    Either may have one PNG a frame, or one for each object. What is not predicted counts as empty.
    """
    videos = sorted(path.name for path in gt_root.iterdir() if path.is_dir())
    missing = [name for name in videos if not (pred_root / name).is_dir()]
    if rules.strict and missing:
        raise FileNotFoundError(
            f"{pred_root} lacks {len(missing)} of {len(videos)} videos, {missing[0]} first; "
            "leave out --strict to score the others"
        )
    problems = [f"{name}: not predicted, left out" for name in missing]
    work = partial(score_video, gt_root, pred_root, rules)
    names = [name for name in videos if name not in missing]
    if processes > 1 and len(names) > 1:
        with ProcessPoolExecutor(min(processes, len(names)), get_context("spawn")) as pool:
            results = list(pool.map(work, names))
    else:
        results = [work(name) for name in names]
    objects = tuple(score for result in results for score in result.objects)
    return Scores(objects, (*problems, *(text for result in results for text in result.problems)))


def score_video(gt_root: Path, pred_root: Path, rules: FolderRules, name: str) -> VideoResult:
    truth, predicted = annotations_of(gt_root / name), annotations_of(pred_root / name)
    frames_of = annotated_frames(truth)
    if not frames_of:
        return VideoResult((), (f"{name}: its truth has no object, left out",))
    scored: dict[int, list[FrameScore]] = {}
    wanted = {
        object_id: set(names[1:-1] if rules.skip_first_and_last else names)
        for object_id, names in frames_of.items()
    }
    lacking = 0
    for frame in sorted(set().union(*wanted.values())):
        right, found = truth.read(frame, allow_missing=True), predicted.read(frame, allow_missing=True)
        lacking += not found
        for object_id, mask, true_mask in _pairs(right, found, [o for o in wanted if frame in wanted[o]]):
            scored.setdefault(object_id, []).append(score_mask(frame, mask, true_mask))
    problems = [f"{name}: object {o} has no frame to score, left out" for o in wanted if o not in scored]
    if lacking:
        problems.append(f"{name}: {lacking} frames have no predicted mask; they count as empty")
    objects = tuple(ObjectScore(name, object_id, tuple(frames)) for object_id, frames in scored.items())
    return VideoResult(objects, tuple(problems))


def _pairs(right: Masks, found: Masks, object_ids: list[int]) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """(object, predicted, true) masks of one frame. Absent on both sides, its size does not matter."""
    shapes = [mask.shape for mask in (*right.values(), *found.values())]
    empty = np.zeros(shapes[0] if shapes else (1, 1), bool)
    for object_id in object_ids:
        yield object_id, found.get(object_id, empty), right.get(object_id, empty)
