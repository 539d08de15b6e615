"""A session whose inference state is in memory, and what that state has taken in so far."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from backend.domain.session import FramePrompt
from backend.worker.engine import Engine, EngineSession, FrameSource, ObjectMask

Place = tuple[int, int]  # (object id, frame index)


@dataclass(frozen=True)
class Glimpse:
    """The objects with prompts at a version of the session.

    Taken when someone asks for a refresh, not when the refresh is done: so an object that is removed
    and brought back in between is still forgotten in between.
    """

    version: int
    prompted: frozenset[int]


@dataclass(frozen=True)
class Progress:
    """How far the state has walked a propagation."""

    propagation_id: str
    frames_done: int


@dataclass
class LiveSession:
    """The engine's state of one session. Used from the actor's thread only."""

    session_id: str
    engine: Engine
    frames: FrameSource
    state: EngineSession
    seen: dict[Place, int] = field(default_factory=dict)  # version of the newest prompt that was tried there
    drawn: set[Place] = field(default_factory=set)  # where the engine holds a prompt
    progress: Progress | None = None
    next_save_s: float = 0.0  # on the monotonic clock
    nbytes: int = 0  # as last measured: others are asked for it each time that one has walked a frame

    @property
    def objects(self) -> set[int]:
        """Objects that the engine can track."""
        return {object_id for object_id, _ in self.drawn}

    def has_seen(self, prompt: FramePrompt) -> bool:
        return self.seen.get((prompt.object_id, prompt.frame_idx)) == prompt.version

    def take(self, prompt: FramePrompt) -> list[ObjectMask]:
        """Apply a prompt. One that the engine refuses counts as seen, so it is not tried again."""
        place = (prompt.object_id, prompt.frame_idx)
        self.seen[place] = prompt.version
        masks = self.state.apply(prompt)
        self.drawn.add(place)
        return [mask for mask in masks if mask.object_id == prompt.object_id]

    def forget_unprompted(self, glimpse: Glimpse) -> bool:
        """Forget objects without a prompt at that version; True where there was one."""
        newest: dict[int, int] = {}
        for (object_id, _), version in self.seen.items():
            newest[object_id] = max(version, newest.get(object_id, 0))
        gone = [
            object_id
            for object_id, version in newest.items()
            if object_id not in glimpse.prompted and version <= glimpse.version
        ]
        for object_id in gone:
            self.forget(object_id)
        return bool(gone)

    def forget(self, object_id: int) -> None:
        """Prompts, memory, and that it was ever there."""
        self.state.remove_object(object_id)
        self.seen = {place: version for place, version in self.seen.items() if place[0] != object_id}
        self.drawn = {place for place in self.drawn if place[0] != object_id}

    def drop_cleared(self, prompts: Iterable[FramePrompt]) -> list[Place]:
        """Clear where `prompts`, all that there are, has nothing any more; returns where that was."""
        kept = {(prompt.object_id, prompt.frame_idx) for prompt in prompts}
        cleared = sorted(set(self.seen) - kept)
        for object_id, frame_idx in cleared:
            if not any(object_id == kept_id for kept_id, _ in kept):
                self.forget(object_id)
                continue
            del self.seen[object_id, frame_idx]
            if (object_id, frame_idx) in self.drawn:
                self.drawn.discard((object_id, frame_idx))
                self.state.apply(FramePrompt(object_id, frame_idx))
        return cleared

    def step(self, object_ids: Sequence[int], frame_idx: int, reverse: bool) -> list[ObjectMask]:
        """One step; masks on prompted frames are left out, since a person's prompt drew those."""
        masks = self.state.step(object_ids, frame_idx, reverse)
        return [mask for mask in masks if (mask.object_id, frame_idx) not in self.drawn]

    def frames_done(self, propagation_id: str) -> int:
        """Steps of this propagation that the state has in it."""
        if self.progress is None or self.progress.propagation_id != propagation_id:
            return 0
        return self.progress.frames_done

    def walked(self, propagation_id: str, frames_done: int) -> None:
        self.progress = Progress(propagation_id, frames_done)

    def measure(self) -> None:
        """Memory that `close` would free: the inference state and the decoded frames."""
        self.nbytes = self.state.nbytes() + self.frames.nbytes()

    def close(self) -> None:
        self.state.close()
        self.frames.close()
