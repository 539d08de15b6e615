"""Numbers of bytes, as people read them."""

from __future__ import annotations


def size_text(nbytes: int) -> str:
    return f"{nbytes / 1024**3:.3g} GiB" if nbytes >= 1024**3 else f"{nbytes / 1024**2:.3g} MiB"
