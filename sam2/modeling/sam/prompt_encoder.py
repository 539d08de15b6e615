"""Clicks, boxes and masks to embeddings for the mask decoder."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from sam2.modeling.derived import DerivedTensors
from sam2.modeling.position_encoding import PositionEmbeddingRandom
from sam2.modeling.sam2_utils import LayerNorm2d

NUM_POINT_LABELS = 4
"""0 exclude, 1 include, 2 a box's top left corner, 3 its bottom right corner."""


class PromptEncoder(nn.Module):
    """Sparse embeddings [B, N, C] for points and boxes, dense ones [B, C, h, w] for masks."""

    def __init__(
        self,
        embed_dim: int,
        image_embedding_size: tuple[int, int],
        input_image_size: tuple[int, int],
        mask_in_chans: int,
        activation: Callable[[], nn.Module] = nn.GELU,
    ) -> None:
        super().__init__()
        self.embed_dim = embed_dim
        self.input_image_size = tuple(input_image_size)
        self.image_embedding_size = tuple(image_embedding_size)
        self.pe_layer = PositionEmbeddingRandom(embed_dim // 2)
        self.num_point_embeddings = NUM_POINT_LABELS
        self.point_embeddings = nn.ModuleList(nn.Embedding(1, embed_dim) for _ in range(NUM_POINT_LABELS))
        self.not_a_point_embed = nn.Embedding(1, embed_dim)
        self.mask_input_size = (4 * self.image_embedding_size[0], 4 * self.image_embedding_size[1])
        self.mask_downscaling = nn.Sequential(
            nn.Conv2d(1, mask_in_chans // 4, kernel_size=2, stride=2),
            LayerNorm2d(mask_in_chans // 4),
            activation(),
            nn.Conv2d(mask_in_chans // 4, mask_in_chans, kernel_size=2, stride=2),
            LayerNorm2d(mask_in_chans),
            activation(),
            nn.Conv2d(mask_in_chans, embed_dim, kernel_size=1),
        )
        self.no_mask_embed = nn.Embedding(1, embed_dim)
        self._derived = DerivedTensors()

    def get_dense_pe(self) -> Tensor:
        """The encoding of every place of the image embedding: [1, C, h, w], computed once."""
        weights = (self.pe_layer.positional_encoding_gaussian_matrix,)
        return self._derived.get("dense", weights, lambda: self.pe_layer(self.image_embedding_size)[None])

    def _embed_points(self, points_BN2: Tensor, labels_BN: Tensor, pad: bool) -> Tensor:
        """Points in pixels of the model's input; label -1 marks a place-holder."""
        points_BN2 = points_BN2 + 0.5  # to the centre of the pixel
        if pad:
            batch = points_BN2.shape[0]
            points_BN2 = torch.cat([points_BN2, points_BN2.new_zeros(batch, 1, 2)], dim=1)
            labels_BN = torch.cat([labels_BN, labels_BN.new_full((batch, 1), -1)], dim=1)
        where_BNC = self.pe_layer.forward_with_coords(points_BN2, self.input_image_size)
        labels_BN1 = labels_BN.unsqueeze(-1)
        embedded = torch.where(labels_BN1 == -1, self.not_a_point_embed.weight, where_BNC)
        for label, embedding in enumerate(self.point_embeddings):
            embedded = torch.where(labels_BN1 == label, embedded + embedding.weight, embedded)
        return embedded

    def _embed_boxes(self, boxes: Tensor) -> Tensor:
        """Boxes [B, 4] (x0, y0, x1, y1) in pixels of the model's input: [B, 2, C]."""
        corners = self.pe_layer.forward_with_coords(boxes.reshape(-1, 2, 2) + 0.5, self.input_image_size)
        labels = torch.cat([self.point_embeddings[2].weight, self.point_embeddings[3].weight])
        return corners + labels

    def _embed_masks(self, masks_B1HW: Tensor) -> Tensor:
        return self.mask_downscaling(masks_B1HW)

    def embed_no_mask(self, batch: int) -> Tensor:
        """The dense embedding of "no mask": a [batch, C, h, w] view of C numbers."""
        return self.no_mask_embed.weight.reshape(1, -1, 1, 1).expand(batch, -1, *self.image_embedding_size)

    def forward(
        self,
        points: tuple[Tensor, Tensor] | None,
        boxes: Tensor | None,
        masks: Tensor | None,
    ) -> tuple[Tensor, Tensor]:
        """Points ([B, N, 2], labels [B, N]), boxes [B, 4] and mask logits [B, 1, 4h, 4w] to the sparse
        embedding [B, tokens, C] and the dense one [B, C, h, w]. Points without a box get a
        place-holder point, as in SAM."""
        weight = self.no_mask_embed.weight
        coords = None if points is None else points[0]
        given = [part for part in (coords, boxes, masks) if part is not None]
        batch = given[0].shape[0] if given else 1
        tokens = []
        if points is not None:
            tokens.append(self._embed_points(*points, pad=boxes is None))
        if boxes is not None:
            tokens.append(self._embed_boxes(boxes))
        sparse = torch.cat(tokens, dim=1) if tokens else weight.new_empty(batch, 0, self.embed_dim)
        dense = self.embed_no_mask(batch) if masks is None else self._embed_masks(masks)
        return sparse, dense
