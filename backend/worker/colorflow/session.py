"""The engine's state for one video: prompts answered, tracks walked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from backend.domain.session import FramePrompt
from backend.worker.colorflow.colour_model import ColourModel
from backend.worker.colorflow.detect import find_rivals
from backend.worker.colorflow.memory import Keyframe, ObjectState, PackedMask, PackedShape, TrackRecord
from backend.worker.colorflow.motion import FlowCache, camera_motion
from backend.worker.colorflow.prompts import Prompted, PromptSolver
from backend.worker.colorflow.proposal import Scene
from backend.worker.colorflow.refine import to_source
from backend.worker.colorflow.saved import save_objects
from backend.worker.colorflow.track import Appearance, Tracker
from backend.worker.colorflow.view import Grid, ViewCache
from backend.worker.engine import FrameSource, ObjectMask
from backend.worker.masks import decode_mask

PROMPT_SCORE = 8.0  # logit of an object that a person pointed at
MODELS = 4  # prompted frames that one step learns from
REMEMBERED = 64  # tracked frames on either side of the last one: what a video of hours leaves in memory
MODEL_REACH = 10.0  # frames: a prompted frame this far away counts half


class ColorflowSession:
    """See `backend.worker.engine.EngineSession`."""

    def __init__(self, frames: FrameSource) -> None:
        self.frames = frames
        self.grid = Grid.of(frames.width, frames.height)
        self.objects: dict[int, ObjectState] = {}
        self._views = ViewCache(frames, self.grid)
        self._flows = FlowCache(self._views)
        self._tracker = Tracker(self._views, self._flows)
        self._scene: tuple[int, Scene] | None = None
        self._models: dict[int, dict[int, _Counted]] = {}  # by object and frame: those of the last step

    def apply(self, prompt: FramePrompt) -> list[ObjectMask]:
        self._check(prompt.frame_idx)
        state = self.objects.setdefault(prompt.object_id, ObjectState())
        if prompt.is_empty:
            state.keyframes.pop(prompt.frame_idx, None)
            state.records.pop(prompt.frame_idx, None)
            return []
        known = state.keyframes.get(prompt.frame_idx)
        base = known.base if known is not None else self._tracked(state, prompt.frame_idx)
        answer, mask = self._answer(prompt, known, base)
        keyframe = Keyframe(prompt, PackedMask.of(mask), self._pin(prompt.frame_idx, answer), base)
        state.keyframes[prompt.frame_idx] = keyframe
        return [_prompted(prompt.object_id, keyframe)]

    def preview(self, prompt: FramePrompt) -> ObjectMask:
        self._check(prompt.frame_idx)
        state = self.objects.get(prompt.object_id, ObjectState())
        known = state.keyframes.get(prompt.frame_idx)
        base = known.base if known is not None else self._tracked(state, prompt.frame_idx)
        answer, mask = self._answer(prompt, known, base)
        return ObjectMask(prompt.object_id, mask, PROMPT_SCORE, answer.predicted_iou)

    def remove_object(self, object_id: int) -> None:
        self.objects.pop(object_id, None)
        self._models.pop(object_id, None)

    def step(self, object_ids: Sequence[int], frame_idx: int, reverse: bool) -> list[ObjectMask]:
        self._check(frame_idx)
        drawn = [self._step(object_id, frame_idx, reverse) for object_id in object_ids]
        for object_id in object_ids:
            self.objects[object_id].forget_far_from(frame_idx, REMEMBERED)
        return drawn

    def remember(self, frame_idx: int, masks: Sequence[ObjectMask]) -> None:
        self._check(frame_idx)
        for known in masks:
            state = self.objects.setdefault(known.object_id, ObjectState())
            record = self._remembered(state, frame_idx, known)
            keyframe = state.keyframes.get(frame_idx)
            if keyframe is None:
                state.records[frame_idx] = record
            else:
                packed = PackedMask.of(known.mask)
                state.keyframes[frame_idx] = Keyframe(keyframe.prompt, packed, record, keyframe.base)

    def _remembered(self, state: ObjectState, frame_idx: int, known: ObjectMask) -> TrackRecord:
        """The record of a stored mask. Of an empty one it is how the object last looked, not where it is, so
        that it is looked for anew."""
        others = (state.keyframes.keys() | state.records.keys()) - {frame_idx}
        if known.mask.any() or not others:
            answer = Prompted(self.grid.shrink(known.mask), known.predicted_iou)
            return self._pin(frame_idx, answer, known.object_score)
        last = state.record_on(min(others, key=lambda i: (abs(i - frame_idx), i)))
        assert last is not None
        nothing = PackedMask.of(np.zeros(last.mask.shape, bool))
        score = min(known.object_score, -PROMPT_SCORE)
        return TrackRecord(nothing, last.shape, nothing, (0.0, 0.0), score, known.predicted_iou)

    def remembers(self, object_id: int, frame_idx: int) -> bool:
        state = self.objects.get(object_id)
        return state is not None and state.record_on(frame_idx) is not None

    def save(self, folder: Path) -> None:
        save_objects(folder, self.objects, self.grid)

    def nbytes(self) -> int:
        states = sum(state.nbytes for state in self.objects.values())
        models = sum(one.model.nbytes for of_one in self._models.values() for one in of_one.values())
        scene = self._scene[1].nbytes if self._scene is not None else 0
        return states + models + scene + self._views.nbytes + self._flows.nbytes

    def close(self) -> None:
        self.objects.clear()
        self._models.clear()
        self._views.clear()
        self._flows.clear()
        self._scene = None

    def _check(self, frame_idx: int) -> None:
        if not 0 <= frame_idx < self.frames.num_frames:
            raise ValueError(f"frame_idx {frame_idx} is outside 0..{self.frames.num_frames - 1}")

    def _tracked(self, state: ObjectState, frame_idx: int) -> PackedMask | None:
        record = state.records.get(frame_idx)
        return record.mask if record is not None and not record.lost else None

    def _answer(
        self, prompt: FramePrompt, known: Keyframe | None, base: PackedMask | None
    ) -> tuple[Prompted, np.ndarray]:
        """The prompts' mask at working and at source size.

        Clicks that follow those answered before start from that answer, so they only change their
        own part of it, whether or not the state was rebuilt in between.
        """
        solver = PromptSolver(self._scene_on(prompt.frame_idx), self.grid)
        if known is not None and _extends(prompt, known.prompt):
            start = Prompted(known.record.mask.unpack(), known.record.predicted_iou)
            alone = base is None and prompt.box is None and prompt.mask is None
            alone = alone and prompt.points[0].include
            answer = solver.correct(start, prompt.points, len(known.prompt.points), alone)
        elif prompt.mask is not None:
            drawn = decode_mask(prompt.mask)
            if drawn.shape != (self.frames.height, self.frames.width):
                size = f"{self.frames.width} x {self.frames.height}"
                raise ValueError(f"the mask is {drawn.shape[1]} x {drawn.shape[0]}, the video {size}")
            answer = solver.correct(Prompted(self.grid.shrink(drawn), 1.0), prompt.points, 0)
            if not prompt.points:
                return answer, drawn
        elif prompt.box is not None:
            answer = solver.correct(solver.in_box(prompt.box), prompt.points, 0)
        elif base is not None:
            answer = solver.correct(Prompted(base.unpack(), 0.8), prompt.points, 0)
        else:
            answer = solver.click(prompt.points)
        share = answer.mask.astype(np.float32)
        return answer, to_source(self.frames.read(prompt.frame_idx), share, self.grid)

    def _pin(self, frame_idx: int, answer: Prompted, score: float = PROMPT_SCORE) -> TrackRecord:
        """A record of a mask that is taken as it is."""
        mask = answer.mask
        model = _model_of(self._views[frame_idx].codes, mask)
        ratio = model.ratios()[self._views[frame_idx].codes]
        rivals = find_rivals(ratio, mask, float(mask.sum()), None, mask)
        packed = PackedMask.of(mask)
        seen = mask.any()
        return TrackRecord(
            packed,
            PackedShape.of(mask.astype(np.float32)),
            PackedMask.of(rivals),
            (0.0, 0.0),
            score if seen else min(score, -PROMPT_SCORE),
            answer.predicted_iou,
        )

    def _scene_on(self, frame_idx: int) -> Scene:
        if self._scene is None or self._scene[0] != frame_idx:
            last = self.frames.num_frames - 1
            flow = self._flows.between(
                frame_idx, frame_idx + 1 if frame_idx < last else max(frame_idx - 1, 0)
            )
            self._scene = (frame_idx, Scene.of(self._views[frame_idx], flow - camera_motion(flow)))
        return self._scene[1]

    def _step(self, object_id: int, frame_idx: int, reverse: bool) -> ObjectMask:
        state = self.objects.get(object_id)
        if state is None or not (state.keyframes or state.records):
            raise ValueError(f"object {object_id} has no prompt: click it on a frame first")
        if frame_idx in state.keyframes:
            return _prompted(object_id, state.keyframes[frame_idx])
        before_idx = _nearest(state, frame_idx, reverse)
        before = state.record_on(before_idx)
        assert before is not None
        tracked = self._tracker.step(
            before, before_idx, frame_idx, self._appearance(object_id, state, frame_idx)
        )
        state.records[frame_idx] = tracked.record
        mask = to_source(self.frames.read(frame_idx), tracked.share, self.grid)
        score = tracked.record.object_score
        return ObjectMask(
            object_id, mask, score if mask.any() else min(score, -1.0), tracked.record.predicted_iou
        )

    def _appearance(self, object_id: int, state: ObjectState, frame_idx: int) -> Appearance:
        """What the nearest prompted frames, before and after, say of the object's colours."""
        pinned = {i: k.record for i, k in state.keyframes.items() if not k.record.lost} or {
            i: record for i, record in state.records.items() if not record.lost
        }
        near = sorted(pinned, key=lambda i: (abs(i - frame_idx), i))[:MODELS]
        if not near:
            return Appearance.unknown()
        known = self._models.get(object_id, {})
        counted = {i: self._counted(known.get(i), i, pinned[i]) for i in near}
        self._models[object_id] = counted
        weights = [1 / (1 + abs(i - frame_idx) / MODEL_REACH) for i in near]
        model = ColourModel.blend([one.model for one in counted.values()], weights)
        return Appearance(model.ratios(), model.inside, float(max(pinned[near[0]].mask.unpack().sum(), 1)))

    def _counted(self, known: _Counted | None, frame_idx: int, record: TrackRecord) -> _Counted:
        """Counted once while tracking needs it; it comes back by itself after a restart."""
        if known is not None and known.record is record:
            return known
        return _Counted(record, _model_of(self._views[frame_idx].codes, record.mask.unpack()))


