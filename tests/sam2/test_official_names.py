"""Every public name of the official package is at its import path; its helpers give what they give there."""

from __future__ import annotations

import importlib

import numpy as np
import pytest
import torch
from PIL import Image

from sam2.modeling import position_encoding, sam2_utils
from sam2.modeling.sam2_utils import (
    get_next_point,
    sample_box_points,
    sample_one_point_from_error_center,
    sample_random_points_from_errors,
    select_closest_cond_frames,
)
from sam2.utils.misc import _load_img_as_tensor
from tests.sam2.sharp_weights import build_sharp

NAMES = {
    "sam2.build_sam": "build_sam2 build_sam2_video_predictor build_sam2_hf build_sam2_video_predictor_hf "
    "_hf_download _load_checkpoint HF_MODEL_ID_TO_FILENAMES",
    "sam2.sam2_image_predictor": "SAM2ImagePredictor",
    "sam2.automatic_mask_generator": "SAM2AutomaticMaskGenerator",
    "sam2.sam2_video_predictor": "SAM2VideoPredictor SAM2VideoPredictorVOS",
    "sam2.sam2_video_predictor_legacy": "SAM2VideoPredictor",
    "sam2.utils.amg": "MaskData is_box_near_crop_edge box_xyxy_to_xywh batch_iterator mask_to_rle_pytorch "
    "rle_to_mask area_from_rle calculate_stability_score build_point_grid build_all_layer_point_grids "
    "generate_crop_boxes uncrop_boxes_xyxy uncrop_points uncrop_masks remove_small_regions coco_encode_rle "
    "batched_mask_to_box",
    "sam2.utils.misc": "get_sdpa_settings get_connected_components mask_to_box _load_img_as_tensor "
    "AsyncVideoFrameLoader load_video_frames load_video_frames_from_jpg_images "
    "load_video_frames_from_video_file fill_holes_in_mask_scores concat_points",
    "sam2.utils.transforms": "SAM2Transforms",
    "sam2.modeling.sam2_base": "SAM2Base NO_OBJ_SCORE",
    "sam2.modeling.sam2_utils": "select_closest_cond_frames get_1d_sine_pe get_activation_fn get_clones "
    "DropPath MLP LayerNorm2d sample_box_points sample_random_points_from_errors "
    "sample_one_point_from_error_center get_next_point",
    "sam2.modeling.memory_attention": "MemoryAttention MemoryAttentionLayer",
    "sam2.modeling.memory_encoder": "MaskDownSampler CXBlock Fuser MemoryEncoder",
    "sam2.modeling.position_encoding": "PositionEmbeddingSine PositionEmbeddingRandom init_t_xy "
    "compute_axial_cis reshape_for_broadcast apply_rotary_enc",
    "sam2.modeling.backbones.hieradet": "Hiera MultiScaleBlock MultiScaleAttention do_pool",
    "sam2.modeling.backbones.image_encoder": "ImageEncoder FpnNeck",
    "sam2.modeling.backbones.utils": "window_partition window_unpartition PatchEmbed",
    "sam2.modeling.sam.mask_decoder": "MaskDecoder",
    "sam2.modeling.sam.prompt_encoder": "PromptEncoder",
    "sam2.modeling.sam.transformer": "TwoWayTransformer TwoWayAttentionBlock Attention RoPEAttention",
}


@pytest.mark.parametrize("module", NAMES)
def test_names(module: str) -> None:
    there = importlib.import_module(module)
    assert [name for name in NAMES[module].split() if not hasattr(there, name)] == []


def test_closest_conditioning_frames() -> None:
    outputs = {0: "a", 4: "b", 9: "c", 12: "d"}
    chosen, rest = select_closest_cond_frames(10, outputs, 3)
    assert chosen == {9: "c", 12: "d", 4: "b"} and rest == {0: "a"}
    assert select_closest_cond_frames(10, outputs, -1) == (outputs, {})
    with pytest.raises(ValueError, match="max_cond_frame_num is 1"):
        select_closest_cond_frames(10, outputs, 1)


def _masks() -> tuple[torch.Tensor, torch.Tensor]:
    truth = torch.zeros(2, 1, 20, 30, dtype=torch.bool)
    truth[:, :, 4:13, 6:15] = True
    found = torch.zeros_like(truth)
    found[1, :, 4:13, 6:26] = True
    return truth, found


