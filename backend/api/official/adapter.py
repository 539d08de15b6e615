"""The demo's mutations in terms of `SessionCommands`. Everything blocks; callers are threads."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from backend.api.official.paths import video_at
from backend.api.official.resize import resized
from backend.domain.commands import SessionCommands
from backend.domain.errors import Conflict, InvalidInput, NotFound
from backend.domain.ports import SessionStore, VideoStore
from backend.domain.rle import Rle
from backend.domain.session import BoxPrompt, FramePrompt, PointPrompt, Session
from backend.domain.video import Video

REMEMBERED_SESSIONS = 1000
RenditionSize = Callable[[int, int], tuple[int, int]]  # (width, height) of a source -> of what is played

BOX_LABELS = [2, 3]  # the corners of a box, sent as its first two points


@dataclass(frozen=True)
class ObjectRle:
    object_id: int
    rle: Rle


@dataclass(frozen=True)
class FrameRles:
    """Every known object's mask on a frame, in order of first prompt. `frame_index` is the client's."""

    frame_index: int
    masks: tuple[ObjectRle, ...]


@dataclass
class _Seen:
    """What the demo's sessions have and Masklet's do not: an end, and an order of objects."""

    closed: bool = False
    order: list[int] = field(default_factory=list)


class DemoSessions:
    """A session that the demo closes is closed to the demo only; its clicks and masks stay in the store."""

    def __init__(
        self,
        commands: SessionCommands,
        sessions: SessionStore,
        videos: VideoStore,
        rendition_size: RenditionSize,
    ) -> None:
        self._commands = commands
        self._sessions = sessions
        self._videos = videos
        self._rendition_size = rendition_size
        self._seen: OrderedDict[str, _Seen] = OrderedDict()
        self._lock = threading.Lock()

    def start(self, path: str) -> Session:
        return self._commands.create_session(video_at(path, self._videos).video_id)

    def close(self, session_id: str) -> bool:
        """False if there is no such session."""
        try:
            self.session(session_id)
        except NotFound:
            return False
        self._commands.cancel(session_id)
        self._note(session_id).closed = True
        return True

    def session(self, session_id: str) -> Session:
        if self._note(session_id).closed:
            raise _expired(session_id)
        try:
            return self._sessions.session(session_id)
        except NotFound:
            raise _expired(session_id) from None

    def add_points(
        self,
        session_id: str,
        frame_index: int,
        object_id: int,
        labels: Sequence[int],
        points: Sequence[Sequence[float]],
        clear_old_points: bool,
    ) -> FrameRles:
        self.session(session_id)
        video = self._commands.video_of(session_id)
        frame_idx = _frame(frame_index, video)
        old = None if clear_old_points else self._prompt(session_id, object_id, frame_idx)
        prompt = _prompt(object_id, frame_idx, labels, points, video, old)
        self._commands.check_prompt(prompt, video)  # before it would leave an object without a prompt
        self._ensure_object(session_id, object_id)
        self._commands.set_prompt(session_id, prompt)
        return self.masks_on(session_id, frame_index)

    def clear_points_in_frame(self, session_id: str, frame_index: int, object_id: int) -> FrameRles:
        self.session(session_id)
        video = self._commands.video_of(session_id)
        self._commands.set_prompt(session_id, FramePrompt(object_id, _frame(frame_index, video)))
        return self.masks_on(session_id, frame_index)

    def clear_points_in_video(self, session_id: str) -> None:
        """Start over. The demo forgets its objects with this, so they go as well."""
        self.session(session_id)
        self._commands.cancel(session_id)
        for object_id in self.object_ids(session_id):
            self._commands.remove_object(session_id, object_id)
        self._note(session_id).order.clear()

    def remove_object(self, session_id: str, object_id: int) -> list[FrameRles]:
        """The other objects' masks on each frame where the removed one had prompts."""
        self.session(session_id)
        if object_id not in self.object_ids(session_id):
            return []
        prompts = self._sessions.prompts(session_id)
        frames = sorted(prompt.frame_idx for prompt in prompts if prompt.object_id == object_id)
        self._commands.remove_object(session_id, object_id)
        order = self._note(session_id).order
        if object_id in order:
            order.remove(object_id)
        return [self.masks_on(session_id, frame) for frame in frames] if self.object_ids(session_id) else []

    def cancel(self, session_id: str) -> None:
        self.session(session_id)
        self._commands.cancel(session_id)

    def object_ids(self, session_id: str) -> list[int]:
        """In order of first prompt, as far as this process saw it; else by id."""
        known = [tracked.object_id for tracked in self._sessions.objects(session_id)]
        order = [object_id for object_id in self._note(session_id).order if object_id in known]
        return order + [object_id for object_id in known if object_id not in order]

    def masks_on(self, session_id: str, frame_index: int) -> FrameRles:
        video = self._commands.video_of(session_id)
        frame_idx = _frame(frame_index, video)
        found = {
            mask.object_id: mask.rle
            for mask in self._sessions.masks(session_id, frame_idx, frame_idx)
            if mask.rle and mask.area
        }
        return self.complete(frame_index, found, self.object_ids(session_id), video)

    def played_size(self, video: Video) -> tuple[int, int]:
        """(width, height) of the file that the demo's frontend plays."""
        return self._rendition_size(video.width, video.height)

    def complete(
        self, frame_index: int, found: Mapping[int, Rle], object_ids: Iterable[int], video: Video
    ) -> FrameRles:
        """A mask for each object; else the blank one, whose very encoding the demo's frontend looks for."""
        width, height = self.played_size(video)
        blank = Rle.empty(height, width)
        masks = [ObjectRle(i, resized(found[i], height, width) if i in found else blank) for i in object_ids]
        return FrameRles(frame_index, tuple(masks))

    def _ensure_object(self, session_id: str, object_id: int) -> None:
        note = self._note(session_id)
        if object_id not in self.object_ids(session_id):
            try:
                self._commands.add_object(session_id, object_id=object_id)
            except Conflict:
                pass  # another click added it in between
        if object_id not in note.order:
            note.order.append(object_id)

    def _prompt(self, session_id: str, object_id: int, frame_idx: int) -> FramePrompt | None:
        for prompt in self._sessions.prompts(session_id):
            if (prompt.object_id, prompt.frame_idx) == (object_id, frame_idx):
                return prompt
        return None

    def _note(self, session_id: str) -> _Seen:
        with self._lock:
            note = self._seen.setdefault(session_id, _Seen())
            self._seen.move_to_end(session_id)
            while len(self._seen) > REMEMBERED_SESSIONS:
                self._seen.popitem(last=False)
            return note


