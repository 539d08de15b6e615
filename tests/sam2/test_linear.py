"""Linear layers give the same through oneDNN as through `F.linear`, and go there only where it fits."""

from __future__ import annotations

import copy

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from sam2.modeling import linear as module
from sam2.modeling.linear import apply, linear
from sam2.modeling.sam2_utils import MLP
from sam2.tools.stages import counted_gflop

ROWS = module.MIN_ROWS
needs_onednn = pytest.mark.skipif(not module._has_onednn(), reason="oneDNN with AVX-512 is not here")


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The activations of the calls that went to oneDNN."""
    made: list[str] = []
    really = module._onednn

    def counted(x, weight, bias, activation="none"):
        made.append(activation)
        return really(x, weight, bias, activation)

    monkeypatch.setattr(module, "_onednn", counted)
    return made


@needs_onednn
@pytest.mark.parametrize("activation, name", [(nn.GELU(), "gelu"), (F.gelu, "gelu"), (nn.ReLU(), "relu")])
def test_with_an_activation(calls: list[str], activation, name: str) -> None:
    layer = nn.Linear(24, 40)
    x = torch.randn(3, ROWS, 2, 24).transpose(1, 2)
    expected = activation(F.linear(x, layer.weight, layer.bias))
    assert (apply(layer, x, activation) - expected).abs().max() == 0 and calls == []  # gradients flow
    with torch.inference_mode():
        assert (apply(layer, x, activation) - expected).abs().max() < 1e-5 and calls == [name]


@needs_onednn
@torch.no_grad()
def test_without_one(calls: list[str]) -> None:
    x, weight = torch.randn(ROWS, 24), torch.randn(40, 24)
    assert (linear(x, weight, None) - x @ weight.t()).abs().max() < 1e-4
    assert (linear(x, weight.t().contiguous().t(), None) - x @ weight.t()).abs().max() < 1e-4
    assert calls == ["none", "none"]


# PyTorch's own switch says so of machines without an Intel GPU.
@pytest.mark.filterwarnings("ignore:TF32 acceleration on top of oneDNN:UserWarning")
@torch.no_grad()
def test_where_it_does_not_fit(calls: list[str]) -> None:
    layer, x = nn.Linear(24, 40), torch.randn(ROWS, 24)
    expected = F.linear(x, layer.weight, layer.bias)
    assert torch.equal(apply(layer, x[1:]), F.linear(x[1:], layer.weight, layer.bias))
    with torch.autocast("cpu", torch.bfloat16):
        assert apply(layer, x).dtype == torch.bfloat16
    with torch.backends.mkldnn.flags(enabled=False):
        assert (apply(layer, x) - expected).abs().max() < 1e-4
    assert apply(layer.double(), x.double()).dtype == torch.float64
    # Another activation is applied by itself.
    tanh = apply(layer.float(), x[1:], nn.GELU(approximate="tanh"))
    assert torch.equal(tanh, F.gelu(expected[1:], approximate="tanh"))
    assert calls == []


@torch.no_grad()
def test_its_operations_are_counted() -> None:
    """The benchmark's share of the peak is of all products, whichever library makes them."""
    layer, x = nn.Linear(24, 40), torch.randn(2, ROWS, 24)
    with counted_gflop() as counted:
        apply(layer, x)
    assert counted.gflop == pytest.approx(2 * 2 * ROWS * 24 * 40 / 1e9)


class Adapter(nn.Module):
    """As PEFT puts one in the place of a linear layer."""

    def __init__(self, layer: nn.Linear):
        super().__init__()
        self.layer = layer

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(x) + 1


@torch.no_grad()
def test_layers_of_other_people(calls: list[str]) -> None:
    """Adapters and hooks take part; layers stay `nn.Linear`, which is what tools look for."""
    block = MLP(24, 48, 40, 2, activation=nn.GELU)
    assert {type(layer) for layer in block.layers} == {nn.Linear}
    x, plain = torch.randn(ROWS, 24), copy.deepcopy(block)
    block.layers[1] = Adapter(block.layers[1])
    assert (block(x) - plain(x) - 1).abs().max() < 1e-5
    seen: list[nn.Module] = []
    plain.layers[0].register_forward_hook(lambda module, args, output: seen.append(module))
    calls.clear()
    plain(x)
    assert seen == [plain.layers[0]] and "gelu" not in calls
