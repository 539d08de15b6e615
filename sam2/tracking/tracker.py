"""What happens on a frame. How it is computed is `inference`'s business, what is kept `memory`'s."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from sam2.modeling.sam2_base import SAM2Base
from sam2.modeling.types import NO_OBJ_SCORE
from sam2.tracking.edge import logits_to_video, suppress_overlap
from sam2.tracking.errors import UsageError
from sam2.tracking.fingerprint import fingerprint
from sam2.tracking.frames import FrameSource
from sam2.tracking.inference import FrameInference
from sam2.tracking.memory import FrameMemory
from sam2.tracking.prefetch import FrameReader
from sam2.tracking.prompts import FramePrompts, MaskPrompt, ObjectId
from sam2.tracking.selection import BankRules
from sam2.tracking.spill import DEFAULT_MAX_BYTES, MemorySpill
from sam2.tracking.state import FramePrediction, FreshPrediction, TrackedObject, VideoState


@dataclass(frozen=True)
class TrackingOptions:
    """The official predictor's constructor options, with the official defaults."""

    fill_hole_area: int = 0
    """Holes of at most this many low-res pixels are filled in what is stored and returned; 0: none."""
    non_overlap_masks: bool = False
    """Give each video pixel to one object only, in what is returned."""
    clear_non_cond_mem_around_input: bool = False
    """Forget tracked memories of an object around its prompts: they may say the old thing."""
    add_all_frames_to_correct_as_cond: bool = False
    """A prompt on a visited frame makes it a conditioning frame. Without it, the next propagation
    computes the correction away."""


def bank_rules(model: SAM2Base) -> BankRules:
    """How this model reads its memory bank."""
    return BankRules(
        num_maskmem=model.num_maskmem,
        max_cond_frames_in_attn=model.max_cond_frames_in_attn,
        stride=model.memory_temporal_stride_for_eval,
        max_obj_ptrs=model.max_obj_ptrs_in_encoder,
        use_obj_ptrs=model.use_obj_ptrs_in_encoder,
        only_past_obj_ptrs=model.only_obj_ptrs_in_the_past_for_eval,
    )