def _frame(frame_index: int, video: Video) -> int:
    """-1 is the last frame, as in the demo."""
    return video.num_frames - 1 if frame_index == -1 else frame_index


def _prompt(
    object_id: int,
    frame_idx: int,
    labels: Sequence[int],
    points: Sequence[Sequence[float]],
    video: Video,
    old: FramePrompt | None,
) -> FramePrompt:
    if len(labels) != len(points) or any(len(point) != 2 for point in points):
        raise InvalidInput("Send as many labels as points, each point as [x, y].")
    # The demo takes points beyond the edge; they are moved onto it.
    pixels = [(min(max(x, 0.0), 1.0) * video.width, min(max(y, 0.0), 1.0) * video.height) for x, y in points]
    box = old.box if old else None
    if list(labels[:2]) == BOX_LABELS:
        if old:
            raise InvalidInput("A box replaces the points before it: send it with clearOldPoints true.")
        (x0, y0), (x1, y1) = pixels[:2]
        box, pixels, labels = BoxPrompt(x0, y0, x1, y1), pixels[2:], labels[2:]
    if any(label not in (0, 1) for label in labels):
        raise InvalidInput("A label is 1 to include or 0 to exclude; 2 and 3, first, are a box's corners.")
    new = tuple(PointPrompt(x, y, label == 1) for (x, y), label in zip(pixels, labels, strict=True))
    return FramePrompt(object_id, frame_idx, (old.points if old else ()) + new, box)


def _expired(session_id: str) -> NotFound:
    return NotFound(f"Cannot find session {session_id[:80]}; it might have expired")
