"""What the app may say about an engine before (or without) loading it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EngineInfo:
    """An entry of the engine menu."""

    id: str  # "colorflow", or the checkpoint's stem: "sam2.1_hiera_tiny"
    label: str  # "SAM 2.1 tiny"
    device: str  # "cpu", "cuda", "mps"
    available: bool
    note: str  # one sentence: what it is good for, or why it cannot be chosen and what to do
    weights_sha256: str | None = None
