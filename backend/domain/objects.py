"""What a person can do to the objects of a session beyond prompts: say where they are absent, order them,
bring them back, merge and split them; and the classes that they may belong to.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from backend.domain.annotation_ports import AnnotationStore
from backend.domain.commands import checked_name
from backend.domain.errors import Conflict, InvalidInput
from backend.domain.frames import FrameRange, apart, joined
from backend.domain.lookup import check_frame, unlocked_object
from backend.domain.once import once
from backend.domain.ontology import ObjectClass, checked_colour, checked_ontology, checked_text, checked_value
from backend.domain.ports import Host, SessionStore, VideoStore
from backend.domain.regroup import merged, split
from backend.domain.session import Attribute, PropagationState, TrackedObject
from backend.domain.video import Video

MAX_ATTRIBUTES = 60
MAX_LABEL = 200


class ObjectCommands:
    """Commands on objects; each blocks until what it did is durable. Safe to call from several threads.

    `seen` is the session's version that the caller has seen: what somebody else changed since is Stale.
    """

    def __init__(
        self, store: SessionStore, annotations: AnnotationStore, videos: VideoStore, host: Host
    ) -> None:
        self._store = store
        self._annotations = annotations
        self._videos = videos
        self._host = host

    @once
    def describe(
        self,
        session_id: str,
        object_id: int,
        name: str | None = None,
        colour: str | None = None,
        label: str | None = None,
        attributes: Sequence[Attribute] | None = None,
        locked: bool | None = None,
        seen: int | None = None,
    ) -> TrackedObject:
        """Change what is named. A locked object can only be unlocked."""
        old = self._store.object(session_id, object_id, seen)
        if not old.locked or locked is not False:
            unlocked_object(self._store, session_id, object_id, seen)
        if label is not None:
            label = " ".join(label.split())
            if len(label) > MAX_LABEL:
                raise InvalidInput(f"A class's name has at most {MAX_LABEL} characters.")
        if attributes is not None:
            of_class = label if label is not None else old.label
            attributes = self._checked_attributes(session_id, of_class, attributes)
        return self._store.update_object(
            session_id,
            object_id,
            checked_name(name) if name is not None else None,
            checked_colour(colour) if colour is not None else None,
            label,
            attributes,
            locked,
            seen,
        )

    @once
    def set_absent(
        self, session_id: str, object_id: int, ranges: Sequence[FrameRange], seen: int | None = None
    ) -> TrackedObject:
        """The object is absent on these frames and on no others. Tracking obeys."""
        video = self._video(session_id)
        old = unlocked_object(self._store, session_id, object_id, seen)
        for stretch in ranges:
            check_frame(stretch.last, video)
        new = apart(joined(ranges), old.absent)
        verified = self._annotations.first_verified(session_id, object_id, new)
        if verified is not None:
            raise Conflict(
                f"The mask of {old.name} on frame {verified} is verified; take that back first, or leave "
                "that frame out."
            )
        changed = self._annotations.set_absent(session_id, object_id, ranges, seen)
        self._host.refresh(session_id)
        return changed

    @once
    def order(self, session_id: str, object_ids: Sequence[int], seen: int | None = None) -> int:
        """The order of the list, first to last. Returns the session's version."""
        there = {tracked.object_id for tracked in self._store.objects(session_id)}
        if set(object_ids) != there or len(object_ids) != len(there):
            raise Conflict("The list of objects has changed in the meantime; order it once more.")
        return self._annotations.set_order(session_id, object_ids, seen)

    @once
    def exchange(
        self,
        session_id: str,
        remove: Collection[int],
        restore: Collection[int],
        seen: int | None = None,
    ) -> int:
        """Remove some objects and bring removed ones back, all at once. Returns the session's version."""
        for object_id in remove:
            unlocked_object(self._store, session_id, object_id, seen)
        version = self._annotations.exchange_objects(session_id, remove, restore, seen)
        self._host.refresh(session_id)
        return version

    @once
    def merge(self, session_id: str, object_ids: Sequence[int], seen: int | None = None) -> TrackedObject:
        """One new object in place of these; it is called as the first one. See `regroup.merged`."""
        if len(set(object_ids)) < 2:
            raise InvalidInput("Merging takes two objects or more.")
        read_at = self._idle_version(session_id)
        parts = [
            unlocked_object(self._store, session_id, object_id, seen)
            for object_id in dict.fromkeys(object_ids)
        ]
        content = merged(parts, self._store.prompts(session_id), self._store.masks(session_id))
        (added,) = self._annotations.replace_objects(
            session_id, [content], list(dict.fromkeys(object_ids)), read_at, seen
        )
        self._host.refresh(session_id)
        return added

    @once
    def split(
        self, session_id: str, object_id: int, frame_idx: int, seen: int | None = None
    ) -> list[TrackedObject]:
        """Two new objects in place of one: what it was before that frame, and from it on."""
        check_frame(frame_idx, self._video(session_id))
        read_at = self._idle_version(session_id)
        whole = unlocked_object(self._store, session_id, object_id, seen)
        before, after = split(
            whole, frame_idx, self._store.prompts(session_id), self._store.masks(session_id)
        )
        if not before.masks or not after.masks:
            side = "before" if not before.masks else "from"
            raise InvalidInput(f"{whole.name} has no mask {side} frame {frame_idx}; split it between two.")
        parts = self._annotations.replace_objects(session_id, [before, after], [object_id], read_at, seen)
        self._host.refresh(session_id)
        return parts

    def set_ontology(
        self, session_id: str, classes: Sequence[ObjectClass], seen: int | None = None
    ) -> tuple[ObjectClass, ...]:
        """Objects keep their classes, also those that are no longer listed."""
        checked = checked_ontology(classes)
        self._set_ontology(session_id, checked, seen)
        return checked

    @once
    def _set_ontology(self, session_id: str, classes: Sequence[ObjectClass], seen: int | None) -> int:
        return self._annotations.set_details(session_id, ontology=classes, seen=seen)

    @once
    def rename_session(self, session_id: str, title: str, seen: int | None = None) -> int:
        """An empty title gives the video's back. Returns the session's version."""
        tidy = checked_text(title, "A session's title") if title.strip() else ""
        return self._annotations.set_details(session_id, title=tidy, seen=seen)

    def _checked_attributes(
        self, session_id: str, label: str, attributes: Sequence[Attribute]
    ) -> tuple[Attribute, ...]:
        if len(attributes) > MAX_ATTRIBUTES:
            raise InvalidInput(f"An object has at most {MAX_ATTRIBUTES} attributes.")
        names = [checked_text(attribute.name, "An attribute's name") for attribute in attributes]
        if len(set(names)) < len(names):
            raise InvalidInput("Each attribute has one value; name it once.")
        ontology = self._store.session(session_id).ontology
        return tuple(
            Attribute(name, checked_value(ontology, label, name, attribute.value))
            for name, attribute in zip(names, attributes, strict=True)
        )

    def _idle_version(self, session_id: str) -> int:
        """The session's version, where no tracking changes it all the time."""
        propagation = self._store.propagation(session_id)
        if propagation is not None and propagation.state is PropagationState.RUNNING:
            raise Conflict("Tracking is running; cancel it, or wait until it is done.")
        return self._store.session(session_id).version

    def _video(self, session_id: str) -> Video:
        return self._videos.video(self._store.session(session_id).video_id)
