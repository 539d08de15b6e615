"""Mistakes of the caller, under the name that fits them and the one that the official code gives them."""

from __future__ import annotations


class UsageError(RuntimeError, ValueError):
    """Something was asked for too early, or of an object that is not there. (Officially a RuntimeError.)"""


class NoFramesError(RuntimeError, FileNotFoundError):
    """A folder without JPEG frames. (Officially a RuntimeError.)"""