class VideoTracker:
    """Prompts and tracks objects in a `VideoState`. Nothing of a video is kept here, so one tracker
    serves any number of them.

    Any method that raises leaves the state as it was.
    """

    def __init__(self, model: SAM2Base, options: TrackingOptions | None = None):
        self.model = model
        self.options = options or TrackingOptions()
        self.rules = bank_rules(model)
        self._inference = FrameInference(model, self.rules, self.options.fill_hole_area)
        self._fingerprint: str | None = None

    def open(
        self,
        frames: FrameSource,
        *,
        folder: Path | None = None,
        storage_device: torch.device | None = None,
        max_spill_bytes: int = DEFAULT_MAX_BYTES,
    ) -> VideoState:
        """A state without prompts. Memories that leave RAM go to `folder`, or a temporary one, up to
        `max_spill_bytes` (then the oldest are forgotten); with 0 they are forgotten at once."""
        spill = None
        if max_spill_bytes and folder is None:
            spill = MemorySpill(None, max_spill_bytes)
        elif max_spill_bytes:
            spill = MemorySpill.replacing(folder, max_spill_bytes)
        return self.open_with(frames, spill, storage_device)

    def open_with(
        self, frames: FrameSource, spill: MemorySpill | None, storage_device: torch.device | None = None
    ) -> VideoState:
        """A state without prompts over this spill."""
        return VideoState(
            frames=frames,
            reader=FrameReader(frames, self.model.image_size),
            device=self.model.device,
            storage_device=storage_device or self.model.device,
            spill=spill,
        )

    def fingerprint(self) -> str:
        """Names the weights, the memory rules and the options. Computed once: make a new tracker after
        training."""
        if self._fingerprint is None:
            self._fingerprint = fingerprint(self.model, self.rules, self.options)
        return self._fingerprint

    # ---- prompts ----------------------------------------------------------------------------------

    @torch.inference_mode()
    def prompt(
        self, state: VideoState, obj_id: ObjectId, frame_idx: int, prompts: FramePrompts
    ) -> FramePrediction:
        """Replace all prompts of an object on a frame, and predict that frame. A new id adds the object.

        On a frame that has a mask already (clicked before, or tracked) clicks refine that mask.
        Tracking takes it in at the next `commit`.
        """
        frame_idx = state.check_frame_idx(frame_idx)
        obj = state.objects.get(obj_id) or state.new_object(obj_id)
        is_init = frame_idx not in obj.visited or not obj.bank.conditioning
        fresh = FreshPrediction(
            self._inference.prompted(state, obj, frame_idx, prompts, is_init),
            is_conditioning=is_init or self.options.add_all_frames_to_correct_as_cond,
        )
        state.objects[obj_id] = obj
        obj.prompts[frame_idx] = prompts
        obj.fresh[frame_idx] = fresh
        return self.predictions(state, frame_idx)

    @torch.inference_mode()
    def preview(
        self, state: VideoState, obj_id: ObjectId, frame_idx: int, prompts: FramePrompts
    ) -> FramePrediction:
        """What `prompt` would predict of this object. Nothing is kept but the frame's features, which the
        next prompt on it can use."""
        frame_idx = state.check_frame_idx(frame_idx)
        obj = state.objects.get(obj_id) or state.new_object(obj_id)
        is_init = frame_idx not in obj.visited or not obj.bank.conditioning
        memory = self._inference.prompted(state, obj, frame_idx, prompts, is_init)
        return self._gather(state, frame_idx, [(obj, memory)])

    def clear(self, state: VideoState, obj_id: ObjectId, frame_idx: int) -> FramePrediction:
        """Take away all prompts of an object on a frame. A mask that is remembered there stays, as a
        tracked one, until tracking goes over it."""
        frame_idx = state.check_frame_idx(frame_idx)
        (obj,) = state.find([obj_id])
        self._clear(obj, frame_idx)
        return self.predictions(state, frame_idx)

    def remove(self, state: VideoState, obj_id: ObjectId) -> list[int]:
        """Forget an object; the frames on which it had prompts."""
        (obj,) = state.find([obj_id])
        obj.bank.clear()
        del state.objects[obj_id]
        return sorted(obj.prompts)

    def reset(self, state: VideoState) -> None:
        """Forget all objects."""
        for obj_id in state.obj_ids:
            self.remove(state, obj_id)

    @torch.inference_mode()
    def remember(
        self, state: VideoState, obj_id: ObjectId, frame_idx: int, mask: MaskPrompt, reverse: bool = False
    ) -> None:
        """Take a mask into memory as if tracking had found it: to rebuild a state from stored masks."""
        frame_idx = state.check_frame_idx(frame_idx)
        obj = state.objects.get(obj_id) or state.new_object(obj_id)
        memory = self._inference.from_mask(state, frame_idx, mask)
        if frame_idx not in obj.bank.conditioning:
            obj.bank.put_tracked(frame_idx, memory)
        obj.visited[frame_idx] = reverse
        state.objects[obj_id] = obj

    @torch.inference_mode()
    def commit(self, state: VideoState) -> None:
        """Take what prompts gave into the memory banks, so that tracking looks at it. Cheap if there is
        nothing new."""
        waiting = defaultdict(list)
        for obj in state.objects.values():
            for frame_idx, fresh in obj.fresh.items():
                waiting[frame_idx].append((obj, fresh))
        memories: dict[tuple[ObjectId, int], FrameMemory] = {}
        for frame_idx, prompted in waiting.items():
            committed = self._inference.committed(state, frame_idx, [fresh.memory for _, fresh in prompted])
            for (obj, _), memory in zip(prompted, committed, strict=True):
                memories[obj.obj_id, frame_idx] = memory
        for obj in state.objects.values():
            # Corrections first, as officially: a conditioning memory on the same frame wins.
            for frame_idx, fresh in sorted(obj.fresh.items(), key=lambda item: item[1].is_conditioning):
                memory = memories[obj.obj_id, frame_idx]
                if fresh.is_conditioning:
                    obj.bank.put_conditioning(frame_idx, memory)
                elif frame_idx not in obj.bank.conditioning:
                    obj.bank.put_tracked(frame_idx, memory)
                self._clear_around(state, obj, frame_idx)
            obj.fresh.clear()

    # ---- tracking ---------------------------------------------------------------------------------

    @torch.inference_mode()
    def step(
        self,
        state: VideoState,
        frame_idx: int,
        reverse: bool = False,
        obj_ids: Iterable[ObjectId] | None = None,
    ) -> FramePrediction:
        """Masks of these objects (all by default) on one frame, from memory.

        Walk frame by frame from a conditioning frame outwards. A conditioning frame keeps its mask.
        Call `commit` before the first step after a prompt.
        """
        frame_idx = state.check_frame_idx(frame_idx)
        objects = state.find(obj_ids)
        for obj in objects:
            if not obj.bank.conditioning:
                raise UsageError(_nothing_given(obj.obj_id))
        to_track = [obj for obj in objects if frame_idx not in obj.bank.conditioning]
        if to_track:
            for obj, memory in self._inference.tracked(state, to_track, frame_idx, reverse):
                obj.bank.put_tracked(frame_idx, memory)
        for obj in objects:
            if frame_idx in obj.bank.conditioning:
                self._clear_around(state, obj, frame_idx)
            obj.visited[frame_idx] = reverse
            obj.bank.trim(frame_idx, self.rules.window)
        return self._gather(state, frame_idx, [(obj, obj.bank.get(frame_idx)) for obj in objects])

    def propagate(
        self,
        state: VideoState,
        start_frame_idx: int | None = None,
        max_frames: int | None = None,
        reverse: bool = False,
        obj_ids: Sequence[ObjectId] | None = None,
    ) -> Iterator[FramePrediction]:
        """`step` from a frame (by default the earliest conditioning one) on, over `max_frames` more."""
        self.check_ready(state, obj_ids)
        walk = self.frames_to_walk(state, start_frame_idx, max_frames, reverse)
        self.commit(state)
        obj_ids = state.obj_ids if obj_ids is None else list(obj_ids)
        for frame_idx in walk:
            yield self.step(state, frame_idx, reverse, obj_ids)

    def frames_to_walk(
        self, state: VideoState, start_frame_idx: int | None, max_frames: int | None, reverse: bool
    ) -> range:
        """The frames that a propagation visits, in order. `max_frames` more than the first one. In
        reverse from frame 0 there is none, as officially."""
        if start_frame_idx is None:
            start_frame_idx = state.conditioning_frames()[0]
        start = state.check_frame_idx(start_frame_idx)
        count = state.num_frames if max_frames is None else int(max_frames)
        if count < 0:
            raise ValueError(
                f"max_frame_num_to_track is {count}; give a number that is not negative, or None"
            )
        if not reverse:
            return range(start, min(start + count, state.num_frames - 1) + 1)
        return range(start, max(start - count, 0) - 1, -1) if start > 0 else range(0)

    def check_ready(self, state: VideoState, obj_ids: Sequence[ObjectId] | None = None) -> None:
        """UsageError, in the official words, if an object has no prompt to track from."""
        objects = state.find(obj_ids)
        if not objects:
            raise UsageError("No input points or masks are provided for any object; please add inputs first.")
        for obj in objects:
            if not obj.bank.conditioning and not any(f.is_conditioning for f in obj.fresh.values()):
                raise UsageError(_nothing_given(obj.obj_id))

    # ---- results ----------------------------------------------------------------------------------

    def predictions(self, state: VideoState, frame_idx: int) -> FramePrediction:
        """What is known of every object on a frame, without computing anything."""
        frame_idx = state.check_frame_idx(frame_idx)
        return self._gather(
            state, frame_idx, [(obj, obj.on_frame(frame_idx)) for obj in state.objects.values()]
        )

    @torch.inference_mode()
    def video_logits(self, state: VideoState, prediction: FramePrediction) -> Tensor:
        """Mask logits at the video's size [N, 1, height, width], > 0 inside."""
        logits = logits_to_video(prediction.low_res_logits_N1HW, state.frames.height, state.frames.width)
        return suppress_overlap(logits) if self.options.non_overlap_masks else logits

    # ---- inside -----------------------------------------------------------------------------------

    def _gather(
        self,
        state: VideoState,
        frame_idx: int,
        known: list[tuple[TrackedObject, FrameMemory | None]],
    ) -> FramePrediction:
        side = self.model.image_size // 4
        nothing = FrameMemory(
            low_res_logits_1HW=torch.full((1, side, side), NO_OBJ_SCORE, device=state.storage_device),
            object_score_logit_1=torch.full((1,), NO_OBJ_SCORE, device=state.storage_device),
            predicted_iou_1=torch.zeros(1, device=state.storage_device),
            obj_ptr_C=torch.empty(0),
        )
        memories = [memory or nothing for _, memory in known]

        def stacked(tensors: list[Tensor], shape: tuple[int, ...]) -> Tensor:
            # fp32 whatever the autocast, so that one object's precision is not another's.
            together = torch.stack([t.float() for t in tensors]) if tensors else torch.empty(shape)
            return together.to(state.device)

        return FramePrediction(
            frame_idx=frame_idx,
            obj_ids=tuple(obj.obj_id for obj, _ in known),
            low_res_logits_N1HW=stacked([m.low_res_logits_1HW for m in memories], (0, 1, side, side)),
            object_score_logits_N=stacked([m.object_score_logit_1[0] for m in memories], (0,)),
            predicted_ious_N=stacked([m.predicted_iou_1[0] for m in memories], (0,)),
        )

    def _clear(self, obj: TrackedObject, frame_idx: int) -> None:
        obj.prompts.pop(frame_idx, None)
        obj.fresh.pop(frame_idx, None)
        if obj.bank.downgrade(frame_idx):
            obj.visited.pop(frame_idx, None)

    def _clear_around(self, state: VideoState, obj: TrackedObject, frame_idx: int) -> None:
        if self.options.clear_non_cond_mem_around_input:
            radius = self.rules.stride * self.rules.num_maskmem
            for t in range(frame_idx - radius, frame_idx + radius + 1):
                obj.bank.forget_tracked(t)


def _nothing_given(obj_id: ObjectId) -> str:
    return f"No input points or masks are provided for object id {obj_id}; please add inputs first."
