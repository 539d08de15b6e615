"""What walking through the whole video once has found: a fingerprint of each frame, and which are damaged.

The walk is long, so it comes after the index and in the background. From then on every frame that a
decoder gives is compared with what it was in the walk.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from backend.domain.errors import Unavailable
from backend.media.index import DAMAGED, INDEX_NAME

CHECKS_NAME = "checks.npz"


@dataclass(frozen=True)
class FrameChecks:
    """One entry a frame."""

    fingerprints: np.ndarray  # uint32, see `pixels.fingerprint`
    is_held: np.ndarray  # bool: it cannot be decoded; the picture before it stays, as in a player

    def save(self, path: Path) -> None:
        with path.open("wb") as file:
            np.savez(file, fingerprints=self.fingerprints, is_held=self.is_held)

    @classmethod
    def load(cls, folder: Path) -> FrameChecks | None:
        """None where the video was not walked yet."""
        try:
            if (folder / CHECKS_NAME).exists():
                with np.load(folder / CHECKS_NAME, allow_pickle=False) as data:
                    return cls(data["fingerprints"], data["is_held"])
            with np.load(folder / INDEX_NAME, allow_pickle=False) as data:  # format 1 has them in there
                if "fingerprints" not in data:
                    return None
                return cls(data["fingerprints"], np.zeros(len(data["fingerprints"]), bool))
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            raise Unavailable(DAMAGED) from error