@dataclass(frozen=True)
class _Counted:
    """The colours that were counted under a record's mask."""

    record: TrackRecord
    model: ColourModel


def _model_of(codes: np.ndarray, mask: np.ndarray) -> ColourModel:
    """The object's colours against those near it and, with less weight, those of the whole frame."""
    reach = max(8, int(0.8 * np.sqrt(mask.sum())))
    near = cv2.dilate(mask.astype(np.uint8), np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)) > 0
    around = ColourModel.of(codes, mask, near & ~mask)
    return ColourModel.blend([around, ColourModel.of(codes, mask, ~mask)], [0.7, 0.3])


def _prompted(object_id: int, keyframe: Keyframe) -> ObjectMask:
    record = keyframe.record
    return ObjectMask(object_id, keyframe.mask.unpack(), record.object_score, record.predicted_iou)


def _extends(prompt: FramePrompt, known: FramePrompt) -> bool:
    """Are these the prompts of before and further clicks?"""
    count = len(known.points)
    same = prompt.box == known.box and prompt.mask == known.mask
    return same and len(prompt.points) >= count and prompt.points[:count] == known.points


def _nearest(state: ObjectState, frame_idx: int, reverse: bool) -> int:
    """The frame to go on from: the nearest on the side that the walk comes from, else the nearest."""
    known = state.keyframes.keys() | state.records.keys()
    behind = [i for i in known if (i > frame_idx if reverse else i < frame_idx)]
    return min(behind or known - {frame_idx} or known, key=lambda i: (abs(i - frame_idx), i))
