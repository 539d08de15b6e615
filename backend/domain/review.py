"""What a person can do with masks that are there: verify them, keep or drop what a Track drew, look ahead."""

from __future__ import annotations

from collections.abc import Sequence

from backend.domain.annotation_ports import AnnotationStore, Verified
from backend.domain.commands import check_prompt
from backend.domain.errors import InvalidInput
from backend.domain.limits import SessionLimits
from backend.domain.lookup import check_frame, unheld_objects, unlocked_object
from backend.domain.once import once
from backend.domain.plan import objects_on
from backend.domain.ports import Host, SessionStore, VideoStore
from backend.domain.rle import Rle
from backend.domain.session import FramePrompt, Verdict
from backend.domain.video import Video

PREVIEW_TIMEOUT_S = 600.0  # a first preview may have to load the model
MAX_PLACES = 1000


class ReviewCommands:
    """Commands on masks; each blocks until what it did is durable. Safe to call from several threads."""

    def __init__(
        self,
        store: SessionStore,
        annotations: AnnotationStore,
        videos: VideoStore,
        host: Host,
        limits: SessionLimits = SessionLimits(),  # noqa: B008 - frozen
    ) -> None:
        self._store = store
        self._annotations = annotations
        self._videos = videos
        self._host = host
        self._limits = limits

    @once
    def set_verified(
        self,
        session_id: str,
        places: Sequence[Verified],
        verified: bool = True,
        seen: int | None = None,
    ) -> int:
        """A person says that these masks are right: tracking never overwrites them unasked. Or takes that
        back. Returns the session's version. With `seen`, what has been drawn since is Stale: nobody says that
        a mask is right which they have not seen."""
        if not 0 < len(places) <= MAX_PLACES:
            raise InvalidInput(f"Verify 1 to {MAX_PLACES} ranges of frames at a time.")
        video = self._video(session_id)
        for place in places:
            check_frame(place.frames.last, video)
        for object_id in {place.object_id for place in places}:
            unlocked_object(self._store, session_id, object_id, seen)
        return self._annotations.set_verified(session_id, places, verified, seen)

    @once
    def set_verdict(
        self, session_id: str, propagation_id: str, verdict: Verdict, seen: int | None = None
    ) -> int:
        """Keep a tracked range, drop it, or take either back. Returns the session's version."""
        latest = self._store.propagation(session_id)
        of_latest = latest is not None and latest.propagation_id == propagation_id
        unheld_objects(self._store, session_id, objects_on(latest.passes) if latest and of_latest else None)
        version = self._annotations.set_verdict(session_id, propagation_id, verdict, seen)
        if verdict is not Verdict.APPLIED:
            self._host.forget(session_id)  # its memory is of masks that people do not see any more
        return version

    def preview(self, session_id: str, prompt: FramePrompt) -> Rle | None:
        """The mask that this prompt would give. Nothing is kept. None: a newer one was asked for since."""
        check_prompt(prompt, self._video(session_id), self._limits)
        if prompt.is_empty:
            raise InvalidInput("There is no prompt to show a mask of; point at something.")
        return self._host.preview(session_id, prompt).result(PREVIEW_TIMEOUT_S)

    def _video(self, session_id: str) -> Video:
        return self._videos.video(self._store.session(session_id).video_id)
