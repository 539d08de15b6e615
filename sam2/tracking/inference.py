"""The network at work on a frame: features, memories and prompts in, one `FrameMemory` for each object out.

What is done with those is `tracker`'s business.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from sam2.modeling.sam2_base import SAM2Base
from sam2.modeling.types import NO_OBJ_SCORE, ImageFeatures, MaskPrediction, MemoryTokens, Prompts
from sam2.tracking.edge import mask_to_model, normalise, points_to_model
from sam2.tracking.memory import FrameMemory, MemoryBank
from sam2.tracking.prompts import FramePrompts, MaskPrompt
from sam2.tracking.selection import BankRules, BankSelection
from sam2.tracking.state import TrackedObject, VideoState
from sam2.utils.holes import fill_holes

MAX_PREV_LOGIT = 32.0
"""Earlier mask logits are clamped to this before they go into the decoder again."""

ABSENT_SCORE = 10.0
"""Object score of an object that was left out: the mask decides, not the score."""
MAX_BATCH_ON_CPU, MAX_BATCH = 8, 64
"""Objects in one pass: about 0.1 GB of activations each at 1024 pixels. A CPU gains nothing from more."""


@dataclass(frozen=True)
class FrameInference:
    """Runs the model for a `VideoState`. Changes nothing in it but the cached features."""

    model: SAM2Base
    rules: BankRules
    fill_hole_area: int

    def prompted(
        self, state: VideoState, obj: TrackedObject, frame_idx: int, prompts: FramePrompts, is_init: bool
    ) -> FrameMemory:
        """An object's mask from its prompts, without spatial memory yet. `is_init`: look at no memory."""
        return self._to_memories(state, self._prompted(state, obj, frame_idx, prompts, is_init), None)[0]

    def committed(self, state: VideoState, frame_idx: int, prompted: list[FrameMemory]) -> list[FrameMemory]:
        """Prompted masks of one frame with their spatial memories, made from what the user saw."""
        maskmem = self.model.encode_memory(
            self._encode(state, frame_idx),
            torch.stack([memory.low_res_logits_1HW for memory in prompted]).to(state.device),
            torch.stack([memory.object_score_logit_1 for memory in prompted]).to(state.device),
            is_mask_from_pts=True,
        ).to(state.storage_device)
        return [replace(memory, maskmem_CHW=maskmem[row].clone()) for row, memory in enumerate(prompted)]

    def tracked(
        self, state: VideoState, objects: list[TrackedObject], frame_idx: int, reverse: bool
    ) -> list[tuple[TrackedObject, FrameMemory]]:
        """Masks and memories of objects on a frame, from what is remembered of them."""
        features = self._encode(state, frame_idx)
        state.reader.expect(frame_idx + (-1 if reverse else 1))
        found = []
        for batch, selections in self._batches(state, objects, frame_idx, reverse):
            pix_feat = self.model.condition(features, self._tokens(state, batch, selections))
            multimask = self.model.use_multimask(is_init_cond_frame=False, num_points=0)
            prediction = self.model.decode(pix_feat, features.high_res, Prompts(), multimask)
            found += zip(batch, self._remembered(state, features, prediction), strict=True)
        return found

    def from_mask(self, state: VideoState, frame_idx: int, mask: MaskPrompt) -> FrameMemory:
        """A mask as if tracking had found it."""
        features = self._encode(state, frame_idx)
        pixels = mask_to_model(mask, self.model.image_size, state.device)
        return self._remembered(state, features, self.model.use_mask_as_output(features, pixels))[0]

    def absent(self, state: VideoState, frame_idx: int) -> FrameMemory:
        """An object that a person left out of a frame, as the former predictor remembers it: an empty mask
        that is certain (score 10), without spatial memory yet."""
        side = self.model.image_size
        empty = torch.zeros(1, 1, side, side, device=state.device)
        memory = self._to_memories(
            state, self.model.use_mask_as_output(self._encode(state, frame_idx), empty), None
        )[0]
        return replace(
            memory,
            low_res_logits_1HW=torch.full_like(memory.low_res_logits_1HW, NO_OBJ_SCORE),
            object_score_logit_1=torch.full_like(memory.object_score_logit_1, ABSENT_SCORE),
        )

    def _encode(self, state: VideoState, frame_idx: int) -> ImageFeatures:
        if state.encoded is None or state.encoded[0] != frame_idx:
            image = normalise(state.reader.read(frame_idx), state.device)
            state.encoded = None  # let go of the old features before the new ones need the room
            state.encoded = (frame_idx, self.model.encode_image(image))
        return state.encoded[1]

    def _prompted(
        self, state: VideoState, obj: TrackedObject, frame_idx: int, prompts: FramePrompts, is_init: bool
    ) -> MaskPrediction:
        features = self._encode(state, frame_idx)
        if prompts.mask is not None and self.model.use_mask_input_as_output_without_sam:
            mask = mask_to_model(prompts.mask, self.model.image_size, state.device)
            return self.model.use_mask_as_output(features, mask)
        memory = None
        if not is_init:
            selection = self._select(state, obj.bank, frame_idx, obj.visited[frame_idx])
            memory = self._tokens(state, [obj], [selection])
        pix_feat = self.model.condition(features, memory)
        model_prompts = self._model_prompts(state, obj.on_frame(frame_idx), prompts)
        multimask = self.model.use_multimask(is_init, model_prompts.num_points)
        return self.model.decode(pix_feat, features.high_res, model_prompts, multimask)

    def _model_prompts(
        self, state: VideoState, previous: FrameMemory | None, prompts: FramePrompts
    ) -> Prompts:
        """Clicks always go in with the mask that the frame has already, even if they replace its clicks."""
        if prompts.mask is not None:
            mask = mask_to_model(prompts.mask, self.model.image_size, state.device)
            return Prompts(mask_logits_B1HW=mask)
        points, labels = points_to_model(prompts, state.frames, self.model.image_size, state.device)
        if previous is None:
            return Prompts(points, labels)
        logits = previous.low_res_logits_1HW[None].to(state.device)
        return Prompts(points, labels, logits.clamp(-MAX_PREV_LOGIT, MAX_PREV_LOGIT))

    def _select(self, state: VideoState, bank: MemoryBank, frame_idx: int, reverse: bool) -> BankSelection:
        return bank.select(self.rules, frame_idx=frame_idx, num_frames=state.num_frames, reverse=reverse)

    def _batches(
        self, state: VideoState, objects: list[TrackedObject], frame_idx: int, reverse: bool
    ) -> Iterator[tuple[list[TrackedObject], list[BankSelection]]]:
        """Objects that look at equally many tokens, together, as far as activations are to fit."""
        limit = MAX_BATCH_ON_CPU if state.device.type == "cpu" else MAX_BATCH
        groups = defaultdict(list)
        for obj in objects:
            selection = self._select(state, obj.bank, frame_idx, reverse)
            groups[selection.num_tokens].append((obj, selection))
        for group in groups.values():
            for first in range(0, len(group), limit):
                batch, selections = zip(*group[first : first + limit], strict=True)
                yield list(batch), list(selections)

    def _tokens(
        self, state: VideoState, objects: list[TrackedObject], selections: list[BankSelection]
    ) -> MemoryTokens:
        maskmem, pointers = [], []
        for obj, selection in zip(objects, selections, strict=True):
            maskmem.append(torch.stack([obj.bank.get(t).maskmem_CHW for t, _ in selection.memories]))
            pointers.append([obj.bank.get(t).obj_ptr_C for t, _ in selection.pointers])
        slots = torch.tensor([[slot for _, slot in selection.memories] for selection in selections])
        # Without waiting for the device.
        slots = slots.to(state.device, non_blocking=True)
        tokens = MemoryTokens(torch.stack(maskmem).to(state.device), slots)
        if not pointers[0]:
            return tokens
        span = selections[0].pointer_span
        times = torch.tensor([[past for _, past in selection.pointers] for selection in selections]) / span
        return replace(
            tokens,
            obj_ptrs_BPC=torch.stack([torch.stack(of_one) for of_one in pointers]).to(state.device),
            ptr_times_norm_BP=times.to(state.device, non_blocking=True),
        )

    def _remembered(
        self, state: VideoState, features: ImageFeatures, prediction: MaskPrediction
    ) -> list[FrameMemory]:
        maskmem = self.model.encode_memory(
            features,
            prediction.low_res_logits_B1HW,
            prediction.object_score_logits_B1,
            is_mask_from_pts=False,
        )
        return self._to_memories(state, prediction, maskmem)

    def _to_memories(
        self, state: VideoState, prediction: MaskPrediction, maskmem_BCHW: Tensor | None
    ) -> list[FrameMemory]:
        """One memory for each object. Holes are filled in the mask that is kept, not in its memory."""
        logits = fill_holes(prediction.low_res_logits_B1HW, self.fill_hole_area)
        device, memories = state.storage_device, []
        for row in range(logits.shape[0]):
            # Copies, so that keeping one object's memory does not keep the whole batch.
            memories.append(
                FrameMemory(
                    low_res_logits_1HW=logits[row].to(device, copy=True),
                    object_score_logit_1=prediction.object_score_logits_B1[row].to(device, copy=True),
                    predicted_iou_1=prediction.ious_B[row : row + 1].to(device, copy=True),
                    obj_ptr_C=prediction.obj_ptr_BC[row].to(device, copy=True),
                    maskmem_CHW=None if maskmem_BCHW is None else maskmem_BCHW[row].to(device, copy=True),
                )
            )
        return memories
