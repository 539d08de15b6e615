"""What can go wrong, as one clear sentence that says what to do."""

from __future__ import annotations


class MaskletError(Exception):
    """Its text is shown to people as it is. `code` is for programs."""

    code = "ERROR"


class InvalidInput(MaskletError):
    """The request cannot be meant: a point outside the frame, a file that is no video."""

    code = "INVALID_INPUT"


class NotFound(MaskletError):
    """There is no such video, session, object or propagation."""

    code = "NOT_FOUND"


class Conflict(MaskletError):
    """The request is fine, but not now: tracking is running, the video is still being read."""

    code = "CONFLICT"


class Unavailable(MaskletError):
    """The service cannot do it at present: an engine cannot be loaded, the disk is full."""

    code = "UNAVAILABLE"


class Forbidden(MaskletError):
    """Whoever asks may see the thing, but not do this with it."""

    code = "FORBIDDEN"


class Unauthenticated(MaskletError):
    """Nobody knows who asks, and strangers may not."""

    code = "UNAUTHENTICATED"
