"""Which object it is, in files that say only its class: the n-th of its class on each frame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field


@dataclass
class Numbering:
    """Gives ids from 1 in order of first sight. The same order of asking gives the same ids."""

    _ids: dict[tuple[Hashable, int], int] = field(default_factory=dict)
    _met: Counter[tuple[Hashable, int]] = field(default_factory=Counter)  # (class, frame)

    def id_of(self, class_: Hashable, frame_idx: int) -> int:
        """The id of the next object of that class on that frame."""
        ordinal = self._met[class_, frame_idx]
        self._met[class_, frame_idx] += 1
        return self._ids.setdefault((class_, ordinal), len(self._ids) + 1)
