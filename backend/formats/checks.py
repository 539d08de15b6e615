"""What every reader checks of what it found, so that nothing wrong reaches a session.

Files come from strangers. What is wrong is passed over and becomes a `Problem`: one sentence that names the
object and the frame.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from backend.domain.errors import InvalidInput
from backend.domain.rle import Rle
from backend.domain.session import BoxPrompt
from backend.domain.video import Video
from backend.formats.model import Found, FoundBox, FoundMask, FoundObject, Problem, Shape

MAX_OBJECTS = 2_000  # more than that is no annotation, and they are held in memory
COLOUR = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)
LONG_NUMBER = re.compile(r"[P-o]{8}")  # in compressed RLE: no run takes so many digits


def found(video: Video, objects: Iterable[FoundObject], shapes: Callable[[], Iterator[Shape]]) -> Found:
    """The objects, each id once, and the shapes that fit the video."""
    known: dict[int, FoundObject] = {}
    twice: list[Problem] = []
    for one in objects:
        if one.object_id in known:
            twice.append(Problem(f"Object {one.object_id} is there twice: the first one counts."))
        elif len(known) == MAX_OBJECTS:
            raise InvalidInput(f"This holds more than {MAX_OBJECTS} objects: split it.")
        else:
            known[one.object_id] = one
    ordered = tuple(sorted(known.values(), key=lambda one: one.object_id))

    def checked() -> Iterator[Shape]:
        yield from twice
        yield from _fitting(shapes(), video, set(known))

    return Found(ordered, checked)


def _fitting(shapes: Iterator[Shape], video: Video, known: set[int]) -> Iterator[Shape]:
    seen: dict[int, bytearray] = {}  # object -> a bit a frame
    for shape in shapes:
        if isinstance(shape, Problem):
            yield shape
            continue
        if wrong := _wrong(shape, video, known):
            yield Problem(f"Object {shape.object_id} on frame {shape.frame_idx}: {wrong}.")
            continue
        if isinstance(shape, FoundMask) and shape.rle.area == 0:
            continue
        frames = seen.setdefault(shape.object_id, bytearray(video.num_frames // 8 + 1))
        byte, bit = divmod(shape.frame_idx, 8)
        if frames[byte] >> bit & 1:
            yield Problem(
                f"Object {shape.object_id} on frame {shape.frame_idx} is there twice: the first one counts."
            )
            continue
        frames[byte] |= 1 << bit
        yield shape


def _wrong(shape: FoundMask | FoundBox, video: Video, known: set[int]) -> str | None:
    """What is wrong with it, if anything."""
    if shape.object_id not in known:
        return "nothing says what object this is"
    if not 0 <= shape.frame_idx < video.num_frames:
        return f"the video has the frames 0 to {video.num_frames - 1}"
    if isinstance(shape, FoundBox):
        return _wrong_box(shape.box, video)
    rle = shape.rle
    if (rle.height, rle.width) != (video.height, video.width):
        return f"the mask is {rle.width} x {rle.height} pixels, the video is {video.width} x {video.height}"
    if len(rle.counts) > 4 * rle.height * rle.width + 16 or LONG_NUMBER.search(rle.counts):
        return "the mask's RLE is damaged"
    try:
        _ = rle.runs
    except InvalidInput as error:
        return str(error)[0].lower() + str(error)[1:].rstrip(".")
    return None


def _wrong_box(box: BoxPrompt, video: Video) -> str | None:
    if not all(map(math.isfinite, (box.x0, box.y0, box.x1, box.y1))):
        return "the box has a corner that is no number"
    if not (box.x0 < box.x1 and box.y0 < box.y1):
        return "the box is empty"
    if box.x1 <= 0 or box.y1 <= 0 or box.x0 >= video.width or box.y0 >= video.height:
        return "the box lies outside of the picture"
    return None


def whole(value: Any) -> int:
    """A number of a file that must be a whole one. Raises ValueError."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise ValueError(f"{str(value)[:40]!r} is no whole number")
    return int(value)


def text(value: Any, otherwise: str) -> str:
    """A name of a file as an object's name: printable, at most 80 characters."""
    shown = "".join(c if c.isprintable() else " " for c in value) if isinstance(value, str) else ""
    return " ".join(shown.split())[:80] or otherwise


def colour(value: Any) -> str | None:
    """ "#rrggbb", or None for anything else."""
    return value if isinstance(value, str) and COLOUR.fullmatch(value) else None


def rle_from(segmentation: Any) -> Rle:
    """COCO's two forms of RLE: a compressed string, or a list of runs. Raises ValueError."""
    height, width = map(whole, segmentation["size"])
    counts = segmentation["counts"]
    if not 0 < height <= 2**15 or not 0 < width <= 2**15:
        raise ValueError(f"its size is {width} x {height} pixels")
    if isinstance(counts, str):
        return Rle(height, width, counts)
    runs = [whole(run) for run in counts]
    if any(run < 0 for run in runs):
        raise ValueError("a run of its RLE is negative")
    return Rle.from_runs(height, width, runs)


def sentence(where: str, error: Exception) -> Problem:
    """An entry that cannot be read, and why."""
    if isinstance(error, KeyError):
        return Problem(f"{where} has no {error.args[0]!r}.")
    if isinstance(error, ValueError | InvalidInput) and not isinstance(error, UnicodeError):
        return Problem(f"{where}: {str(error).rstrip('.')}.")
    return Problem(f"{where} is not of the form that this format has.")


WRONG_FORM = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, InvalidInput)
"""What reading an entry of another form raises."""
