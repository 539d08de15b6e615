"""CVAT for video 1.1: one XML with a track an object, and a mask on each frame where it is seen.

https://docs.cvat.ai/docs/manual/advanced/formats/format-cvat/. A mask is cut to its box; its runs go along
the rows, background first. Where an object goes, its last mask is there once more with outside="1". Frame
numbers are the source's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from backend.domain.session import FrameMask
from backend.domain.video import Video
from backend.formats.cvat_reading import read_cvat
from backend.formats.frames import frame_name, write_picture
from backend.formats.json_text import write_pieces
from backend.formats.model import Annotated, DataSet, Found, category
from backend.formats.pixels import bounding_box, decode, rle_of
from backend.formats.sidecar import write_objects
from backend.formats.spill import Spill
from backend.formats.xml_text import attributes, element


@dataclass(frozen=True)
class CvatFormat(DataSet):
    """`annotations.xml`, and the frames in `images/` where they are asked for."""

    name: str = "cvat"
    title: str = "CVAT for video 1.1 XML"

    def write(self, annotated: Annotated, folder: Path) -> None:
        images = folder / "images"
        if annotated.read_frame is not None:
            images.mkdir()
        tracks = {tracked.object_id: _Track() for tracked in annotated.objects}
        with Spill(folder) as spill:
            for frame in annotated.by_frame():
                name = f"frame_{frame_name(annotated.video, frame.frame_idx, 6)}.png"
                write_picture(annotated, frame.frame_idx, images / name)
                masks = {mask.object_id: mask for mask in frame.seen()}
                for object_id, track in tracks.items():
                    spill.add(object_id, track.at(frame.frame_idx, masks.get(object_id)))
            write_pieces(folder / "annotations.xml", _document(annotated, spill))
        write_objects(folder, annotated.objects)

    def read(self, path: Path, video: Video) -> Found:
        return read_cvat(path, video)


@dataclass
class _Track:
    """An object's masks as XML, in order of frames."""

    _last: str | None = field(default=None)  # the mask that is held, as attributes

    def at(self, frame_idx: int, mask: FrameMask | None) -> str:
        if mask is None:
            last, self._last = self._last, None
            return "" if last is None else self._mask(frame_idx, last, outside=1)
        self._last = _cropped(mask)
        return self._mask(frame_idx, self._last, outside=0)

    def _mask(self, frame_idx: int, shape: str, outside: int) -> str:
        state = attributes(frame=frame_idx, keyframe=1, outside=outside, occluded=0)
        return f'    <mask {state} {shape} z_order="0"></mask>\n'


def _cropped(mask: FrameMask) -> str:
    rle = rle_of(mask)
    left, top, width, height = bounding_box(rle)
    pixels = decode(rle)[top : top + height, left : left + width].ravel()
    edges = np.flatnonzero(np.diff(pixels, prepend=False, append=~pixels[-1:]))
    runs = np.diff(edges, prepend=0)
    coded = ", ".join(map(str, runs.tolist()))
    return attributes(rle=coded, left=left, top=top, width=width, height=height)


def _document(annotated: Annotated, spill: Spill) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n'
    yield from _meta(annotated)
    for tracked in annotated.objects:
        head = attributes(id=tracked.object_id, label=category(tracked), source="file")
        yield f"  <track {head}>\n"
        yield from spill.text(tracked.object_id)
        yield "  </track>\n"
    yield "</annotations>\n"


def _meta(annotated: Annotated) -> Iterator[str]:
    video, frames = annotated.video, annotated.frames
    yield "  <meta>\n    <task>\n"
    yield f"      {element('name', video.title)}{element('size', len(frames))}"
    yield element("mode", "interpolation") + element("overlap", 0)
    if len(frames):
        yield element("start_frame", frames[0]) + element("stop_frame", frames[-1])
    yield element("frame_filter", f"step={_step(annotated)}" if _step(annotated) > 1 else "")
    yield "\n      <labels>\n"
    colours = {category(tracked): tracked.colour for tracked in reversed(annotated.objects)}
    for name in annotated.categories():
        described = element("name", name) + element("color", colours[name]) + element("type", "mask")
        yield f"        <label>{described}<attributes></attributes></label>\n"
    size = element("width", video.width) + element("height", video.height)
    yield f"      </labels>\n      <original_size>{size}</original_size>\n"
    yield f"    </task>\n    {element('source', video.title)}\n  </meta>\n"


def _step(annotated: Annotated) -> int:
    return annotated.frames[1] - annotated.frames[0] if len(annotated.frames) > 1 else 1


CVAT = CvatFormat()
