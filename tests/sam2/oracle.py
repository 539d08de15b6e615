"""The independent SAM 2 that judges ours: see `sam2.tools.peer`."""

from sam2.tools.peer import build_oracle, converted_weights, oracle_config

__all__ = ["build_oracle", "converted_weights", "oracle_config"]
