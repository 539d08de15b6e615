"""`masklet.json`, in every export: what it was made of, so that each frame and file can be proven."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from fractions import Fraction
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from backend.domain.durable import sync
from backend.domain.errors import InvalidInput
from backend.domain.session import TrackedObject

NAME = "masklet.json"
REVISION = 1  # of this file's form
CHUNK_BYTES = 2**20
LICENCE_NOTE = (
    "The masks belong to whoever made them. The video, and every picture of it in this export, stays under "
    "the licence of the source: check that before you pass them on."
)


@dataclass(frozen=True)
class Source:
    """The video that the masks belong to. Frame i is the i-th of the file in presentation order."""

    title: str
    sha256: str
    width: int  # pixels as shown: after the rotation that the file asks for
    height: int
    num_frames: int
    time_base: str  # seconds a tick, "1/12800"


@dataclass(frozen=True)
class Drawn:
    """What drew the masks."""

    session_id: str
    session_version: int
    engine_id: str
    weights_sha256: str | None  # None: the engine has none, or they are not here any more


@dataclass(frozen=True)
class ExportedObject:
    object_id: int
    name: str
    label: str

    @classmethod
    def of(cls, tracked: TrackedObject) -> ExportedObject:
        return cls(tracked.object_id, tracked.name, tracked.label)


@dataclass(frozen=True)
class Manifest:
    """`pts[i]` is the stamp of frame `frames[i]` as the file has it, in ticks of the source's time base."""

    format: str
    with_frames: bool
    source: Source
    drawn: Drawn
    objects: tuple[ExportedObject, ...]
    frames: tuple[int, ...]
    pts: tuple[int, ...]
    files: dict[str, str]  # path below this file's folder -> SHA-256
    owner: str
    created: str  # ISO 8601, UTC
    masklet_version: str
    licence_note: str = LICENCE_NOTE
    revision: int = REVISION

    @property
    def time_base(self) -> Fraction:
        return Fraction(self.source.time_base)

    def save(self, folder: Path) -> None:
        (folder / NAME).write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n", "utf-8")
        sync(folder / NAME)

    @classmethod
    def load(cls, folder: Path) -> Manifest:
        """Raises InvalidInput where there is none, or none that can be understood."""
        try:
            values = json.loads((folder / NAME).read_text("utf-8"))
        except FileNotFoundError:
            raise InvalidInput(
                f"There is no {NAME} here, so nothing says what the masks belong to: export them again."
            ) from None
        except (ValueError, OSError) as error:
            raise InvalidInput(f"{NAME} cannot be read: export the masks again.") from error
        try:
            return _checked(values)
        except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError) as error:
            raise InvalidInput(f"{NAME} is not of the form that Masklet writes: export again.") from error


def _checked(values: dict[str, Any]) -> Manifest:
    if values["revision"] > REVISION:
        raise InvalidInput(f"{NAME} was written by a newer Masklet: update this one.")
    known = {name: values[name] for name in Manifest.__dataclass_fields__}
    manifest = Manifest(
        **{
            **known,
            "source": Source(**values["source"]),
            "drawn": Drawn(**values["drawn"]),
            "objects": tuple(ExportedObject(**one) for one in values["objects"]),
            "frames": tuple(int(frame) for frame in values["frames"]),
            "pts": tuple(int(stamp) for stamp in values["pts"]),
            "files": {str(name): str(digest) for name, digest in values["files"].items()},
        }
    )
    if len(manifest.frames) != len(manifest.pts) or manifest.time_base <= 0:
        raise ValueError("a stamp for each frame")
    return manifest


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of an export but the manifest itself."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    names = ((path.relative_to(folder).as_posix(), path) for path in files)
    return {name: sha256(path) for name, path in names if name != NAME}


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.sha256()
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def utc(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def masklet_version() -> str:
    try:
        return version("masklet")
    except PackageNotFoundError:
        return "unknown"


def stamps_of(frames: Iterable[int], pts: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(pts[frame_idx] for frame_idx in frames)
