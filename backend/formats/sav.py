"""SA-V JSON: the form of Meta's SA-V collection, `<video>_manual.json`.

`masklet[i][k]` is the RLE of masklet k on the i-th annotated frame; every fourth frame of a 24 fps video is
annotated there, from frame 0. Other frames than every n-th from 0 are listed in `frames.json` beside it.
What the numbers mean was read off the collection's own files: sizes are means over the frames where a masklet
is seen, buckets have the borders of COCO, visibility changes are counted from its first frame on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backend.domain.errors import InvalidInput
from backend.domain.rle import Rle
from backend.domain.session import FrameMask, MaskOrigin
from backend.domain.video import Video
from backend.formats.checks import WRONG_FORM, found, rle_from, sentence, whole
from backend.formats.frame_index import INDEX_FILE, read_index, write_index
from backend.formats.frames import frame_name, write_picture
from backend.formats.json_text import entries, events, json_file, write_pieces
from backend.formats.model import Annotated, DataSet, Found, FoundMask, FoundObject, Problem, Shape
from backend.formats.pixels import rle_of
from backend.formats.sidecar import read_objects, write_objects

SMALL, MEDIUM = 32**2, 96**2  # pixels: the borders between small, medium and large


@dataclass
class _Counts:
    """Of one masklet, over the frames that were written."""

    seen: int = 0
    pixels: int = 0
    edited: int = 0
    changes: int = 0
    first: int | None = None
    _was_seen: bool = field(default=False)

    def add(self, position: int, mask: FrameMask | None) -> None:
        is_seen = mask is not None and mask.area > 0
        if self.first is not None and is_seen != self._was_seen:
            self.changes += 1
        self._was_seen = is_seen
        if mask is not None and (mask.origin is MaskOrigin.PROMPT or mask.verified):
            self.edited += 1
        if mask is not None and is_seen:
            self.seen += 1
            self.pixels += mask.area
            self.first = position if self.first is None else self.first

    @property
    def size(self) -> float:
        """Mean pixels where it is seen."""
        return self.pixels / self.seen if self.seen else 0.0

    @property
    def bucket(self) -> str:
        return "small" if self.size < SMALL else "medium" if self.size < MEDIUM else "large"


@dataclass(frozen=True)
class SaVFormat(DataSet):
    """`<video>_manual.json`. `environment` and `split` are what only the collection's makers know."""

    environment: str | None = None
    split: str | None = None
    name: str = "sav"
    title: str = "SA-V JSON"

    def write(self, annotated: Annotated, folder: Path) -> None:
        video_name = f"masklet_{annotated.video.video_id[:12]}"
        if annotated.read_frame is not None:
            (folder / video_name).mkdir()
        write_pieces(folder / f"{video_name}_manual.json", self._document(annotated, folder / video_name))
        write_objects(folder, annotated.objects)
        if list(annotated.frames) != list(_every_nth(annotated.video.num_frames, len(annotated.frames))):
            write_index(folder, annotated.frames)

    def _document(self, annotated: Annotated, pictures: Path) -> Iterator[str]:
        video = annotated.video
        head = {
            "video_id": pictures.name,
            "video_duration": _duration_s(video),
            "video_frame_count": float(video.num_frames),
            "video_height": float(video.height),
            "video_width": float(video.width),
            "video_resolution": float(video.height * video.width),
            "video_environment": self.environment,
            "video_split": self.split,
        }
        yield json.dumps(head)[:-1] + ', "masklet": ['
        counts = {tracked.object_id: _Counts() for tracked in annotated.objects}
        empty = Rle.empty(video.height, video.width)
        for position, frame in enumerate(annotated.by_frame()):
            masks = {mask.object_id: mask for mask in frame.masks}
            row = []
            for object_id, count in counts.items():
                mask = masks.get(object_id)
                count.add(position, mask)
                rle = empty if mask is None else rle_of(mask)
                row.append({"size": [rle.height, rle.width], "counts": rle.counts})
            yield (", " if position else "") + json.dumps(row)
            name = frame_name(video, frame.frame_idx, 5)
            write_picture(annotated, frame.frame_idx, pictures / f"{name}.jpg")
        yield "], " + json.dumps(_summary(annotated, list(counts.values())))[1:]

    def read(self, path: Path, video: Video) -> Found:
        return _read(path, video)


