"""Helpers of the predictors: transforms, automatic-mask tools, checkpoints, frame loading."""
