"""The compiled predictor: every part can be traced whole, and the masks are those of the plain one."""

from __future__ import annotations

from collections import Counter

import pytest
import torch

from sam2.build_sam import build_sam2_video_predictor
from sam2.sam2_video_predictor import SAM2VideoPredictor, SAM2VideoPredictorVOS
from tests.sam2.moving_shapes import moving_discs
from tests.sam2.sharp_weights import build_sharp, config_name


@pytest.fixture
def traced(monkeypatch):
    """Traces as `torch.compile` does, in one graph, but runs eagerly: code generation would take minutes."""
    compiled, compile_part = [], torch.compile

    def trace(part, *, mode, dynamic):
        assert mode == "max-autotune"
        compiled.append(part)

        def counting(graph, inputs):
            graphs[type(part.__self__).__name__] += 1
            return graph.forward

        return compile_part(part, backend=counting, fullgraph=True, dynamic=dynamic)

    graphs.clear()
    monkeypatch.setattr(torch, "compile", trace)
    yield compiled
    torch.compiler.reset()


graphs: Counter[str] = Counter()
"""How many shapes of each part were traced."""


def tracked(predictor):
    state = predictor.init_state(moving_discs(4))
    predictor.add_new_points_or_box(state, 0, 1, points=[[40, 60]], labels=[1])
    predictor.add_new_points_or_box(state, 0, 2, box=[60, 50, 110, 100])
    masks = [masks for _, _, masks in predictor.propagate_in_video(state)]
    state.close()
    return torch.stack(masks)


# What PyTorch's own compiler imports when it is reset, not what we call.
@pytest.mark.filterwarnings("ignore:.torch.jit.script_method. is deprecated:DeprecationWarning")
def test_the_compiled_parts_give_the_same_masks(traced, capsys):
    plain = build_sharp("t", video=True)
    optimized = build_sam2_video_predictor(
        config_name(), device="cpu", vos_optimized=True, hydra_overrides_extra=["++model.image_size=128"]
    )
    assert "Compiling" in capsys.readouterr().out
    assert type(plain) is SAM2VideoPredictor and type(optimized) is SAM2VideoPredictorVOS
    optimized.load_state_dict(plain.state_dict())
    names = {type(part.__self__).__name__ for part in traced}
    assert names == {"ImageEncoder", "MemoryEncoder", "MemoryAttention", "PromptEncoder", "MaskDecoder"}
    assert (tracked(plain) - tracked(optimized)).abs().max() < 1e-3
    for layer in optimized.memory_attention.layers:
        assert layer.self_attn._kept_turns and layer.cross_attn_image._kept_turns, "not made on every frame"


@pytest.mark.filterwarnings("ignore:.torch.jit.script_method. is deprecated:DeprecationWarning")
def test_any_number_of_clicks_and_objects(traced):
    """Each shape is traced for minutes on a GPU, and PyTorch gives up after eight of them."""
    predictor = build_sam2_video_predictor(
        config_name(), device="cpu", vos_optimized=True, hydra_overrides_extra=["++model.image_size=128"]
    )
    state = predictor.init_state(moving_discs(20))
    for obj_id in range(1, 11):
        clicks = {"points": [[40 + obj_id, 60]] * obj_id, "labels": [1] * obj_id}
        predictor.add_new_points_or_box(state, 0, obj_id, **clicks)
    assert set(graphs) == {"ImageEncoder"}, "clicks are decoded as they are"
    predictor.propagate_in_video_preflight(state)
    for frame_idx in range(1, 20):
        predictor.tracker.step(state, frame_idx, obj_ids=range(1, max(2, 11 - frame_idx)))
    state.close()
    assert max(graphs.values()) <= 6, graphs
