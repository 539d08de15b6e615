"""What a person can do to a session. The web API and the official demo's adapter both call these.

Order is always: check, make durable, nudge the host. So whatever dies afterwards, an acknowledged
click is in the store, and the host catches up from there.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from backend.domain.colours import colour_of
from backend.domain.errors import Conflict, InvalidInput, NotFound, Unavailable
from backend.domain.frames import FrameRange
from backend.domain.leases import holder_of, take_lease
from backend.domain.limits import SessionLimits
from backend.domain.lookup import check_frame, unheld_objects, unlocked_object
from backend.domain.once import once
from backend.domain.ontology import checked_colour
from backend.domain.plan import ObjectWork, frames_to_walk, objects_on, passes_left, plan_passes
from backend.domain.ports import Host, SessionStore, VideoStore
from backend.domain.projects import HOME
from backend.domain.session import (
    Direction,
    FramePrompt,
    Pass,
    Propagation,
    PropagationState,
    Session,
    TrackedObject,
    Verdict,
)
from backend.domain.standing import ReviewState
from backend.domain.video import Video, VideoState

MAX_NAME = 80
PREDICT_TIMEOUT_S = 600.0  # a first click may have to load the model


class SessionCommands:
    """Commands on sessions; all block until what they did is durable. Safe to call from several threads."""

    def __init__(
        self,
        store: SessionStore,
        videos: VideoStore,
        host: Host,
        limits: SessionLimits = SessionLimits(),  # noqa: B008 - frozen
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._videos = videos
        self._host = host
        self._limits = limits
        self._new_id = new_id
        self._clock = clock

    def create_session(self, video_id: str, engine_id: str | None = None, project_id: str = HOME) -> Session:
        """A session on a video that is ready, with its project's classes; `engine_id` None takes the first
        available one of the menu."""
        return self._store.session(self._create_session(video_id, engine_id, project_id))

    @once
    def _create_session(self, video_id: str, engine_id: str | None, project_id: str) -> str:
        session = self.new_session(video_id, engine_id, project_id)
        self._store.add_session(session)
        return session.session_id

    def new_session(self, video_id: str, engine_id: str | None = None, project_id: str = HOME) -> Session:
        """What `create_session` would store."""
        video = self._videos.video(video_id)
        if video.state is not VideoState.READY:
            raise Conflict(video.error or "This video is still being read; try again in a moment.")
        engine = self._choose_engine(engine_id)
        return Session(self._new_id(), video_id, engine, self._clock(), project_id=project_id)

    @once
    def add_object(
        self,
        session_id: str,
        name: str | None = None,
        colour: str | None = None,
        object_id: int | None = None,
    ) -> TrackedObject:
        """A new object. Ids count up from 1 and are not used again, unless the caller chooses one."""
        if object_id is not None and object_id < 0:
            raise InvalidInput(f"object_id {object_id} is negative.")
        tidy_name = checked_name(name) if name is not None else None
        tidy_colour = checked_colour(colour) if colour is not None else None

        def describe(new_id: int) -> TrackedObject:
            return TrackedObject(new_id, tidy_name or f"Object {new_id}", tidy_colour or colour_of(new_id))

        return self._store.add_object(session_id, describe, object_id)

    @once
    def update_object(
        self,
        session_id: str,
        object_id: int,
        name: str | None = None,
        colour: str | None = None,
        seen: int | None = None,
    ) -> TrackedObject:
        unlocked_object(self._store, session_id, object_id, seen)
        return self._store.update_object(
            session_id,
            object_id,
            checked_name(name) if name is not None else None,
            checked_colour(colour) if colour is not None else None,
            seen=seen,
        )

    @once
    def remove_object(self, session_id: str, object_id: int, seen: int | None = None) -> int:
        """Returns the session's version."""
        unlocked_object(self._store, session_id, object_id, seen)
        version = self._store.remove_object(session_id, object_id, seen)
        self._host.refresh(session_id)
        return version

    def set_prompt(self, session_id: str, prompt: FramePrompt, seen: int | None = None) -> int:
        """Replace an object's prompts on a frame and wait for its mask. Returns the session's version.

        The whole set is sent each time, so sending it twice does no harm, and undo is sending the old one.
        With `seen`, the version that the caller has seen, somebody else's newer change of these is Stale.
        """
        self._put_prompt(session_id, prompt, seen)
        return self._host.refresh(session_id).result(PREDICT_TIMEOUT_S)

    @once
    def _put_prompt(self, session_id: str, prompt: FramePrompt, seen: int | None) -> int:
        video = self.video_of(session_id)
        tracked = unlocked_object(self._store, session_id, prompt.object_id, seen)
        self.check_prompt(prompt, video)
        take_lease(session_id, prompt.object_id, tracked.name)
        return self._store.put_prompt(session_id, prompt, seen)

    def check_prompt(self, prompt: FramePrompt, video: Video) -> None:
        """Raises InvalidInput where `set_prompt` would."""
        check_prompt(prompt, video, self._limits)

    def clear_prompts(self, session_id: str, seen: int | None = None) -> int:
        """Start over: every prompt and mask goes, the objects stay. Returns the session's version."""
        self._clear_prompts(session_id, seen)
        return self._host.refresh(session_id).result(PREDICT_TIMEOUT_S)

    @once
    def _clear_prompts(self, session_id: str, seen: int | None) -> int:
        unheld_objects(self._store, session_id)
        self.cancel(session_id)
        return self._store.clear_prompts(session_id, seen)

    @once
    def track(
        self,
        session_id: str,
        direction: Direction = Direction.BOTH,
        start_frame: int | None = None,
        object_ids: Collection[int] | None = None,
        first_frame: int | None = None,
        last_frame: int | None = None,
        proposed: bool = False,
        overwrites_verified: bool = False,
    ) -> Propagation:
        """Start a propagation; its masks arrive in the feed. `object_ids` None: those that need it.

        `first_frame` and `last_frame`, both inclusive, limit it to a range. What was due before stays due
        then, since the rest of the video has not seen it; and a walk ends before the next verified frame.
        If it is `proposed`, its masks wait beside the session's own for a verdict. Verified masks stay as
        they are, unless it `overwrites_verified`. Locked objects are left alone, and those that somebody else
        is editing, unless they are named: then that is refused. Accepted
        ones are walked only where they are named.
        """
        video = self.video_of(session_id)
        if start_frame is not None:
            check_frame(start_frame, video)
        within = _checked_range(first_frame, last_frame, video)
        for object_id in object_ids or ():
            unlocked_object(self._store, session_id, object_id)
        work = self._work(session_id, object_ids, respects_verified=not overwrites_verified)
        passes = plan_passes(work, direction, video.num_frames, start_frame, within)
        if not passes:
            raise InvalidInput(self._why_nothing_to_walk(session_id, direction, within))
        propagation = self._propagation(session_id, passes, settles_prompts=within is None)
        verdict = Verdict.OPEN if proposed else Verdict.APPLIED
        return self._start(
            session_id, replace(propagation, verdict=verdict, overwrites_verified=overwrites_verified)
        )

    def track_passes(self, session_id: str, passes: Sequence[Pass]) -> Propagation:
        """Start a propagation over exactly these passes."""
        unheld_objects(self._store, session_id, objects_on(passes))
        return self._start(session_id, self._propagation(session_id, passes, settles_prompts=True))

    def _propagation(self, session_id: str, passes: Sequence[Pass], settles_prompts: bool) -> Propagation:
        """`settles_prompts`: once it is done, its objects' prompts are in their masklets as far as they
        reach, and need no further Track."""
        return Propagation(
            self._new_id(),
            tuple(passes),
            PropagationState.RUNNING,
            frames_done=0,
            frames_total=frames_to_walk(passes),
            prompts_version=self._store.session(session_id).version if settles_prompts else 0,
        )

    def _start(self, session_id: str, propagation: Propagation) -> Propagation:
        self._store.start_propagation(session_id, propagation)
        self._host.track(session_id, propagation)
        return propagation

    @once
    def resume(self, session_id: str) -> Propagation:
        """Go on with the latest propagation where it failed, or was cancelled."""
        last = self._store.propagation(session_id)
        if last is None or last.state not in (PropagationState.CANCELLED, PropagationState.FAILED):
            raise Conflict("No tracking was broken off in this session; start it anew.")
        if last.verdict is not Verdict.APPLIED:
            raise Conflict("This tracking waits for a verdict: keep or drop its masks, then track again.")
        passes = passes_left(last.passes, last.frames_done)
        if not passes:
            raise Conflict("Nothing was left to track when it was broken off.")
        unheld_objects(self._store, session_id, objects_on(passes))
        again = replace(last, propagation_id=self._new_id(), state=PropagationState.RUNNING, error=None)
        rest = replace(again, passes=passes, frames_done=0, frames_total=frames_to_walk(passes))
        return self._start(session_id, rest)

    def cancel(self, session_id: str) -> int:
        """Stop tracking within a frame; what is done stays. Returns the session's version."""
        self._store.session(session_id)
        return self._host.cancel(session_id).result(PREDICT_TIMEOUT_S)

    def video_of(self, session_id: str) -> Video:
        return self._videos.video(self._store.session(session_id).video_id)

    def _choose_engine(self, engine_id: str | None) -> str:
        menu = self._host.engines()
        chosen = next((e for e in menu if (e.available if engine_id is None else e.id == engine_id)), None)
        if chosen is None:
            names = ", ".join(engine.id for engine in menu)
            raise NotFound(f"There is no engine {engine_id!r}; choose one of {names}.")
        if not chosen.available:
            raise Unavailable(chosen.note)
        return chosen.id

    def _work(
        self, session_id: str, object_ids: Collection[int] | None, respects_verified: bool
    ) -> list[ObjectWork]:
        prompts = self._store.prompts(session_id)
        verified = self._store.verified(session_id) if respects_verified else {}
        return [
            ObjectWork(
                tracked.object_id,
                frozenset(p.frame_idx for p in prompts if p.object_id == tracked.object_id),
                frozenset(
                    p.frame_idx
                    for p in prompts
                    if p.object_id == tracked.object_id and p.version > tracked.tracked_version
                ),
                tracked.tracked_version > 0,
                verified.get(tracked.object_id, frozenset()),
            )
            for tracked in self._store.objects(session_id)
            if not tracked.locked
            and _is_wanted(tracked, object_ids)
            and not holder_of(session_id, tracked.object_id)
        ]

    def _why_nothing_to_walk(self, session_id: str, direction: Direction, within: FrameRange | None) -> str:
        if not self._store.prompts(session_id):
            return "There is nothing to track yet: click an object first."
        unheld_objects(self._store, session_id)
        if within is not None:
            return (
                f"Tracking {direction} does not reach frames {within.first} to {within.last} from where the "
                "prompts are; click there."
            )
        return f"There is no frame to track {direction} from here; choose the other direction."


