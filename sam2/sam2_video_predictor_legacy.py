"""The video predictor as it was before December 2024: objects are prompted together or not at all.

A frame that anyone prompts says something about every object: those without a prompt and without a mask
there count as absent. No object can be added after tracking has started.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch

from sam2.sam2_video_predictor import SAM2VideoPredictor as IndependentObjects
from sam2.sam2_video_predictor import VideoMasks
from sam2.tracking.errors import UsageError
from sam2.tracking.prompts import FramePrompts, ObjectId
from sam2.tracking.state import FreshPrediction, TrackedObject, VideoState
from sam2.tracking.tracker import VideoTracker


class JointTracker(VideoTracker):
    """Takes prompts into memory for all objects of a frame at once."""

    clear_for_several_objects = False

    def check_ready(self, state: VideoState, obj_ids: Any = None) -> None:
        """UsageError if no object has a prompt to track from."""
        if not state.conditioning_frames():
            raise UsageError("No points are provided; please add points first")

    @torch.inference_mode()
    def commit(self, state: VideoState) -> None:
        """See `VideoTracker.commit`. On a prompted frame every object gets a memory of its kind."""
        objects = list(state.objects.values())
        joined: list[tuple[TrackedObject, int, FreshPrediction]] = []
        for frame_idx in sorted({t for obj in objects for t in obj.fresh}):
            prompted = [obj.fresh[frame_idx] for obj in objects if frame_idx in obj.fresh]
            is_conditioning = any(fresh.is_conditioning for fresh in prompted)
            for obj in objects:
                memory = obj.on_frame(frame_idx) or self._inference.absent(state, frame_idx)
                fresh = FreshPrediction(replace(memory, maskmem_CHW=None), is_conditioning)
                joined.append((obj, frame_idx, fresh))
        for obj, frame_idx, fresh in joined:
            obj.fresh[frame_idx] = fresh
        super().commit(state)

    def _clear_around(self, state: VideoState, obj: TrackedObject, frame_idx: int) -> None:
        if len(state.objects) == 1 or self.clear_for_several_objects:
            super()._clear_around(state, obj, frame_idx)


class SAM2VideoPredictor(IndependentObjects):
    """`sam2.sam2_video_predictor.SAM2VideoPredictor` with the former treatment of several objects.

    `clear_non_cond_mem_around_input` acts with several objects only if `clear_non_cond_mem_for_multi_obj`.
    """

    def __init__(self, *args: Any, clear_non_cond_mem_for_multi_obj: bool = False, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.clear_non_cond_mem_for_multi_obj = clear_non_cond_mem_for_multi_obj

    @property
    def tracker(self) -> JointTracker:
        tracker = JointTracker(self, self.tracking_options)
        tracker.clear_for_several_objects = self.clear_non_cond_mem_for_multi_obj
        return tracker

    def _prompt(
        self, state: VideoState, obj_id: ObjectId, frame_idx: int, prompts: FramePrompts
    ) -> VideoMasks:
        has_started = any(obj.bank.conditioning for obj in state.objects.values())
        if has_started and obj_id not in state.objects:
            raise UsageError(
                f"Cannot add new object id {obj_id} after tracking starts. All existing object ids: "
                f"{state.obj_ids}. Please call 'reset_state' to restart from scratch."
            )
        return super()._prompt(state, obj_id, frame_idx, prompts)
