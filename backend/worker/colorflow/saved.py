"""A session's memory on disk: one file, replaced in one step.

`colorflow.npz` holds `about`, a JSON text, and `bits`, the packed masks end to end. Nothing in it
is executable, and whatever does not fit is refused with a sentence.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from backend.domain.durable import sync
from backend.domain.rle import Rle
from backend.domain.session import BoxPrompt, FramePrompt, PointPrompt
from backend.worker.colorflow.memory import Keyframe, ObjectState, PackedMask, PackedShape, TrackRecord
from backend.worker.colorflow.view import Grid

FORMAT = 1
FILE = "colorflow.npz"


def save_objects(folder: Path, objects: dict[int, ObjectState], grid: Grid) -> None:
    """Raises OSError where the disk is full; the file before stays then."""
    writer = _Writer()
    rows = [
        {
            "id": object_id,
            "keyframes": [writer.keyframe(k) for k in state.keyframes.values()],
            "records": [[i, writer.record(record)] for i, record in state.records.items()],
        }
        for object_id, state in objects.items()
    ]
    about = {"format": FORMAT, "grid": asdict(grid), "objects": rows}
    part = folder / f"{FILE}.part"
    with open(part, "wb") as file:
        np.savez(
            file,
            about=np.array(json.dumps(about)),
            bits=np.concatenate([np.empty(0, np.uint8), *writer.bits]),
        )
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, folder / FILE)
    sync(folder)


def load_objects(folder: Path, grid: Grid) -> dict[int, ObjectState]:
    """Raises ValueError with a sentence where the file does not fit."""
    try:
        with open(folder / FILE, "rb") as file, np.load(file, allow_pickle=False) as arrays:
            about: dict[str, Any] = json.loads(str(arrays["about"]))
            reader = _Reader(arrays["bits"])
        if about["format"] != FORMAT or Grid(**about["grid"]) != grid:
            raise ValueError("another version of the engine, or another video, wrote it")
        objects = {int(row["id"]): reader.state(row) for row in about["objects"]}
        reader.finish()
        return objects
    except (OSError, BadZipFile, EOFError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"The saved state in {folder} cannot be used: {error}.") from error


class _Writer:
    def __init__(self) -> None:
        self.bits: list[np.ndarray] = []

    def keyframe(self, keyframe: Keyframe) -> dict[str, Any]:
        prompt = asdict(keyframe.prompt)
        if keyframe.prompt.mask is not None:
            mask = keyframe.prompt.mask
            prompt["mask"] = [mask.height, mask.width, mask.counts]
        return {
            "prompt": prompt,
            "mask": self.mask(keyframe.mask),
            "record": self.record(keyframe.record),
            "base": self.mask(keyframe.base) if keyframe.base is not None else None,
        }

    def record(self, record: TrackRecord) -> dict[str, Any]:
        return {
            "mask": self.mask(record.mask),
            "shape": self.mask(record.shape),
            "rivals": self.mask(record.rivals),
            "velocity": [float(v) for v in record.velocity],
            "score": float(record.object_score),
            "iou": float(record.predicted_iou),
        }

    def mask(self, mask: PackedMask | PackedShape) -> list[int]:
        self.bits.append(mask.bits)
        return [*mask.shape, *mask.box]


class _Reader:
    """Takes the masks in the order in which they were written."""

    def __init__(self, bits: np.ndarray) -> None:
        self.bits, self.at = bits, 0

    def state(self, row: dict[str, Any]) -> ObjectState:
        keyframes = list(self._keyframes(row["keyframes"]))
        records = {int(i): self.record(fields) for i, fields in row["records"]}
        return ObjectState({k.prompt.frame_idx: k for k in keyframes}, records)

    def _keyframes(self, rows: list[dict[str, Any]]) -> Iterator[Keyframe]:
        for fields in rows:
            prompt = fields["prompt"]
            prompt["points"] = tuple(PointPrompt(**point) for point in prompt["points"])
            prompt["box"] = BoxPrompt(**prompt["box"]) if prompt["box"] is not None else None
            prompt["mask"] = Rle(*prompt["mask"]) if prompt["mask"] is not None else None
            mask, record = self.mask(fields["mask"]), self.record(fields["record"])
            base = self.mask(fields["base"]) if fields["base"] is not None else None
            yield Keyframe(FramePrompt(**prompt), mask, record, base)

    def record(self, fields: dict[str, Any]) -> TrackRecord:
        mask = self.mask(fields["mask"])
        shape = self.shape(fields["shape"])
        rivals = self.mask(fields["rivals"])
        vx, vy = (float(v) for v in fields["velocity"])
        return TrackRecord(mask, shape, rivals, (vx, vy), float(fields["score"]), float(fields["iou"]))

    def mask(self, fields: list[int]) -> PackedMask:
        height, width, x, y, w, h = (int(v) for v in fields)
        return PackedMask((height, width), (x, y, w, h), self._take(fields, (w * h + 7) // 8))

    def shape(self, fields: list[int]) -> PackedShape:
        height, width, x, y, w, h = (int(v) for v in fields)
        return PackedShape((height, width), (x, y, w, h), self._take(fields, w * h))

    def _take(self, fields: list[int], length: int) -> np.ndarray:
        height, width, x, y, w, h = (int(v) for v in fields)
        bits = self.bits[self.at : self.at + length]
        if len(bits) != length or min(x, y, w, h) < 0 or x + w > width or y + h > height:
            raise ValueError("it is cut short")
        self.at += length
        return bits.copy()

    def finish(self) -> None:
        if self.at != len(self.bits):
            raise ValueError("it holds more than it says")
