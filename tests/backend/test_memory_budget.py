"""MASKLET_MEMORY_BUDGET: what people may write, and what counts where they write nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.host import memory
from backend.host.memory import LEAST_BYTES, machine_memory, memory_budget, memory_of, parse_amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("8GB", 8 * 10**9),
        ("1.5 gib", 3 * 2**29),
        ("512MiB", 2**29),
        ("75%", 0.75),
        (" 100 % ", 1.0),
    ],
)
def test_an_amount_or_a_share(text: str, amount: float) -> None:
    assert parse_amount(text) == amount


@pytest.mark.parametrize("text", ["", "8", "GB", "-1GB", "0%", "101%", "8 apples", "1e9GB", "1MB", "nanGB"])
def test_anything_else_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"is (neither|no share|too little)"):
        parse_amount(text)


def test_a_share_is_of_what_the_device_has() -> None:
    assert memory_budget(0.75, "cuda", lambda device: 16 * 2**30) == 12 * 2**30
    assert memory_budget(None, "cuda", lambda device: 16 * 2**30) == 8 * 2**30
    assert memory_budget(None, "cpu", lambda device: 16 * 2**30) == 4 * 2**30
    assert memory_budget(10**9, "cpu", lambda device: 1) == 10**9
    assert memory_budget(0.01, "cpu", lambda device: 2**20) == LEAST_BYTES


def test_a_container_counts_its_own_limit(tmp_path: Path) -> None:
    limit, none = tmp_path / "memory.max", tmp_path / "unlimited"
    limit.write_text("1073741824\n")
    none.write_text("max\n")
    assert machine_memory((limit, none)) == 2**30
    assert machine_memory((none, tmp_path / "missing")) > 2**30


def test_a_gpu_that_does_not_answer_leaves_the_machines_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "ASK_GPU", ("/nonexistent/nvidia-smi",))
    assert memory_of("cuda") == machine_memory()
    monkeypatch.setattr(memory, "ASK_GPU", ("echo", "12345"))
    assert memory_of("cuda") == 12345 * 2**20
