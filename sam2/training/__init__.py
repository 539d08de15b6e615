"""Training SAM 2: what Meta's `training/` does, from the same YAML. See docs/training.md.

Module and class names are the official ones, below `sam2.training` instead of `training`; official
configurations are read as they are (`sam2.training.config`).
"""
