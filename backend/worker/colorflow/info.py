"""What the engine menu says of the embedded engine."""

from __future__ import annotations

from backend.domain.engines import EngineInfo

INFO = EngineInfo(
    id="colorflow",
    label="Colour & motion",
    device="cpu",
    available=True,
    note=(
        "Follows one region of colour and motion, and does not know what a person is: "
        "put SAM 2 weights into checkpoints/ for an engine that finds whole things."
    ),
)
