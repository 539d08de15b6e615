"""What can go wrong, as one sentence each."""

from __future__ import annotations


class MaskletError(Exception):
    """The root of all errors of this package."""


class NotReachable(MaskletError):
    """No server answers at this address."""


class Refused(MaskletError):
    """The server did not do it; its sentence says why, `code` is for programs."""

    def __init__(self, sentence: str, code: str = "ERROR") -> None:
        super().__init__(sentence)
        self.code = code
