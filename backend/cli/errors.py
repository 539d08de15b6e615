"""What a sub-command cannot do, in one sentence. Apart from the sub-commands, so that it loads at once."""

from __future__ import annotations


class CannotDo(Exception):
    """Its text is printed as it is; the exit code is 2."""
