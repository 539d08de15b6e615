"""The mask decoder: image and prompt embeddings to masks, their quality, and whether the object is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from sam2.modeling.sam2_utils import MLP, LayerNorm2d


class DecoderOutput(NamedTuple):
    """All candidates of the decoder, B objects and K = 1 + num_multimask_outputs masks each, in the order in
    which the official method returns them."""

    masks_BKHW: Tensor
    """[B, K, 4h, 4w] logits. Mask 0 is the single-mask answer, the rest are the alternatives."""
    ious_BK: Tensor
    mask_tokens_BKC: Tensor
    object_score_logits_B1: Tensor


def _add(own: Tensor, other: Tensor) -> Tensor:
    """The sum; in place where no gradients flow, for these are the decoder's largest maps."""
    if torch.is_grad_enabled() or own.dtype != other.dtype:
        return own + other
    return own.add_(other)


class MaskDecoder(nn.Module):
    """A two-way transformer over [object score], IoU and mask tokens and the prompt's tokens."""

    def __init__(
        self,
        *,
        transformer_dim: int,
        transformer: nn.Module,
        num_multimask_outputs: int = 3,
        activation: Callable[[], nn.Module] = nn.GELU,
        iou_head_depth: int = 3,
        iou_head_hidden_dim: int = 256,
        use_high_res_features: bool = False,
        iou_prediction_use_sigmoid: bool = False,
        dynamic_multimask_via_stability: bool = False,
        dynamic_multimask_stability_delta: float = 0.05,
        dynamic_multimask_stability_thresh: float = 0.98,
        pred_obj_scores: bool = False,
        pred_obj_scores_mlp: bool = False,
        use_multimask_token_for_obj_ptr: bool = False,
    ) -> None:
        super().__init__()
        dim = transformer_dim
        self.transformer_dim = dim
        self.transformer = transformer
        self.num_multimask_outputs = num_multimask_outputs
        self.num_mask_tokens = num_multimask_outputs + 1
        self.iou_token = nn.Embedding(1, dim)
        self.mask_tokens = nn.Embedding(self.num_mask_tokens, dim)
        self.pred_obj_scores = pred_obj_scores
        self.use_multimask_token_for_obj_ptr = use_multimask_token_for_obj_ptr
        if pred_obj_scores:
            self.obj_score_token = nn.Embedding(1, dim)
            self.pred_obj_score_head = MLP(dim, dim, 1, 3) if pred_obj_scores_mlp else nn.Linear(dim, 1)
        self.output_upscaling = nn.Sequential(
            nn.ConvTranspose2d(dim, dim // 4, kernel_size=2, stride=2),
            LayerNorm2d(dim // 4),
            activation(),
            nn.ConvTranspose2d(dim // 4, dim // 8, kernel_size=2, stride=2),
            activation(),
        )
        self.use_high_res_features = use_high_res_features
        if use_high_res_features:
            self.conv_s0 = nn.Conv2d(dim, dim // 8, kernel_size=1)
            self.conv_s1 = nn.Conv2d(dim, dim // 4, kernel_size=1)
        self.output_hypernetworks_mlps = nn.ModuleList(
            MLP(dim, dim, dim // 8, 3) for _ in range(self.num_mask_tokens)
        )
        self.iou_prediction_head = MLP(
            dim,
            iou_head_hidden_dim,
            self.num_mask_tokens,
            iou_head_depth,
            sigmoid_output=iou_prediction_use_sigmoid,
        )
        self.dynamic_multimask_via_stability = dynamic_multimask_via_stability
        self.dynamic_multimask_stability_delta = dynamic_multimask_stability_delta
        self.dynamic_multimask_stability_thresh = dynamic_multimask_stability_thresh

    def forward(
        self,
        image_embeddings: Tensor,
        image_pe: Tensor,
        sparse_prompt_embeddings: Tensor,
        dense_prompt_embeddings: Tensor,
        multimask_output: bool,
        repeat_image: bool,
        high_res_features: Sequence[Tensor] | None = None,
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Masks [B, M, 4h, 4w], IoUs [B, M], the tokens to make object pointers of [B, 1 or M, C] and
        object scores [B, 1]; M is `num_multimask_outputs` with `multimask_output`, else 1.
        `repeat_image`: one image serves every prompt of the batch."""
        output = self.predict_masks(
            image_embeddings=image_embeddings,
            image_pe=image_pe,
            sparse_prompt_embeddings=sparse_prompt_embeddings,
            dense_prompt_embeddings=dense_prompt_embeddings,
            repeat_image=repeat_image,
            high_res_features=high_res_features,
        )
        masks, ious = output.masks_BKHW, output.ious_BK
        if multimask_output:
            masks, ious = masks[:, 1:], ious[:, 1:]
        elif self.dynamic_multimask_via_stability and not self.training:
            masks, ious = self._dynamic_multimask_via_stability(masks, ious)
        else:
            masks, ious = masks[:, :1], ious[:, :1]
        from_multimask = multimask_output and self.use_multimask_token_for_obj_ptr
        tokens = output.mask_tokens_BKC[:, 1:] if from_multimask else output.mask_tokens_BKC[:, :1]
        return masks, ious, tokens, output.object_score_logits_B1

    def predict_masks(
        self,
        image_embeddings: Tensor,
        image_pe: Tensor,
        sparse_prompt_embeddings: Tensor,
        dense_prompt_embeddings: Tensor,
        repeat_image: bool,
        high_res_features: Sequence[Tensor] | None = None,
    ) -> DecoderOutput:
        """Every candidate mask; see `forward` for the arguments."""
        batch = sparse_prompt_embeddings.shape[0]
        if not repeat_image and image_embeddings.shape[0] != batch:
            raise ValueError(
                f"{image_embeddings.shape[0]} image embeddings do not match {batch} prompts; "
                "pass repeat_image=True to use one image for all"
            )
        own_tokens = [self.iou_token.weight, self.mask_tokens.weight]
        if self.pred_obj_scores:
            own_tokens.insert(0, self.obj_score_token.weight)
        own_tokens = torch.cat(own_tokens).expand(batch, -1, -1)
        tokens = torch.cat([own_tokens, sparse_prompt_embeddings], dim=1)

        if dense_prompt_embeddings.stride(0) == 0:
            # The same for every prompt ("no mask"), so the image needs no copy for each of them.
            dense_prompt_embeddings = dense_prompt_embeddings[:1]
        src = image_embeddings + dense_prompt_embeddings
        height, width = src.shape[-2:]
        tokens, src = self.transformer(src, image_pe, tokens)
        first = 1 if self.pred_obj_scores else 0
        mask_tokens = tokens[:, first + 1 : first + 1 + self.num_mask_tokens]
        if self.pred_obj_scores:
            object_scores = self.pred_obj_score_head(tokens[:, 0])
        else:
            # Models without a score head take every object as present (sigmoid(10) is nearly 1).
            object_scores = 10.0 * tokens.new_ones(batch, 1)

        upscaled = self._upscale(src.transpose(1, 2).unflatten(2, (height, width)), high_res_features)
        mixing = torch.stack(
            [mlp(mask_tokens[:, index]) for index, mlp in enumerate(self.output_hypernetworks_mlps)], dim=1
        )
        masks = (mixing @ upscaled.flatten(2)).unflatten(2, upscaled.shape[-2:])
        return DecoderOutput(masks, self.iou_prediction_head(tokens[:, first]), mask_tokens, object_scores)

    def _upscale(self, src_BCHW: Tensor, high_res_features: Sequence[Tensor] | None) -> Tensor:
        """[B, C, h, w] to [B, C / 8, 4h, 4w], adding the image's finer features where the model has them."""
        if not self.use_high_res_features:
            return self.output_upscaling(src_BCHW)
        up1, norm1, act1, up2, act2 = self.output_upscaling
        finest, fine = high_res_features
        upscaled = act1(norm1(_add(up1(src_BCHW), fine)))
        return act2(_add(up2(upscaled), finest))

    def _get_stability_scores(self, mask_logits: Tensor) -> Tensor:
        """IoU between the mask thresholded a little above and a little below 0: [..., H, W] to [...]."""
        logits = mask_logits.flatten(-2)
        delta = self.dynamic_multimask_stability_delta
        area_inside = (logits > delta).sum(dim=-1).float()
        area_around = (logits > -delta).sum(dim=-1).float()
        return torch.where(area_around > 0, area_inside / area_around, 1.0)

    def _dynamic_multimask_via_stability(self, masks: Tensor, ious: Tensor) -> tuple[Tensor, Tensor]:
        """The single mask where it is stable, else the best alternative by predicted IoU."""
        rows = torch.arange(masks.shape[0], device=masks.device)
        best = 1 + ious[:, 1:].argmax(dim=-1)
        stable = self._get_stability_scores(masks[:, 0]) >= self.dynamic_multimask_stability_thresh
        chosen = torch.where(stable, torch.zeros_like(best), best)
        return masks[rows, chosen].unsqueeze(1), ious[rows, chosen].unsqueeze(1)
