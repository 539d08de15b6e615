"""SAM 2 as it is trained: snippets in, every prediction of every step out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from sam2.modeling.prompt_sampling import sample_box_points
from sam2.modeling.sam2_base import MASK_PROMPT_BIAS, MASK_PROMPT_SCALE, SAM2Base
from sam2.modeling.types import ImageFeatures, MaskPrediction, MemoryTokens, Prompts
from sam2.tracking.selection import BankRules, select
from sam2.training.batch import VideoBatch
from sam2.training.prompting import PromptPlan, PromptRules, draw_plan, sample_click

PROMPT_SEED = 42
"""Every process of a distributed run draws the same plans, so that all do the same work."""


@dataclass(frozen=True)
class FrameOutput:
    """All predictions of one frame: the first, then one after each correction click."""

    steps: tuple[MaskPrediction, ...]
    clicked: bool = False
    """Whether clicks or a box had a part in the last one."""
    shown_O1HW: Tensor | None = None
    """The mask that was the prompt, as logits."""

    @property
    def final(self) -> MaskPrediction:
        return self.steps[-1]


@dataclass(frozen=True)
class Remembered:
    """What later frames look at."""

    maskmem_OCHW: Tensor
    pointer_OC: Tensor


class SAM2Train(SAM2Base):
    """Constructor arguments are the official ones; see `PromptRules` for what they mean."""

    def __init__(
        self,
        image_encoder: torch.nn.Module,
        memory_attention: torch.nn.Module | None = None,
        memory_encoder: torch.nn.Module | None = None,
        prob_to_use_pt_input_for_train: float = 0.0,
        prob_to_use_pt_input_for_eval: float = 0.0,
        prob_to_use_box_input_for_train: float = 0.0,
        prob_to_use_box_input_for_eval: float = 0.0,
        num_frames_to_correct_for_train: int = 1,
        num_frames_to_correct_for_eval: int = 1,
        rand_frames_to_correct_for_train: bool = False,
        rand_frames_to_correct_for_eval: bool = False,
        num_init_cond_frames_for_train: int = 1,
        num_init_cond_frames_for_eval: int = 1,
        rand_init_cond_frames_for_train: bool = True,
        rand_init_cond_frames_for_eval: bool = False,
        add_all_frames_to_correct_as_cond: bool = False,
        num_correction_pt_per_frame: int = 7,
        pt_sampling_for_eval: str = "center",
        prob_to_sample_from_gt_for_train: float = 0.0,
        use_act_ckpt_iterative_pt_sampling: bool = False,
        forward_backbone_per_frame_for_eval: bool = False,
        freeze_image_encoder: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(image_encoder, memory_attention, memory_encoder, **kwargs)
        if pt_sampling_for_eval not in ("center", "uniform"):
            raise ValueError(f"pt_sampling_for_eval is {pt_sampling_for_eval!r}; use center or uniform")
        self.rules_for_train = PromptRules(
            prob_points=prob_to_use_pt_input_for_train,
            prob_box=prob_to_use_box_input_for_train,
            prob_from_truth=prob_to_sample_from_gt_for_train,
            frames_to_correct=num_frames_to_correct_for_train,
            random_frames_to_correct=rand_frames_to_correct_for_train,
            init_frames=num_init_cond_frames_for_train,
            random_init_frames=rand_init_cond_frames_for_train,
            clicks=num_correction_pt_per_frame,
        )
        self.rules_for_eval = PromptRules(
            prob_points=prob_to_use_pt_input_for_eval,
            prob_box=prob_to_use_box_input_for_eval,
            frames_to_correct=num_frames_to_correct_for_eval,
            random_frames_to_correct=rand_frames_to_correct_for_eval,
            init_frames=num_init_cond_frames_for_eval,
            random_init_frames=rand_init_cond_frames_for_eval,
            clicks=num_correction_pt_per_frame,
            click_at_centre=pt_sampling_for_eval == "center",
        )
        for stage, rules in (("train", self.rules_for_train), ("eval", self.rules_for_eval)):
            if rules.prob_points > 0 and rules.frames_to_correct < rules.init_frames:
                raise ValueError(
                    f"num_frames_to_correct_for_{stage} is {rules.frames_to_correct}, fewer than "
                    f"num_init_cond_frames_for_{stage}, {rules.init_frames}: with clicks every initial "
                    "frame is corrected"
                )
        self.add_all_frames_to_correct_as_cond = add_all_frames_to_correct_as_cond
        self.use_act_ckpt_iterative_pt_sampling = use_act_ckpt_iterative_pt_sampling
        self.forward_backbone_per_frame_for_eval = forward_backbone_per_frame_for_eval
        self.rng = np.random.default_rng(PROMPT_SEED)
        if freeze_image_encoder:
            self.image_encoder.requires_grad_(False)

    @property
    def prompt_rules(self) -> PromptRules:
        return self.rules_for_train if self.training else self.rules_for_eval

    def forward(self, batch: VideoBatch) -> list[FrameOutput]:
        """The outputs of frames 0..T-1."""
        plan = draw_plan(self.prompt_rules, batch.num_frames, self.rng)
        features = self._encoder(batch)
        outputs: dict[int, FrameOutput] = {}
        conditioning: dict[int, Remembered] = {}
        tracked: dict[int, Remembered] = {}
        for t in plan.order(batch.num_frames):
            of_objects = features(t)
            memory = None
            if t not in plan.init_frames:
                memory = self._memory(t, batch.num_frames, conditioning, tracked)
            outputs[t] = self._on_frame(t, of_objects, batch, plan, memory)
            kept = self._remember(of_objects, outputs[t])
            corrected = self.add_all_frames_to_correct_as_cond and t in plan.corrected
            (conditioning if t in plan.init_frames or corrected else tracked)[t] = kept
        return [outputs[t] for t in range(batch.num_frames)]

    # ---- one frame --------------------------------------------------------------------------------

    def _on_frame(
        self,
        t: int,
        features: ImageFeatures,
        batch: VideoBatch,
        plan: PromptPlan,
        memory: MemoryTokens | None,
    ) -> FrameOutput:
        truth = batch.masks_TOHW[t][:, None]
        is_init = t in plan.init_frames
        if is_init and not plan.use_points:
            shown = truth.float() * MASK_PROMPT_SCALE + MASK_PROMPT_BIAS
            return FrameOutput((self._show_mask(features, truth),), shown_O1HW=shown)
        prompts = Prompts()
        if is_init:
            drawn = sample_box_points(truth) if t in plan.box_frames else self._first_click(truth)
            prompts = Prompts(*drawn)
        pix_feat = self.condition(features, memory)
        steps = [self._decode(pix_feat, features, prompts, is_init)]
        if t in plan.corrected:
            for _ in range(self.prompt_rules.clicks):
                prompts = self._with_click(prompts, steps[-1], truth)
                steps.append(self._decode(pix_feat, features, prompts, is_init))
        return FrameOutput(tuple(steps), clicked=prompts.points_BN2 is not None)

    def _show_mask(self, features: ImageFeatures, truth_O1HW: Tensor) -> MaskPrediction:
        if self.use_mask_input_as_output_without_sam:
            return self.use_mask_as_output(features, truth_O1HW.float())
        pix_feat = self.condition(features, None)
        return self._decode(pix_feat, features, Prompts(mask_logits_B1HW=truth_O1HW.float()), is_init=True)

    def _first_click(self, truth_O1HW: Tensor) -> tuple[Tensor, Tensor]:
        return sample_click(truth_O1HW, None, self.prompt_rules.click_at_centre)

    def _with_click(self, prompts: Prompts, before: MaskPrediction, truth_O1HW: Tensor) -> Prompts:
        """One more click where the mask is wrong, and the mask itself."""
        rules = self.prompt_rules
        from_truth = rules.prob_from_truth > 0 and self.rng.random() < rules.prob_from_truth
        found = None if from_truth else self.resize_to_model(before.low_res_logits_B1HW) > 0
        points, labels = sample_click(truth_O1HW, found, rules.click_at_centre)
        if prompts.points_BN2 is not None:
            points = torch.cat([prompts.points_BN2, points], dim=1)
            labels = torch.cat([prompts.labels_BN, labels], dim=1)
        return Prompts(points, labels, before.low_res_logits_B1HW)

    def _decode(
        self, pix_feat: Tensor, features: ImageFeatures, prompts: Prompts, is_init: bool
    ) -> MaskPrediction:
        multimask = self.use_multimask(is_init, prompts.num_points)
        is_correction = prompts.mask_logits_B1HW is not None
        if self.use_act_ckpt_iterative_pt_sampling and self.training and is_correction:
            return checkpoint(
                self.decode, pix_feat, features.high_res, prompts, multimask, use_reentrant=False
            )
        return self.decode(pix_feat, features.high_res, prompts, multimask)

    # ---- what frames share ------------------------------------------------------------------------

    def _encoder(self, batch: VideoBatch):
        """A function from t to the features of frame t, a row for each object."""
        if not self.training and self.forward_backbone_per_frame_for_eval:
            return lambda t: _rows(self.encode_image(batch.images_TVCHW[t]), batch.video_O)
        num_videos = batch.images_TVCHW.shape[1]
        every = self.encode_image(batch.images_TVCHW.flatten(0, 1))
        return lambda t: _rows(every, t * num_videos + batch.video_O)

    def _memory(
        self, t: int, num_frames: int, conditioning: dict[int, Remembered], tracked: dict[int, Remembered]
    ) -> MemoryTokens:
        """While training every conditioning frame's pointer is looked at, those of later frames too, and
        memories are those of neighbours."""
        rules = BankRules(
            num_maskmem=self.num_maskmem,
            max_cond_frames_in_attn=self.max_cond_frames_in_attn,
            stride=1 if self.training else self.memory_temporal_stride_for_eval,
            max_obj_ptrs=self.max_obj_ptrs_in_encoder,
            use_obj_ptrs=self.use_obj_ptrs_in_encoder,
            only_past_obj_ptrs=not self.training and self.only_obj_ptrs_in_the_past_for_eval,
        )
        chosen = select(rules, conditioning, tracked, frame_idx=t, num_frames=num_frames, reverse=False)
        known = {**tracked, **conditioning}
        device = self.device
        maskmem = torch.stack([known[frame].maskmem_OCHW for frame, _ in chosen.memories], dim=1)
        num_objects = maskmem.shape[0]
        slots = torch.tensor([slot for _, slot in chosen.memories], device=device).expand(num_objects, -1)
        tokens = MemoryTokens(maskmem, slots)
        if not chosen.pointers:
            return tokens
        times = torch.tensor([past for _, past in chosen.pointers], device=device) / chosen.pointer_span
        return replace(
            tokens,
            obj_ptrs_BPC=torch.stack([known[frame].pointer_OC for frame, _ in chosen.pointers], dim=1),
            ptr_times_norm_BP=times.expand(num_objects, -1),
        )

    def _remember(self, features: ImageFeatures, output: FrameOutput) -> Remembered:
        final = output.final
        logits = final.low_res_logits_B1HW if output.shown_O1HW is None else output.shown_O1HW
        maskmem = self.encode_memory(
            features, logits, final.object_score_logits_B1, is_mask_from_pts=output.clicked
        )
        return Remembered(maskmem, final.obj_ptr_BC)


def _rows(features: ImageFeatures, rows_O: Tensor) -> ImageFeatures:
    return ImageFeatures(
        features.embed_BCHW.index_select(0, rows_O),
        tuple(level.index_select(0, rows_O) for level in features.high_res),
    )
