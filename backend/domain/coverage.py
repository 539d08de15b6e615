"""Which frames of an object have masks, and how sure they are, without the masks: what a timeline of hours
draws, and how a page that opens a long session learns what to fetch.

A summary is a string of runs, such as `120a3b_40o`: how many frames in a row (1 where no number stands) look
which way. Letters are those of `Look`; `a` to `e` are a mask, from sure to most doubtful; a capital says
that a person verified it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

# The browser goes by the same three figures for masks that it has: frontend/src/masks/trust.ts.
DOUBTFUL = 0.8  # trust below this deserves a look
LOST = 0.3  # trust below this raises no more than the strongest doubt
DOUBTS = "abcde"


class Look(StrEnum):
    """How a frame looks where no mask is to be seen."""

    UNCHANGED = "_"  # not part of what changed
    NO_MASK = "x"  # not tracked, or not any more
    NO_OBJECT = "o"  # tracked, and the object is not there


class MaskSign(NamedTuple):
    """What is to be known of a mask without its pixels. A tuple: summaries read many."""

    frame_idx: int
    is_there: bool  # False: there is no mask here any more
    area: int
    object_score: float
    predicted_iou: float
    verified: bool
    doubt: float | None = None  # None: not measured


@dataclass(frozen=True)
class Coverage:
    """How an object looks from `first_frame` on, run by run."""

    object_id: int
    first_frame: int
    looks: str


def trust_of(sign: MaskSign) -> float:
    """0..1: the engine's own estimate of a mask, scaled by how sure it is that the object is there."""
    present = 1 / (1 + math.exp(-max(-60.0, min(60.0, sign.object_score))))
    return present * min(1.0, max(0.0, sign.predicted_iou))


def doubt_level(sign: MaskSign) -> int:
    """0, sure, to 4. A mask of before doubt was measured goes by its scores."""
    trust = trust_of(sign) if sign.doubt is None else 1 - sign.doubt
    doubt = (DOUBTFUL - trust) / (DOUBTFUL - LOST)
    return math.ceil((len(DOUBTS) - 1) * min(1.0, max(0.0, doubt)))


def look_of(sign: MaskSign) -> str:
    """One letter."""
    if not sign.is_there:
        return Look.NO_MASK
    if sign.area == 0:
        letter: str = Look.NO_OBJECT
    else:
        letter = DOUBTS[0] if sign.verified else DOUBTS[doubt_level(sign)]
    return letter.upper() if sign.verified else letter


def cover(object_id: int, signs: Iterable[MaskSign]) -> Coverage | None:
    """Sum up an object's masks, given in order of their frames; None where there are none."""
    first_frame = due = -1
    runs: list[tuple[str, int]] = []
    for sign in signs:
        if due < 0:
            first_frame = due = sign.frame_idx
        if sign.frame_idx > due:
            runs.append((Look.UNCHANGED, sign.frame_idx - due))
        letter = look_of(sign)
        if runs and runs[-1][0] == letter:
            runs[-1] = (letter, runs[-1][1] + 1)
        else:
            runs.append((letter, 1))
        due = sign.frame_idx + 1
    if not runs:
        return None
    looks = "".join(letter if count == 1 else f"{count}{letter}" for letter, count in runs)
    return Coverage(object_id, first_frame, looks)
