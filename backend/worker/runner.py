"""What the actor does to a session, one call at a time and no thread in sight: take in prompts, walk a frame,
end a propagation. The store is the truth; an inference state is brought in line with it by comparing.

The order of things is what makes a crash harmless. A click: draw, store the masks, save the state,
answer. A propagation: store the masks, save the state, mark it as ended. So a saved state never knows
of a mask that the store does not have.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from backend.domain.errors import InvalidInput, MaskletError, Unavailable
from backend.domain.observing import Observer
from backend.domain.plan import step_of
from backend.domain.session import FrameMask, FramePrompt, MaskOrigin, Pass, Propagation, PropagationState
from backend.worker.engine import ObjectMask
from backend.worker.engines import EngineShelf
from backend.worker.live_pool import Budget, LivePool
from backend.worker.live_session import Glimpse, LiveSession, Place
from backend.worker.masks import frame_mask, has_drawn, object_mask
from backend.worker.memory import is_out_of_memory, no_room
from backend.worker.ports import EngineLoader, FrameOpener, ResultSink, SessionReader
from backend.worker.rebuild import answered, behind, remind
from backend.worker.saved_states import SavedStates
from backend.worker.supervision import Supervision, absent_mask
from backend.worker.walk import Walk, steps_left

logger = logging.getLogger(__name__)
T = TypeVar("T")


class SessionRunner:
    """Runs sessions on one device. Used from the actor's thread only."""

    def __init__(
        self,
        reader: SessionReader,
        sink: ResultSink,
        loader: EngineLoader,
        open_frames: FrameOpener,
        states: SavedStates,
        budget: Budget,
        observer: Observer,
        keeps_edges: bool = True,
    ) -> None:
        self._reader = reader
        self._sink = sink
        self._observer = observer
        self._keeps_edges = keeps_edges
        self._walks: dict[str, Walk] = {}
        self._told: dict[str, Supervision] = {}  # of the sessions that are walked
        self._engines = EngineShelf(loader)
        self._pool = LivePool(reader, self._engines, open_frames, states, budget, self._settled, observer)

    def is_live(self, session_id: str) -> bool:
        return session_id in self._pool

    def needs_engine(self, session_id: str, glimpse: Glimpse) -> bool:
        """Is there anything for an engine to do at a refresh? If not, none is loaded."""
        if session_id in self._pool or session_id in self._walks:
            return True
        if not glimpse.prompted:
            self._pool.drop_saved(session_id)
        prompts = self._reader.prompts(session_id)
        if len(answered(self._reader, session_id, prompts)) < len(prompts):
            return True
        return self._pool.saved_knows_more(session_id, prompts)

    def missing_engine(self, session_id: str) -> str | None:
        """The engine that has to be loaded before the session can be worked on; None: go on."""
        if self.is_live(session_id):
            return None
        engine_id = self._reader.session(session_id).engine_id
        return None if self._engines.is_at_hand(engine_id) else engine_id

    def load(self, engine_id: str, on_loaded: Callable[[str], None]) -> None:
        """Begin to load it, unless that is under way. `on_loaded` is called from another thread."""
        self._engines.load(engine_id, self._engines_in_use(), on_loaded)

    def loaded(self, engine_id: str, on_loaded: Callable[[str], None]) -> bool:
        """To be called after `on_loaded`. False: memory ran out, others made room, it is loaded again."""
        failure = self._engines.arrived(engine_id)
        if failure is None or not is_out_of_memory(failure):
            return True
        self._observer.out_of_memory()
        if not self._pool.put_away():
            return True
        self.load(engine_id, on_loaded)
        return False

    def forget_failure(self, engine_id: str) -> None:
        """Whoever waited for the engine was told why it cannot be loaded: the next one tries again."""
        self._engines.forget_failure(engine_id)

    def refresh(self, session_id: str, glimpse: Glimpse, asked_s: float) -> int:
        """Take in what is new in the store and store the masks that this draws. Returns the version.

        `asked_s` is when somebody asked for it, on the monotonic clock. Raises the engine's sentence where it
        refused the newest prompt. The prompt counts as seen then, unless memory was what lacked.
        """
        if (walk := self._walks.get(session_id)) is not None:
            self._told[session_id] = Supervision.of(self._reader, session_id, walk.propagation)
        if not self.needs_engine(session_id, glimpse) or self.missing_engine(session_id) is not None:
            return self._reader.session(session_id).version  # a prompt that came just now asks for itself
        outcome = self._with_room(session_id, lambda: self._reconcile(self._pool.get(session_id), glimpse))
        self._pool.trim(keep=session_id)
        if outcome.refusal is not None:
            raise outcome.refusal
        if outcome.drew:
            self._observer.click_answered(time.monotonic() - asked_s)
        return outcome.version

    def begin(self, session_id: str, propagation_id: str, glimpse: Glimpse) -> Walk | None:
        """Get ready to walk the session's propagation; None where there is nothing to walk any more."""
        propagation = self._reader.propagation(session_id)
        if (
            session_id in self._walks
            or propagation is None
            or propagation.propagation_id != propagation_id
            or propagation.state is not PropagationState.RUNNING
        ):
            return None
        engine_id = self._reader.session(session_id).engine_id
        walk = self._walks[session_id] = Walk(session_id, engine_id, propagation)
        self._told[session_id] = Supervision.of(self._reader, session_id, propagation)
        try:
            self._with_room(session_id, lambda: self._reconcile(self._pool.get(session_id), glimpse))
            self._pool.save_if_due(session_id)
            self._pool.trim(keep=session_id)
        except Exception as error:
            self._fail(walk, error)
            return None
        return walk

    def step(self, walk: Walk) -> bool:
        """Walk one frame. False when the propagation has ended, whichever way."""
        try:
            if walk.failure is not None:
                raise walk.failure
            began_s = time.monotonic()
            step = self._with_room(
                walk.session_id, lambda: self._advance(walk, self._pool.get(walk.session_id))
            )
            if step is not None:
                self._observer.frame_tracked(time.monotonic() - began_s, step.objects)
                self._pool.save_if_due(walk.session_id)
                self._pool.trim(keep=walk.session_id)
                return True
            self._end(walk, PropagationState.DONE)
        except Exception as error:
            self._fail(walk, error)
        return False

    def cancel(self, session_id: str) -> int:
        """End the session's propagation where it is. Returns the version."""
        walk = self._walks.get(session_id)
        if walk is not None:
            return self._end(walk, PropagationState.CANCELLED)
        propagation = self._reader.propagation(session_id)
        if propagation is not None and propagation.state is PropagationState.RUNNING:  # nobody walks it
            cancelled = replace(propagation, state=PropagationState.CANCELLED)
            return self._sink.put(session_id, [], cancelled).result()
        return self._reader.session(session_id).version

    def preview(self, session_id: str, prompt: FramePrompt) -> ObjectMask:
        """The mask that a prompt would give; nothing is kept."""
        try:
            mask = self._with_room(session_id, lambda: self._pool.get(session_id).state.preview(prompt))
        except Exception as error:
            raise _explained("No mask can be shown ahead", error) from error
        self._pool.trim(keep=session_id)
        return mask

    def forget(self, session_id: str) -> int:
        """Throw the inference state away: the store says what it should know. Returns the version."""
        self._pool.discard(session_id)
        self._pool.drop_saved(session_id)
        return self._reader.session(session_id).version

    def close(self) -> None:
        """Store and save what is done. Propagations stay RUNNING."""
        self._pool.close()
        self._engines.close()
        self._walks.clear()

    def _engines_in_use(self) -> set[str]:
        return self._pool.engines_in_use | {walk.engine_id for walk in self._walks.values()}

    def _with_room(self, session_id: str, work: Callable[[], T]) -> T:
        """Work on a session. Where memory runs out, all others are put away, and it is done once more."""
        try:
            return work()
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            self._observer.out_of_memory()
            logger.warning("Memory ran out at session %s: the others make room", session_id, exc_info=True)
        self._pool.make_room(session_id)  # not above: there the error still holds on to what it failed with
        try:
            return work()
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            self._pool.discard(session_id)
            raise no_room(error) from error

    def _reconcile(self, live: LiveSession, glimpse: Glimpse) -> _Reconciled:
        """Bring the inference state in line with the store."""
        self._catch_up(live)
        prompts = self._reader.prompts(live.session_id)
        forgotten = live.forget_unprompted(glimpse)
        cleared = live.drop_cleared(prompts)
        self._bring_back(live, cleared)
        new = [prompt for prompt in prompts if not live.has_seen(prompt)]
        given = answered(self._reader, live.session_id, new)
        drawn: list[FrameMask] = []
        refusal: MaskletError | None = None
        for prompt in new:
            refusal = None
            try:
                self._remind_of_frame(live, prompt)
                masks = live.take(prompt)
                answer = given.get((prompt.object_id, prompt.frame_idx))
                if answer is None:
                    drawn += self._frame_masks(live, masks, prompt.frame_idx, MaskOrigin.PROMPT)
                elif not has_drawn(masks, answer):  # an import brought both
                    live.state.remember(prompt.frame_idx, [object_mask(answer)])
            except Exception as error:
                if is_out_of_memory(error):
                    raise
                refusal = _explained("This prompt could not be used", error)
        version = self._store_drawn(live, drawn)
        if forgotten or cleared or new:
            self._pool.save(live.session_id)
        return _Reconciled(version, bool(drawn), refusal)

    def _remind_of_frame(self, live: LiveSession, prompt: FramePrompt) -> None:
        """A first click on a tracked frame corrects the mask that people see there."""
        place = prompt.object_id, prompt.frame_idx
        known = prompt.object_id in live.objects and place not in live.drawn
        if known and not live.state.remembers(*place):
            remind(live, self._reader, [prompt.frame_idx], [prompt.object_id])

    def _bring_back(self, live: LiveSession, cleared: Iterable[Place]) -> None:
        """Where a prompt was taken back the store shows the tracked mask again: remember it."""
        still_there = [
            (object_id, frame_idx) for object_id, frame_idx in cleared if object_id in live.objects
        ]
        for object_id, frame_idx in still_there:
            for mask in self._reader.masks(live.session_id, frame_idx, frame_idx):
                if mask.object_id == object_id and mask.origin is not MaskOrigin.PROMPT:
                    live.state.remember(frame_idx, [object_mask(mask)])

    def _store_drawn(self, live: LiveSession, drawn: list[FrameMask]) -> int:
        if not drawn:
            return self._reader.session(live.session_id).version
        try:
            return self._sink.put(live.session_id, drawn).result()
        except Exception:
            self._pool.discard(live.session_id)  # what was drawn is lost: the prompts must go in again
            raise

    def _advance(self, walk: Walk, live: LiveSession) -> _Step | None:
        """Walk the next frame and send what it drew to the store. None at the end."""
        step = self._walk_on(walk.propagation, live)
        if step is not None:
            masks = self._frame_masks(live, step.drawn, step.frame_idx, MaskOrigin.TRACK)
            done = live.frames_done(walk.propagation.propagation_id)
            walk.sent(self._sink.put(walk.session_id, masks, walk.advanced_to(done)))
        return step

    def _walk_on(self, propagation: Propagation, live: LiveSession) -> _Step | None:
        """Walk the next frame, or past a pass whose objects are all gone. None at the end."""
        done = live.frames_done(propagation.propagation_id)
        position = step_of(propagation.passes, done)
        if position is None:
            return None
        on_pass, frame_idx = position
        present = [object_id for object_id in on_pass.object_ids if object_id in live.objects]
        if frame_idx == on_pass.start:
            self._remind_of_approach(live, on_pass, present)
        drawn = self._draw(live, present, frame_idx, on_pass.reverse)
        done += 1 if present else steps_left(on_pass, frame_idx)
        live.walked(propagation.propagation_id, done)
        return _Step(len(present), frame_idx, drawn)

    def _catch_up(self, live: LiveSession) -> None:
        """A propagation may have ended further on than the saved state knows, such as one that was cancelled
        while it was walked again after a crash. Its masks are stored; the state must have seen them too.
        """
        ended = self._reader.propagation(live.session_id)
        if ended is None or ended.state is PropagationState.RUNNING or live.progress is None:
            return
        if live.progress.propagation_id != ended.propagation_id:
            return
        self._told[live.session_id] = Supervision.of(self._reader, live.session_id, ended)
        while live.frames_done(ended.propagation_id) < ended.frames_done:
            if self._walk_on(ended, live) is None:
                break
        self._told.pop(live.session_id)

    def _draw(
        self, live: LiveSession, object_ids: Sequence[int], frame_idx: int, reverse: bool
    ) -> list[ObjectMask]:
        """The masks of a step. What a person said of this frame is not computed but remembered: that the
        object is absent, or that the mask which is stored is right."""
        told = self._told.get(live.session_id, Supervision())
        absent = [i for i in object_ids if told.is_absent(i, frame_idx)]
        verified = {
            i for i in object_ids if told.is_verified(i, frame_idx) and (i, frame_idx) not in live.drawn
        }
        tracked = [i for i in object_ids if i not in absent and i not in verified]
        drawn = live.step(tracked, frame_idx, reverse) if tracked else []
        empty = [absent_mask(i, live.frames.height, live.frames.width) for i in absent]
        looked_back_on = [m for m in empty if told.is_to_remember(m.object_id, frame_idx, reverse)]
        if looked_back_on:
            live.state.remember(frame_idx, looked_back_on)
        if verified:
            stored = self._reader.masks(live.session_id, frame_idx, frame_idx)
            live.state.remember(frame_idx, [object_mask(m) for m in stored if m.object_id in verified])
        return [*drawn, *empty]

    def _remind_of_approach(self, live: LiveSession, on_pass: Pass, object_ids: Iterable[int]) -> None:
        """A walk that begins where an object has no prompt goes on from stored masks: the engine may have
        forgotten them, or never known."""
        before = on_pass.start + (1 if on_pass.reverse else -1)
        gone = [
            object_id
            for object_id in object_ids
            if (object_id, on_pass.start) not in live.drawn and not live.state.remembers(object_id, before)
        ]
        remind(live, self._reader, behind(on_pass.start, on_pass.reverse), gone)

    def _end(self, walk: Walk, state: PropagationState) -> int:
        if not walk.settle() and state is PropagationState.DONE:
            raise walk.failure or Unavailable("The masks could not be stored.")
        self._pool.save(walk.session_id)
        del self._walks[walk.session_id]
        self._told.pop(walk.session_id, None)
        return self._sink.put(walk.session_id, [], replace(walk.propagation, state=state)).result()

    def _fail(self, walk: Walk, error: Exception) -> None:
        """Mark it as failed, with one sentence. The state is dropped, since nobody knows what is in it."""
        sentence = str(_explained("Tracking stopped", error))
        self._walks.pop(walk.session_id, None)
        self._told.pop(walk.session_id, None)
        walk.settle()
        self._pool.discard(walk.session_id)
        failed = replace(walk.propagation, state=PropagationState.FAILED, error=sentence)
        try:
            self._sink.put(walk.session_id, [], failed).result()
        except Exception:
            logger.exception("The end of a propagation could not be stored; cancel it to go on")

    def _frame_masks(
        self, live: LiveSession, drawn: Iterable[ObjectMask], frame_idx: int, origin: MaskOrigin
    ) -> list[FrameMask]:
        if not self._keeps_edges:
            drawn = [replace(mask, soft=None) for mask in drawn]
        return [frame_mask(mask, frame_idx, origin, live.engine.info.id) for mask in drawn]

    def _settled(self, session_id: str) -> bool:
        walk = self._walks.get(session_id)
        return walk is None or walk.settle()


@dataclass(frozen=True)
class _Step:
    objects: int
    frame_idx: int
    drawn: Sequence[ObjectMask]


@dataclass(frozen=True)
class _Reconciled:
    version: int
    drew: bool
    refusal: MaskletError | None  # why the newest prompt drew nothing


def _explained(what: str, error: Exception) -> MaskletError:
    """An error for people: engines raise ValueError and MaskletError with a sentence, the log the rest."""
    if isinstance(error, MaskletError):
        return error
    if isinstance(error, ValueError):
        return InvalidInput(str(error))
    logger.error("%s", what, exc_info=error)
    reason = str(error).strip().splitlines()
    return Unavailable(f"{what}: {reason[0] if reason else type(error).__name__}; the server's log has more.")
