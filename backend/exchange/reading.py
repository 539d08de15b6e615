"""Reading a file that masks or boxes come in by: what it brings, and line by line what it cannot bring.

Nothing of the session is touched here. What may come in is left on disk for whoever writes it to the store.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from backend.domain.errors import InvalidInput, MaskletError
from backend.domain.exchange import Incoming, IncomingBox, IncomingMask
from backend.domain.jobs import ImportReport, ImportRequest, IncomingObject
from backend.domain.rle import Rle
from backend.domain.session import BoxPrompt, Session, TrackedObject
from backend.domain.video import Video
from backend.exchange.choosing import prompted_frames
from backend.exchange.manifest import NAME as MANIFEST
from backend.exchange.manifest import Manifest
from backend.exchange.zips import unpack
from backend.formats.model import Found, FoundBox, FoundMask, FoundObject, Problem
from backend.formats.registry import FORMATS, format_named
from backend.media.files import link_or_copy

MAX_LINES = 200  # of problems that are listed; the rest is counted
MAX_OBJECTS = 2000
MAX_NAME = 80
REPORT, OBJECTS, SHAPES = "report.json", "objects.json", "shapes.jsonl"
ZIP_HEAD = b"PK\x03\x04"
HEAD_BYTES = 64
TEXTS = frozenset({".json", ".xml", ".txt"})
SHAPES_LOOKED_AT = 64  # enough to see whether a format is the right one
UNKNOWN = "This is no annotation file that Masklet knows: choose its format, or see the user guide for which."


@dataclass
class _Object:
    """What was met of one object."""

    masked: set[int] = field(default_factory=set)  # frames
    boxed: set[int] = field(default_factory=set)

    @property
    def boxes(self) -> set[int]:
        """Where a box says more than the mask that is there."""
        return self.boxed - self.masked


@dataclass
class _Problems:
    lines: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, line: str) -> None:
        self.count += 1
        if len(self.lines) < MAX_LINES:
            self.lines.append(line)


def read_import(
    upload: Path, request: ImportRequest, video: Video, session: Session | None, work: Path
) -> None:
    """Leave a report in `work`, and what may come in. Raises InvalidInput where the file is of no use."""
    path = _opened(upload, work, video)
    problems = _Problems()
    _check_manifest(path, video, problems)
    name, found = _read(path, request, video)
    if len(found.objects) > MAX_OBJECTS:
        raise InvalidInput(f"The file has more than {MAX_OBJECTS} objects: bring in parts of it.")
    met = _walk(found, problems)
    _check_classes(found, session, problems)
    kept = [one for one in found.objects if met[one.object_id].masked or met[one.object_id].boxed]
    if not kept:
        why = f" {problems.lines[0]}" if problems.lines else ""
        raise InvalidInput(f"There is no mask and no box in it that fits this video.{why}")
    report = ImportReport(
        name,
        tuple(_incoming(one, met[one.object_id]) for one in kept),
        tuple(problems.lines),
        problems.count,
    )
    _leave(work, report, kept, met, found, video)


def load_report(work: Path) -> ImportReport:
    values = json.loads((work / REPORT).read_text("utf-8"))
    objects = tuple(IncomingObject(**one) for one in values["objects"])
    return ImportReport(values["format"], objects, tuple(values["problems"]), values["num_problems"])


def load_incoming(work: Path, keep: bool) -> Incoming:
    values = json.loads((work / OBJECTS).read_text("utf-8"))
    objects = tuple(TrackedObject(**one) for one in values["objects"])
    return Incoming(objects, frozenset(values["complete"]), partial(_shapes, work / SHAPES), keep)


def _opened(upload: Path, work: Path, video: Video) -> Path:
    """The file under a name with the ending that its content asks for, or the folder that its zip holds."""
    with upload.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if head.startswith(ZIP_HEAD):
        folder = work / "unpacked"
        folder.mkdir()
        unpack(upload, folder)
        return _root(folder, video)
    path = work / f"file{_ending_of(head)}"
    link_or_copy(upload, path)
    return path


def _ending_of(head: bytes) -> str:
    """Of the file alone; what its name says is only a claim."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:1] in (b"{", b"["):
        return ".json"
    if text[:1] == b"<":
        return ".xml"
    if text[:1].isdigit() and text.isascii():
        return ".txt"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return ".webm"
    if head[4:8] == b"ftyp":
        return ".mov"
    raise InvalidInput(UNKNOWN)


def _root(folder: Path, video: Video) -> Path:
    """Where the annotations begin: of several sessions in one export, the one of this video."""
    inside = sorted(folder.iterdir())
    if len(inside) == 1 and inside[0].is_dir():
        return _root(inside[0], video)
    exports = [path for path in inside if (path / MANIFEST).is_file()]
    if (folder / MANIFEST).is_file() or not exports:
        return folder
    matching = [path for path in exports if Manifest.load(path).source.sha256 == video.source_sha256]
    if not matching:
        raise InvalidInput("This export is of other videos: none of its parts belongs to this one.")
    return matching[0]


def _check_manifest(path: Path, video: Video, problems: _Problems) -> None:
    if not path.is_dir() or not (path / MANIFEST).is_file():
        return
    source = Manifest.load(path).source
    if source.sha256 != video.source_sha256:
        problems.add(
            f"These masks were exported from another file ({source.title}, {source.num_frames} frames, "
            f"SHA-256 {source.sha256[:12]}...), so their frames may not be this video's."
        )


def _read(path: Path, request: ImportRequest, video: Video) -> tuple[str, Found]:
    """The format's name, and what its reader finds."""
    if request.format is not None:
        return request.format, format_named(request.format).read(path, video)
    named = _named_in_manifest(path)
    if named is not None:
        return named, format_named(named).read(path, video)
    claimed: tuple[str, Found] | None = None
    for name, form in FORMATS.items():
        is_video = form.needs_frames and not form.takes_frames
        if is_video and path.suffix in TEXTS:
            continue
        try:
            found = form.read(path, video)
            shapes = islice(found.shapes(), SHAPES_LOOKED_AT)
            if any(not isinstance(shape, Problem) for shape in shapes):
                return name, found
        except MaskletError:
            continue  # it is no such thing
        if found.objects and claimed is None:
            claimed = name, found  # its problems may say more than that nobody can read it
    if claimed is None:
        raise InvalidInput(UNKNOWN)
    return claimed


def _named_in_manifest(path: Path) -> str | None:
    if path.is_dir() and (path / MANIFEST).is_file():
        return Manifest.load(path).format
    return None


def _walk(found: Found, problems: _Problems) -> dict[int, _Object]:
    """Which frames each object has; the first of several masks on one place counts."""
    met = {one.object_id: _Object() for one in found.objects}
    for shape in found.shapes():
        if isinstance(shape, Problem):
            problems.add(shape.sentence)
            continue
        of_it = met[shape.object_id]
        frames, what = (of_it.masked, "masks") if isinstance(shape, FoundMask) else (of_it.boxed, "boxes")
        if shape.frame_idx in frames:
            problems.add(
                f"Object {shape.object_id} has two {what} on frame {shape.frame_idx}: the first counts."
            )
        frames.add(shape.frame_idx)
    return met


def _check_classes(found: Found, session: Session | None, problems: _Problems) -> None:
    known = {one.name for one in session.ontology} if session is not None else set()
    if known:
        for label in sorted({one.label for one in found.objects if one.label} - known):
            problems.add(
                f"The class {label!r} is none of this session's: the objects come in with it all the same."
            )


def _incoming(one: FoundObject, met: _Object) -> IncomingObject:
    frames = met.masked | met.boxed
    counts = len(met.masked), len(met.boxes)
    return IncomingObject(one.object_id, one.name, one.label, *counts, min(frames), max(frames))


def _leave(
    work: Path,
    report: ImportReport,
    kept: list[FoundObject],
    met: dict[int, _Object],
    found: Found,
    video: Video,
) -> None:
    prompts = {one.object_id: prompted_frames(met[one.object_id].masked, video.num_frames) for one in kept}
    complete = [one.object_id for one in kept if len(met[one.object_id].masked) == video.num_frames]
    objects = [_told(one) for one in kept]
    with (work / SHAPES).open("w", encoding="ascii") as file:
        for shape in _once(found, met):
            if isinstance(shape, FoundMask):
                rle, asked = shape.rle, shape.frame_idx in prompts[shape.object_id]
                values = [shape.object_id, shape.frame_idx, rle.height, rle.width, rle.counts, asked]
            else:
                box = shape.box
                values = [shape.object_id, shape.frame_idx, [box.x0, box.y0, box.x1, box.y1]]
            file.write(json.dumps(values) + "\n")
    (work / OBJECTS).write_text(json.dumps({"objects": objects, "complete": complete}), "utf-8")
    (work / REPORT).write_text(json.dumps(asdict(report)), "utf-8")


def _told(one: FoundObject) -> dict[str, Any]:
    """Fields of a TrackedObject; an object without a colour gets one from its id later."""
    name = " ".join(one.name.split())[:MAX_NAME] or f"Object {one.object_id}"
    label = " ".join(one.label.split())[:MAX_NAME]
    return {"object_id": one.object_id, "name": name, "colour": one.colour or "", "label": label}


def _once(found: Found, met: dict[int, _Object]) -> Iterator[FoundMask | FoundBox]:
    """Each place's first mask, and the boxes where there is none."""
    masked = {object_id: set(of_it.masked) for object_id, of_it in met.items()}
    boxed = {object_id: set(of_it.boxes) for object_id, of_it in met.items()}
    for shape in found.shapes():
        if isinstance(shape, Problem):
            continue
        left = (masked if isinstance(shape, FoundMask) else boxed)[shape.object_id]
        if shape.frame_idx in left:
            left.discard(shape.frame_idx)
            yield shape


def _shapes(path: Path) -> Iterator[IncomingMask | IncomingBox]:
    with path.open(encoding="ascii") as file:
        for line in file:
            object_id, frame_idx, *rest = json.loads(line)
            if len(rest) == 1:
                yield IncomingBox(object_id, frame_idx, BoxPrompt(*rest[0]))
            else:
                height, width, counts, asked = rest
                yield IncomingMask(object_id, frame_idx, Rle(height, width, counts), asked)
