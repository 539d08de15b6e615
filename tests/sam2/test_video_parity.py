"""Video outputs against an independent implementation with the same sharp weights, in float32.

Each case prints the largest difference of a mask logit and how many mask pixels flipped. The oracle is
no judge of correction clicks, of frames where one object is prompted and another tracked, of hole
filling and of memory stride: `test_video_semantics.py` works those out.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import torch
import torch.nn.functional as F
from transformers.models.sam2_video.modeling_sam2_video import Sam2VideoInferenceSession

from sam2.tracking.prompts import BoxPrompt, FramePrompts, MaskPrompt, PointPrompt
from sam2.tracking.tracker import VideoTracker
from tests.sam2.moving_shapes import SIZE, disc, moving_discs
from tests.sam2.oracle import build_oracle
from tests.sam2.sharp_weights import build_sharp

ON_ONE_FRAME, PROPAGATING = 1e-4, 1e-3

CLICK = FramePrompts(points=(PointPrompt(40, 60),))
CLICKS = FramePrompts(points=(PointPrompt(80, 70), PointPrompt(20, 30, include=False), PointPrompt(85, 60)))
BOX = FramePrompts(box=BoxPrompt(60, 50, 110, 100))
BOX_AND_CLICK = FramePrompts(points=(PointPrompt(64, 64),), box=BoxPrompt(30, 30, 90, 90))


def settled(mask):
    """The nearest mask that survives the round trip through low-res logits.

    The official predictor puts that round trip of a mask prompt into memory, the oracle the mask itself.
    """
    pixels = torch.from_numpy(mask).float()[None, None]
    while True:
        low_res = F.interpolate(
            pixels * 20 - 10, size=(SIZE // 4, SIZE // 4), mode="bilinear", antialias=True
        )
        back = (F.interpolate(low_res, size=(SIZE, SIZE), mode="bilinear") > 0).float()
        if torch.equal(back, pixels):
            return pixels[0, 0].bool().numpy()
        pixels = back


MASK = FramePrompts(mask=MaskPrompt(settled(disc(50, 64, 20))))


@dataclass(frozen=True)
class Case:
    """Which model, which prompts (object id, frame, prompts), and which walk."""

    size: str
    prompts: tuple[tuple[int, int, FramePrompts], ...]
    frames: int = 12
    start: int | None = None
    reverse: bool = False
    version: str = "2.1"
    object_score_bias: float | None = None


CASES = {
    "tiny: click and box, memory wraps": Case("t", ((1, 0, CLICK), (2, 0, BOX)), frames=26),
    "tiny: mask and clicks": Case("t", ((1, 0, MASK), (2, 0, CLICKS))),
    "tiny: reverse, box with click and mask": Case(
        "t", ((5, 25, BOX_AND_CLICK), (3, 25, MASK)), frames=26, start=25, reverse=True
    ),
    "tiny: objects begin on different frames": Case(
        "t", ((1, 0, CLICK), (2, 4, BOX), (3, 9, MASK)), frames=26
    ),
    "tiny: two conditioning frames of one object": Case("t", ((1, 0, CLICK), (1, 8, MASK)), frames=18),
    "tiny: object comes and goes": Case(
        "t", ((1, 0, MASK), (2, 0, BOX)), frames=26, object_score_bias=-0.037
    ),
    "small: click and box": Case("s", ((1, 0, CLICK), (2, 0, BOX))),
    "base_plus: mask and clicks, memory wraps": Case("b+", ((1, 0, MASK), (2, 0, CLICKS)), frames=24),
    "large: click and box": Case("l", ((1, 0, CLICK), (2, 0, BOX))),
    "2.0 tiny: click and mask, memory wraps": Case(
        "t", ((1, 0, CLICK), (2, 0, MASK)), frames=24, version="2.0"
    ),
    "2.0 tiny: reverse": Case("t", ((1, 11, BOX), (2, 11, MASK)), start=11, reverse=True, version="2.0"),
}


def as_the_official_mask_pointer(oracle):
    """The official pass that makes a mask prompt's pointer asks for one mask; the oracle's for three."""
    forward = oracle._single_frame_forward
    oracle._single_frame_forward = lambda *args, **kwargs: forward(
        *args, **{"multimask_output": False} | kwargs
    )
    return oracle


@pytest.fixture(scope="module")
def models():
    """Ours and theirs by (size, version); one pair at a time, because a large one takes 2 GB."""
    kept = {}

    def get(size: str, version: str):
        if (size, version) not in kept:
            kept.clear()
            ours = build_sharp(size, version, SIZE, video=True, overrides=("++model.fill_hole_area=0",))
            kept[size, version] = (ours, as_the_official_mask_pointer(build_oracle(ours)))
        return kept[size, version]

    return get


def their_inputs(prompts: FramePrompts) -> tuple[torch.Tensor, torch.Tensor]:
    box = prompts.box
    coords = [] if box is None else [[box.x0, box.y0], [box.x1, box.y1]]
    labels = [] if box is None else [2, 3]
    coords += [[point.x, point.y] for point in prompts.points]
    labels += [int(point.include) for point in prompts.points]
    return torch.tensor([[coords]], dtype=torch.float32), torch.tensor([[labels]], dtype=torch.int32)


def their_prediction(output) -> dict[int, torch.Tensor]:
    return dict(zip(output.object_ids, output.pred_masks[:, 0], strict=True))


@torch.inference_mode()
def run_theirs(oracle, video: torch.Tensor, case: Case):
    session = Sam2VideoInferenceSession(video=video, video_height=SIZE, video_width=SIZE, dtype=torch.float32)
    prompted = []
    for obj_id, frame_idx, prompts in case.prompts:
        obj_idx = session.obj_id_to_idx(obj_id)
        if prompts.mask is not None:
            mask = torch.from_numpy(prompts.mask.mask).float()[None, None]
            session.add_mask_inputs(obj_idx, frame_idx, mask)
        else:
            points, labels = their_inputs(prompts)
            inputs = {"point_coords": points, "point_labels": labels}
            session.add_point_inputs(obj_idx, frame_idx, inputs)
        session.obj_with_new_inputs = [obj_id]
        prompted.append(their_prediction(oracle(session, frame_idx=frame_idx))[obj_id])
    walk = oracle.propagate_in_video_iterator(session, start_frame_idx=case.start, reverse=case.reverse)
    return prompted, [(output.frame_idx, their_prediction(output)) for output in walk]


def run_ours(model, state, case: Case):
    tracker = VideoTracker(model)
    prompted = []
    for obj_id, frame_idx, prompts in case.prompts:
        seen = tracker.prompt(state, obj_id, frame_idx, prompts)
        prompted.append(seen.low_res_logits_N1HW[seen.obj_ids.index(obj_id), 0])
    walk = tracker.propagate(state, case.start, reverse=case.reverse)
    return prompted, [
        (seen.frame_idx, dict(zip(seen.obj_ids, seen.low_res_logits_N1HW[:, 0], strict=True)))
        for seen in walk
    ]


@pytest.mark.parametrize("name", CASES)
def test_equal_to_an_independent_implementation(name, models, capsys):
    case = CASES[name]
    ours, theirs = models(case.size, case.version)
    bias = ours.sam_mask_decoder.pred_obj_score_head.layers[2].bias
    if case.object_score_bias is not None:
        kept = bias.item()
        for one in (bias, theirs.mask_decoder.pred_obj_score_head.proj_out.bias):
            one.data.fill_(case.object_score_bias)
    state = VideoTracker(ours).open(moving_discs(case.frames))
    try:
        our_prompted, our_walk = run_ours(ours, state, case)
        their_prompted, their_walk = run_theirs(theirs, torch.stack(list(state["images"])), case)
    finally:
        state.close()
        if case.object_score_bias is not None:
            for one in (bias, theirs.mask_decoder.pred_obj_score_head.proj_out.bias):
                one.data.fill_(kept)

    on_one_frame = max(
        (mine - other).abs().max().item() for mine, other in zip(our_prompted, their_prompted, strict=True)
    )
    assert [frame_idx for frame_idx, _ in our_walk] == [frame_idx for frame_idx, _ in their_walk]
    differences, flipped, total, absent = [], 0, 0, 0
    for (_, mine), (_, other) in zip(our_walk, their_walk, strict=True):
        assert set(mine) == set(other)
        for obj_id in mine:
            differences.append((mine[obj_id] - other[obj_id]).abs().max().item())
            flipped += ((mine[obj_id] > 0) != (other[obj_id] > 0)).sum().item()
            total += mine[obj_id].numel()
            absent += mine[obj_id].max().item() == -1024
    with capsys.disabled():
        print(
            f"\n  {name}: prompted |Δlogit| {on_one_frame:.1e}, propagated {max(differences):.1e} over "
            f"{len(differences)} masks, {flipped} of {total} pixels flipped, {absent} absent"
        )
    assert on_one_frame <= ON_ONE_FRAME
    assert max(differences) <= PROPAGATING
    if case.object_score_bias is not None:
        assert 0 < absent < len(differences), "this case is there for an object that comes and goes"