def test_clicks_in_the_error() -> None:
    truth, found = _masks()
    points, labels = sample_random_points_from_errors(truth, found, num_pt=40)
    assert points.shape == (2, 40, 2) and points.dtype == torch.float32 and labels.dtype == torch.int32
    x, y = points.long().unbind(-1)
    assert (labels[0] == 1).all() and (labels[1] == 0).all()
    assert ((4 <= y) & (y <= 12)).all() and ((6 <= x[0]) & (x[0] <= 14)).all() and (x[1] >= 15).all()
    assert len(set(map(tuple, points[0].tolist()))) > 10
    points, labels = get_next_point(truth, truth, "uniform")  # nothing is wrong
    x, y = points[:, 0].long().unbind(-1)
    assert not truth[[0, 1], 0, y, x].any() and (labels == 0).all()


def test_clicks_at_the_centre() -> None:
    truth, found = _masks()
    points, labels = get_next_point(truth, found, "center")
    assert points.shape == (2, 1, 2) and labels.flatten().tolist() == [1, 0]
    assert points[0, 0].tolist() == [10, 8] and points[1, 0, 1] == 8
    edge = torch.zeros(1, 1, 9, 9, dtype=torch.bool)
    edge[..., :5] = True
    inside, _ = sample_one_point_from_error_center(edge, None)
    at_border, _ = sample_one_point_from_error_center(edge, None, padding=False)
    assert inside[0, 0, 0] == 2 and at_border[0, 0, 0] == 0
    with pytest.raises(ValueError, match="use uniform or center"):
        get_next_point(truth, found, "centre")
    with pytest.raises(ValueError, match="masks must be bool"):
        get_next_point(truth.float(), found, "center")


def test_boxes_of_masks() -> None:
    truth, _ = _masks()
    corners, labels = sample_box_points(truth, noise=0)
    assert corners.tolist() == [[[6, 4], [14, 12]]] * 2 and labels.tolist() == [[2, 3]] * 2
    noisy, labels = sample_box_points(truth, 0.5, 1, top_left_label=0, bottom_right_label=1)
    assert ((noisy - corners).abs() <= 1).all() and labels.tolist() == [[0, 1]] * 2


def test_rotary_helpers() -> None:
    x, y = position_encoding.init_t_xy(3, 2)
    assert x.tolist() == [0, 1, 2, 0, 1, 2] and y.tolist() == [0, 0, 0, 1, 1, 1]
    factors = position_encoding.compute_axial_cis(8, 3, 2)
    spread = position_encoding.reshape_for_broadcast(factors, torch.zeros(5, 2, 6, 4))
    assert spread.shape == (1, 1, 6, 4) and torch.equal(spread[0, 0], factors)
    with pytest.raises(ValueError, match="do not fit"):
        position_encoding.reshape_for_broadcast(factors, torch.zeros(5, 6, 8))


def test_an_image_file_as_a_tensor(tmp_path) -> None:
    path = tmp_path / "picture.png"
    Image.fromarray(np.full((6, 10, 3), 51, np.uint8)).save(path)
    image, height, width = _load_img_as_tensor(path, 8)
    assert (
        image.shape == (3, 8, 8) and (height, width) == (6, 10) and torch.allclose(image, torch.tensor(0.2))
    )


@torch.inference_mode()
def test_all_candidates_of_the_decoder_unpack() -> None:
    model = build_sharp("t", image_size=128)
    features = model.encode_image(torch.zeros(1, 3, 128, 128))
    points = (torch.tensor([[[40.0, 50.0]]]), torch.ones(1, 1, dtype=torch.int32))
    sparse, dense = model.sam_prompt_encoder(points=points, boxes=None, masks=None)
    masks, ious, tokens, scores = model.sam_mask_decoder.predict_masks(
        image_embeddings=features.embed_BCHW,
        image_pe=model.sam_prompt_encoder.get_dense_pe(),
        sparse_prompt_embeddings=sparse,
        dense_prompt_embeddings=dense,
        repeat_image=False,
        high_res_features=features.high_res,
    )
    assert masks.shape == (1, 4, 32, 32) and ious.shape == (1, 4)
    assert tokens.shape == (1, 4, 256) and scores.shape == (1, 1)


def test_helpers_are_announced() -> None:
    assert set(NAMES["sam2.modeling.sam2_utils"].split()) == set(sam2_utils.__all__)
