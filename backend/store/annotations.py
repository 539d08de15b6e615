"""What people say of objects and masks beyond prompts: absent ranges, verified frames, order, verdicts, and
objects that come, go and come back together. In SQL.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import func, select, update

from backend.domain.annotation_ports import ObjectContent, Verified
from backend.domain.errors import Conflict
from backend.domain.frames import FrameRange, apart, joined
from backend.domain.ontology import ObjectClass
from backend.domain.session import TrackedObject, Verdict
from backend.domain.stale import Kind, Thing
from backend.domain.standing import Review
from backend.store.absence import absence_changes_masks, prompted_frames
from backend.store.edits import check_masks_seen
from backend.store.object_rows import (
    check_room,
    last_rank,
    live_object,
    set_removed,
    set_restored,
)
from backend.store.rows import mask_row, object_row, ontology_json, prompt_row, upsert
from backend.store.sessions import SqlSessionStore, Write
from backend.store.tables import masks, objects, prompts, sessions
from backend.store.verdicts import forget_old_stashes, set_verdict


class SqlAnnotationStore:
    """Implements `backend.domain.annotation_ports.AnnotationStore`."""

    def __init__(self, store: SqlSessionStore) -> None:
        self._store = store

    def set_absent(
        self, session_id: str, object_id: int, ranges: Sequence[FrameRange], seen: int | None = None
    ) -> TrackedObject:
        with self._store.writing(session_id) as write:
            write.change(seen, Thing(Kind.OBJECT, object_id))
            old = live_object(write.connection, session_id, object_id)
            new = replace(old, absent=joined(ranges), version=write.version)
            for stretch in apart(new.absent, old.absent):
                frames = prompted_frames(write.connection, session_id, object_id, stretch)
                write.check(seen, Thing(Kind.PROMPTS, object_id, stretch))
                write.touch(*(Thing.prompts(object_id, frame_idx) for frame_idx in frames))
            upsert(write.connection, objects, [object_row(session_id, new, write.version)])
            absence_changes_masks(write.connection, session_id, old, new, write.version)
            write.answer = new
        return new

    def set_verified(
        self, session_id: str, places: Sequence[Verified], verified: bool, seen: int | None = None
    ) -> int:
        with self._store.writing(session_id) as write:
            for place in places:
                live_object(write.connection, session_id, place.object_id, seen)
            things = [Thing(Kind.VERIFIED, place.object_id, place.frames) for place in places]
            check_masks_seen(write.connection, session_id, seen, things)
            write.touch(*things)
            write.notes.same_masks = True
            found = 0
            for place in places:
                found += write.connection.execute(
                    update(masks)
                    .where(
                        masks.c.session_id == session_id,
                        masks.c.object_id == place.object_id,
                        masks.c.frame_idx.between(place.frames.first, place.frames.last),
                        masks.c.counts.is_not(None),
                        masks.c.verified != verified,
                    )
                    .values(verified=verified, version=write.version)
                ).rowcount
            if not found and verified:
                raise Conflict("There is no mask here that waits to be verified.")
        return write.version

    def set_order(self, session_id: str, object_ids: Sequence[int], seen: int | None = None) -> int:
        with self._store.writing(session_id) as write:
            write.change(seen, Thing(Kind.ORDER))
            for rank, object_id in enumerate(object_ids, 1):
                old = live_object(write.connection, session_id, object_id)
                if old.rank != rank:
                    row = object_row(session_id, replace(old, rank=rank), write.version)
                    upsert(write.connection, objects, [row])
        return write.version

    def exchange_objects(
        self,
        session_id: str,
        remove: Collection[int],
        restore: Collection[int],
        seen: int | None = None,
    ) -> int:
        with self._store.writing(session_id) as write:
            write.change(seen, *_whole([*remove, *restore]))
            check_room(write.connection, session_id, len(restore) - len(remove), self._store.limits)
            for object_id in remove:
                set_removed(write.connection, session_id, object_id, write.version)
            for object_id in restore:
                set_restored(write.connection, session_id, object_id, write.version)
            if restore:
                write.next_version()
        return write.version

    def replace_objects(
        self,
        session_id: str,
        made: Sequence[ObjectContent],
        removed: Collection[int],
        read_at: int,
        seen: int | None = None,
    ) -> list[TrackedObject]:
        with self._store.writing(session_id) as write:
            write.change(seen, *_whole(removed))
            if write.version != read_at + 1:
                raise Conflict("The session has changed in the meantime; try again.")
            check_room(write.connection, session_id, len(made) - len(removed), self._store.limits)
            for object_id in removed:
                set_removed(write.connection, session_id, object_id, write.version)
            added = [_insert(write, content) for content in made]
            write.touch(*(Thing(Kind.OBJECT, tracked.object_id) for tracked in added))
            write.answer = added
            masks_version = write.next_version()
            for tracked, content in zip(added, made, strict=True):
                mine = [replace(mask, object_id=tracked.object_id) for mask in content.masks]
                upsert(write.connection, masks, [mask_row(session_id, mask, masks_version) for mask in mine])
        return added

    def set_verdict(
        self, session_id: str, propagation_id: str, verdict: Verdict, seen: int | None = None
    ) -> int:
        with self._store.writing(session_id) as write:
            write.change(seen, Thing(Kind.VERDICT))
            set_verdict(write.connection, session_id, propagation_id, verdict, write.version)
            forget_old_stashes(write.connection, session_id)
        return write.version

    def set_details(
        self,
        session_id: str,
        title: str | None = None,
        ontology: Sequence[ObjectClass] | None = None,
        seen: int | None = None,
    ) -> int:
        with self._store.writing(session_id) as write:
            said = {Kind.TITLE: title, Kind.CLASSES: ontology}
            write.change(seen, *(Thing(kind) for kind, value in said.items() if value is not None))
            of_it = sessions.c.session_id == session_id
            values: dict[str, object] = {"details_version": write.version}
            if title is not None:
                values["title"] = title
            if ontology is not None:
                values["ontology"] = ontology_json(ontology)
            write.connection.execute(update(sessions).where(of_it).values(**values))
        return write.version

    def first_verified(self, session_id: str, object_id: int, ranges: Sequence[FrameRange]) -> int | None:
        is_one = (masks.c.session_id == session_id, masks.c.object_id == object_id, masks.c.verified)
        with self._store.reading() as connection:
            found = [
                connection.execute(
                    select(func.min(masks.c.frame_idx)).where(
                        *is_one, masks.c.area > 0, masks.c.frame_idx.between(stretch.first, stretch.last)
                    )
                ).scalar()
                for stretch in ranges
            ]
        return min((frame_idx for frame_idx in found if frame_idx is not None), default=None)


def _whole(object_ids: Collection[int]) -> list[Thing]:
    """All of these objects, their prompts too."""
    return [Thing(kind, object_id) for object_id in object_ids for kind in (Kind.OBJECT, Kind.PROMPTS)]


def _insert(write: Write, content: ObjectContent) -> TrackedObject:
    """A new object with its prompts; its masks come at the next version."""
    connection, session_id = write.connection, write.session_id
    of_it = sessions.c.session_id == session_id
    new_id = connection.execute(select(sessions.c.next_object_id).where(of_it)).scalar_one()
    connection.execute(update(sessions).where(of_it).values(next_object_id=new_id + 1))
    rank = content.like.rank or last_rank(connection, session_id) + 1
    added = replace(
        content.like, object_id=new_id, removed=False, rank=rank, version=write.version, review=Review()
    )
    upsert(connection, objects, [object_row(session_id, added, write.version)])
    mine = [replace(prompt, object_id=new_id) for prompt in content.prompts]
    upsert(connection, prompts, [prompt_row(session_id, prompt, write.version) for prompt in mine])
    return added
