"""The official video predictor's interface over `sam2.tracking`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from sam2.modeling.sam2_base import SAM2Base
from sam2.modeling.types import ImageFeatures, MaskPrediction, MemoryTokens, Prompts
from sam2.tracking.errors import UsageError
from sam2.tracking.frames import open_frames
from sam2.tracking.official_prompts import merge_clicks, parse_mask, parse_object_id
from sam2.tracking.prompts import FramePrompts, ObjectId
from sam2.tracking.spill import DEFAULT_MAX_BYTES
from sam2.tracking.state import FramePrediction, VideoState
from sam2.tracking.tracker import TrackingOptions, VideoTracker

VideoMasks = tuple[int, list[ObjectId], Tensor]
"""frame_idx, object ids, and mask logits [N, 1, height, width] of all objects in that order."""


class SAM2VideoPredictor(SAM2Base):
    """Click objects in a video and track them.

    A model and a translator of arguments: what happens is in `VideoTracker`, what is kept in
    `VideoState`. The options may be changed on the predictor between calls.
    """

    def __init__(
        self,
        fill_hole_area: int = 0,
        non_overlap_masks: bool = False,
        clear_non_cond_mem_around_input: bool = False,
        add_all_frames_to_correct_as_cond: bool = False,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.fill_hole_area = fill_hole_area
        self.non_overlap_masks = non_overlap_masks
        self.clear_non_cond_mem_around_input = clear_non_cond_mem_around_input
        self.add_all_frames_to_correct_as_cond = add_all_frames_to_correct_as_cond

    @classmethod
    def from_pretrained(cls, model_id: str, **kwargs: Any) -> SAM2VideoPredictor:
        """The predictor with a released checkpoint, by its Hugging Face id."""
        from sam2.build_sam import build_sam2_video_predictor_hf

        return build_sam2_video_predictor_hf(model_id, **kwargs)

    @property
    def tracking_options(self) -> TrackingOptions:
        """The options as they are now."""
        return TrackingOptions(
            fill_hole_area=self.fill_hole_area,
            non_overlap_masks=self.non_overlap_masks,
            clear_non_cond_mem_around_input=self.clear_non_cond_mem_around_input,
            add_all_frames_to_correct_as_cond=self.add_all_frames_to_correct_as_cond,
        )

    @property
    def tracker(self) -> VideoTracker:
        """What does the work."""
        return VideoTracker(self, self.tracking_options)

    def init_state(
        self,
        video_path: Any,
        offload_video_to_cpu: bool = False,
        offload_state_to_cpu: bool = False,
        async_loading_frames: bool = False,
        max_spill_bytes: int = DEFAULT_MAX_BYTES,
    ) -> VideoState:
        """Open a folder of JPEG frames, a video file (path or bytes), a list of uint8 frames or a
        `FrameSource`. Frames are read one by one as they are needed, so this returns at once, and
        `offload_video_to_cpu` and `async_loading_frames` have nothing left to do.

        Memories that tracking has left behind go to a temporary folder, at most `max_spill_bytes` of it;
        only late corrections read them.
        """
        storage_device = torch.device("cpu") if offload_state_to_cpu else None
        return self.tracker.open(
            open_frames(video_path), storage_device=storage_device, max_spill_bytes=max_spill_bytes
        )

    def add_new_points_or_box(
        self,
        inference_state: VideoState,
        frame_idx: int,
        obj_id: ObjectId,
        points: Any = None,
        labels: Any = None,
        clear_old_points: bool = True,
        normalize_coords: bool = True,
        box: Any = None,
    ) -> VideoMasks:
        """Show an object by clicks, a box or both; a new id adds an object.

        Points are in video pixels, or in 0..1 with `normalize_coords=False`. `clear_old_points=False`
        adds to the frame's earlier clicks.
        """
        frames, obj_id = inference_state.frames, parse_object_id(obj_id)
        frame_idx = inference_state.check_frame_idx(frame_idx)
        earlier = inference_state.objects.get(obj_id)
        prompts = merge_clicks(
            earlier.prompts.get(frame_idx) if earlier else None,
            points,
            labels,
            box,
            clear_old_points=clear_old_points,
            scale=(1.0, 1.0) if normalize_coords else (frames.width, frames.height),
        )
        return self._prompt(inference_state, obj_id, frame_idx, prompts)

    def add_new_points(self, *args: Any, **kwargs: Any) -> VideoMasks:
        """The former name of `add_new_points_or_box`."""
        return self.add_new_points_or_box(*args, **kwargs)

    def add_new_mask(
        self, inference_state: VideoState, frame_idx: int, obj_id: ObjectId, mask: Any
    ) -> VideoMasks:
        """Show an object by its mask [H, W] on a frame."""
        prompts = FramePrompts(mask=parse_mask(mask))
        return self._prompt(inference_state, parse_object_id(obj_id), frame_idx, prompts)

    def clear_all_prompts_in_frame(
        self, inference_state: VideoState, frame_idx: int, obj_id: ObjectId, need_output: bool = True
    ) -> VideoMasks | None:
        """Take away an object's prompts on a frame; its mask there stays until tracking goes over it."""
        prediction = self.tracker.clear(inference_state, parse_object_id(obj_id), frame_idx)
        return self._video_masks(inference_state, prediction) if need_output else None

    def reset_state(self, inference_state: VideoState) -> None:
        """Forget all objects and prompts."""
        self.tracker.reset(inference_state)

    def remove_object(
        self, inference_state: VideoState, obj_id: ObjectId, strict: bool = False, need_output: bool = True
    ) -> tuple[list[ObjectId], list[tuple[int, Tensor]]]:
        """Forget an object. Returns the ids that are left, and the masks on the frames where it had
        prompts. With `strict` an unknown id is a UsageError."""
        obj_id = parse_object_id(obj_id)
        if obj_id not in inference_state.objects:
            if strict:
                raise UsageError(
                    f"Cannot remove object id {obj_id} as it doesn't exist. "
                    f"All existing object ids: {inference_state.obj_ids}."
                )
            return inference_state.obj_ids, []
        prompted = self.tracker.remove(inference_state, obj_id)
        updated = []
        if need_output and inference_state.objects:
            for frame_idx in prompted:
                prediction = self.tracker.predictions(inference_state, frame_idx)
                updated.append((frame_idx, self.tracker.video_logits(inference_state, prediction)))
        return inference_state.obj_ids, updated

    def propagate_in_video_preflight(self, inference_state: VideoState) -> None:
        """Take the prompts into memory. `propagate_in_video` does it by itself."""
        self.tracker.check_ready(inference_state)
        self.tracker.commit(inference_state)

    def propagate_in_video(
        self,
        inference_state: VideoState,
        start_frame_idx: int | None = None,
        max_frame_num_to_track: int | None = None,
        reverse: bool = False,
    ) -> Iterator[VideoMasks]:
        """Track all objects from a frame (by default the earliest prompted one) on, frame by frame.

        `max_frame_num_to_track` counts the frames after the first one. Leaving the generator early is
        fine.
        """
        tracker = self.tracker
        for prediction in tracker.propagate(
            inference_state, start_frame_idx, max_frame_num_to_track, reverse
        ):
            yield self._video_masks(inference_state, prediction)

    def _prompt(
        self, state: VideoState, obj_id: ObjectId, frame_idx: int, prompts: FramePrompts
    ) -> VideoMasks:
        return self._video_masks(state, self.tracker.prompt(state, obj_id, frame_idx, prompts))

    def _video_masks(self, state: VideoState, prediction: FramePrediction) -> VideoMasks:
        masks = self.tracker.video_logits(state, prediction)
        return prediction.frame_idx, list(prediction.obj_ids), masks