def _is_wanted(tracked: TrackedObject, object_ids: Collection[int] | None) -> bool:
    """An accepted object is walked only where somebody names it: new masks would take its acceptance back."""
    if object_ids is None:
        return tracked.review.state is not ReviewState.ACCEPTED
    return tracked.object_id in object_ids


def _checked_range(first_frame: int | None, last_frame: int | None, video: Video) -> FrameRange | None:
    """None where neither end is given, or both are those of the video."""
    first = 0 if first_frame is None else first_frame
    last = video.num_frames - 1 if last_frame is None else last_frame
    check_frame(first, video)
    check_frame(last, video)
    if first > last:
        raise InvalidInput(f"The range begins at frame {first}, after its end at {last}; swap them.")
    return None if (first, last) == (0, video.num_frames - 1) else FrameRange(first, last)


def check_prompt(prompt: FramePrompt, video: Video, limits: SessionLimits) -> None:
    check_frame(prompt.frame_idx, video)
    if len(prompt.points) > limits.points:
        raise InvalidInput(f"A frame takes at most {limits.points} points for one object.")
    size = f"{video.width} x {video.height} pixels"
    for point in prompt.points:
        if not (0 <= point.x <= video.width and 0 <= point.y <= video.height):
            raise InvalidInput(f"The point ({point.x:g}, {point.y:g}) is outside the frame of {size}.")
    if box := prompt.box:
        if not (0 <= box.x0 < box.x1 <= video.width and 0 <= box.y0 < box.y1 <= video.height):
            raise InvalidInput(f"The box must have x0 < x1 and y0 < y1 inside the frame of {size}.")
    if mask := prompt.mask:
        if (mask.height, mask.width) != (video.height, video.width):
            raise InvalidInput(f"The mask is {mask.width} x {mask.height} pixels, the video {size}.")
        if prompt.points or prompt.box:
            raise InvalidInput("A mask prompt stands alone: leave out points and box, or the mask.")
        if mask.area == 0:
            raise InvalidInput("The mask prompt is empty; draw something, or clear the frame's prompts.")


def checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= MAX_NAME:
        raise InvalidInput(f"An object's name has 1 to {MAX_NAME} characters.")
    return name