def _duration_s(video: Video) -> float:
    """Each frame as long as the mean: the collection's durations are frames / rate."""
    return video.num_frames / video.fps if video.fps else 0.0


def _summary(annotated: Annotated, counts: Sequence[_Counts]) -> dict[str, Any]:
    pixels = annotated.video.height * annotated.video.width
    return {
        "masklet_id": [tracked.object_id for tracked in annotated.objects],
        "masklet_size_rel": [count.size / pixels for count in counts],
        "masklet_size_abs": [count.size for count in counts],
        "masklet_size_bucket": [count.bucket for count in counts],
        "masklet_visibility_changes": [count.changes for count in counts],
        "masklet_first_appeared_frame": [count.first for count in counts],
        "masklet_frame_count": [len(annotated.frames)] * len(counts),
        "masklet_edited_frame_count": [count.edited for count in counts],
        "masklet_type": ["manual"] * len(counts),
        "masklet_stability_score": [None] * len(counts),
        "masklet_num": len(counts),
    }


def _every_nth(num_frames: int, annotated: int) -> range:
    """Which frames a file without a list has: every n-th from 0, so that there are as many as it holds."""
    step = 1
    while annotated and len(range(0, num_frames, step)) > annotated:
        step += 1
    return range(0, num_frames, step)


def _read(path: Path, video: Video) -> Found:
    named = [one for one in sorted(path.glob("*_manual.json")) if one.is_file()]
    file = named[0] if len(named) == 1 else json_file(path, "sav_000001_manual.json")
    ids, rows = list(entries(file, "masklet_id.item")), 0
    for prefix, event, _ in events(file):
        rows += prefix == "masklet.item" and event == "start_array"
    if not rows and not ids:
        raise InvalidInput(f"{file.name} is no SA-V file: it has no 'masklet'.")
    frames = _frames(file, video, rows)
    named = {one.object_id: one for one in read_objects(file.parent)}
    objects, problems = {}, []
    for place, value in enumerate(ids):
        try:
            object_id = whole(value)
            objects[place] = named.get(object_id, FoundObject(object_id, f"Masklet {object_id}"))
        except WRONG_FORM as error:
            problems.append(sentence(f"Masklet id {place + 1}", error))

    def shapes() -> Iterator[Shape]:
        yield from problems
        for row, place, value in _masks(file):
            if place not in objects:
                yield Problem(f"Mask {place + 1} of row {row + 1} is of no masklet that is listed.")
                continue
            try:
                yield FoundMask(objects[place].object_id, frames[row], rle_from(value))
            except WRONG_FORM as error:
                yield sentence(f"Mask {place + 1} of row {row + 1}", error)

    return found(video, objects.values(), shapes)


def _frames(file: Path, video: Video, rows: int) -> Sequence[int]:
    """The frame that each row is on."""
    listed = read_index(file.parent)
    if listed is not None:
        if len(listed) != rows:
            raise InvalidInput(f"{INDEX_FILE} lists {len(listed)} frames, {file.name} has {rows}.")
        return listed
    frames = _every_nth(video.num_frames, rows)
    if len(frames) != rows:
        raise InvalidInput(
            f"{file.name} has {rows} annotated frames, which is not every n-th of this video's"
            f" {video.num_frames}: choose the video that it belongs to."
        )
    return frames


def _masks(file: Path) -> Iterator[tuple[int, int, Any]]:
    """(row, place in the row, RLE)."""
    for row, masks in enumerate(entries(file, "masklet.item")):
        for place, value in enumerate(masks if isinstance(masks, list) else [masks]):
            yield row, place, value


SAV = SaVFormat()
