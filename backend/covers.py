"""A small picture of each session: its busiest frame with the masks in their colours.

Drawn when it is first asked for and kept below `covers/`, one file a session, which is drawn anew once the
session has changed. A session without a mask has its video's poster.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from backend.domain.errors import MaskletError
from backend.domain.ports import SessionStore
from backend.domain.project_ports import ProjectStore
from backend.domain.session import FrameMask, Session
from backend.formats.overlay import rgb
from backend.formats.pixels import decode, rle_of

COVER_HEIGHT = 270  # pixels: a card's picture, on screens with two to each
FILL = 0.5  # of the object's colour over the picture
EDGE = 2  # pixels of a mask's border in the full colour
QUALITY = 82
DRAFT_S = 3600.0  # a draft that is older was cut off
Colours = Mapping[int, str]
"""Object id -> "#rrggbb"."""


class Stills(Protocol):
    def still_jpeg(self, video_id: str, frame_idx: int) -> bytes: ...
    def poster_path(self, video_id: str) -> Path: ...


class SessionCovers:
    """Safe to use from several threads and processes at once: the last one to draw a cover keeps it."""

    def __init__(self, sessions: SessionStore, projects: ProjectStore, stills: Stills, folder: Path) -> None:
        self._sessions = sessions
        self._projects = projects
        self._stills = stills
        self._folder = folder

    def path(self, session_id: str) -> Path:
        """A JPEG of the session as it is now. Raises NotFound; or Conflict while the video is being read."""
        session = self._sessions.session(session_id)
        kept = self._path(session)
        if kept.is_file():
            return kept
        (progress,) = self._projects.progress([session_id])
        if progress.busiest_frame is None:
            return self._stills.poster_path(session.video_id)
        self._keep(kept, self._drawn(session, progress.busiest_frame))
        return kept

    def sweep(self) -> None:
        """Take away the covers of sessions that are not there any more, and what a crash left."""
        there = {_stem(session.session_id) for session in self._sessions.sessions()}
        for path in self._folder.glob("*"):
            is_draft = path.suffix != ".jpg"
            with suppress(FileNotFoundError):
                if path.stat().st_mtime + DRAFT_S < time.time() if is_draft else _stem_of(path) not in there:
                    path.unlink()

    def _path(self, session: Session) -> Path:
        return self._folder / f"{_stem(session.session_id)}-{session.version}.jpg"

    def _drawn(self, session: Session, frame_idx: int) -> bytes:
        still = self._stills.still_jpeg(session.video_id, frame_idx)
        colours = {one.object_id: one.colour for one in self._sessions.objects(session.session_id)}
        masks = self._sessions.masks(session.session_id, frame_idx, frame_idx)
        return cover_jpeg(still, masks, colours)

    def _keep(self, path: Path, jpeg: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{secrets.token_hex(4)}")
        try:
            draft.write_bytes(jpeg)
            old = [one for one in self._folder.glob(f"{_stem_of(path)}-*.jpg") if one != path]
            os.replace(draft, path)  # not synced: what is lost is drawn again
        finally:
            draft.unlink(missing_ok=True)
        for one in old:
            one.unlink(missing_ok=True)


def cover_jpeg(still: bytes, masks: Iterable[FrameMask], colours: Colours) -> bytes:
    """The still, small, with each mask filled thinly and its border fully. Masks have the still's size."""
    picture = cv2.imdecode(np.frombuffer(still, np.uint8), cv2.IMREAD_COLOR)
    rows, columns = picture.shape[:2]
    scale = min(1.0, COVER_HEIGHT / rows)
    size = max(1, round(columns * scale)), max(1, round(rows * scale))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    for mask in masks:
        with suppress(MaskletError):  # a mask that cannot be read is no reason to show no picture
            inside = decode(rle_of(mask)).astype(np.float32)
            small = _tinted(small, cv2.resize(inside, size, interpolation=cv2.INTER_AREA), mask, colours)
    done, data = cv2.imencode(".jpg", np.rint(small).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not done:
        raise RuntimeError("OpenCV could not write a JPEG.")
    return data.tobytes()


def _tinted(picture: np.ndarray, inside: np.ndarray, mask: FrameMask, colours: Colours) -> np.ndarray:
    """float32 BGR [height, width, 3]; `inside` is how much of each pixel the mask covers, 0..1."""
    kernel = np.ones((2 * EDGE + 1, 2 * EDGE + 1), np.uint8)
    core = cv2.erode(inside, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0.0)
    share = (inside - core * (1 - FILL))[..., None]
    bgr = np.asarray(rgb(colours.get(mask.object_id, "#ffffff"))[::-1], np.float32)
    return picture * (1 - share) + bgr * share


def _stem_of(path: Path) -> str:
    return path.stem.partition("-")[0]


def _stem(session_id: str) -> str:
    return hashlib.sha256(session_id.encode()).hexdigest()[:32]