class SAM2VideoPredictorVOS(SAM2VideoPredictor):
    """The predictor with its parts compiled: slow to start, faster from then on. Needs PyTorch 2.6.

    The image encoder is compiled by the constructor's `compile_image_encoder`. What has prompts is decoded
    without compiled parts: each number of clicks would be compiled anew, for minutes, to save a millisecond.
    """

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        print("Compiling all parts of the model; the first frames take minutes.")
        encoder, attention = self.memory_encoder, self.memory_attention
        prompts, decoder = self.sam_prompt_encoder, self.sam_mask_decoder
        # A bank that fills up has another length on every frame, and objects come and go: only what is seen
        # to vary is kept open. Whole graphs are not insisted on, because PyTorch then fails where it would
        # otherwise run a shape too many as it is.
        encoder.encode = torch.compile(encoder.encode, mode="max-autotune", dynamic=None)
        attention.attend = torch.compile(attention.attend, mode="max-autotune", dynamic=None)
        prompts.forward = torch.compile(prompts.forward, mode="max-autotune", dynamic=None)
        decoder.forward = torch.compile(decoder.forward, mode="max-autotune", dynamic=None)

    # With CUDA graphs a compiled part overwrites what it gave the last time, so results are copied.

    def encode_image(self, images_BCHW: Tensor) -> ImageFeatures:
        features = super().encode_image(images_BCHW)
        return ImageFeatures(features.embed_BCHW.clone(), tuple(level.clone() for level in features.high_res))

    def condition(self, features: ImageFeatures, memory: MemoryTokens | None) -> Tensor:
        embed_BCHW = features.embed_BCHW
        self.memory_attention.keep_turns(embed_BCHW.shape[2] * embed_BCHW.shape[3], embed_BCHW.device)
        return super().condition(features, memory).clone()

    def decode(
        self, pix_feat: Tensor, high_res: tuple[Tensor, ...], prompts: Prompts, multimask: bool
    ) -> MaskPrediction:
        if prompts.points_BN2 is not None or prompts.mask_logits_B1HW is not None:
            with torch.compiler.set_stance("force_eager"):
                return super().decode(pix_feat, high_res, prompts, multimask)
        prediction = super().decode(pix_feat, high_res, prompts, multimask)
        return MaskPrediction(*(tensor.clone() for tensor in vars(prediction).values()))

    def encode_memory(self, *args: Any, **kwargs: Any) -> Tensor:
        return super().encode_memory(*args, **kwargs).clone()
