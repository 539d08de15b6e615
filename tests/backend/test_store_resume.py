"""Whoever folds deltas ends at the store's state, wherever they start and however often they drop out."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from backend.domain.errors import MaskletError
from backend.domain.session import (
    FrameMask,
    FramePrompt,
    MaskOrigin,
    Propagation,
    PropagationState,
    SessionDelta,
    TrackedObject,
)
from backend.store.database import Database, open_database
from backend.store.sessions import SqlSessionStore
from tests.backend.annotating import (
    SESSION,
    areas,
    click,
    describe,
    drawn,
    mask,
    no_prompt,
    propagation,
    session_store,
)

OBJECTS = st.integers(1, 3)
PLACES = st.tuples(OBJECTS, st.integers(0, 4))
ORIGINS = st.sampled_from(list(MaskOrigin))
Step = Callable[[SqlSessionStore], object]


@dataclass
class Client:
    """A browser: it keeps rows by key, and asks for what changed since the version that it has."""

    limit: int
    version: int = 0
    objects: dict[int, TrackedObject] = field(default_factory=dict)
    prompts: dict[tuple[int, int], FramePrompt] = field(default_factory=dict)
    masks: dict[tuple[int, int], FrameMask] = field(default_factory=dict)
    propagation: Propagation | None = None

    def fold(self, delta: SessionDelta) -> None:
        assert delta.version >= self.version
        for row in (*delta.prompts, *delta.masks):
            assert self.version < row.version <= delta.version
        assert list(delta.masks) == sorted(delta.masks, key=lambda m: (m.version, m.frame_idx, m.object_id))
        for tracked in delta.objects:
            if tracked.removed:
                self.objects.pop(tracked.object_id, None)
            else:
                self.objects[tracked.object_id] = tracked
        for prompt in delta.prompts:
            place = prompt.object_id, prompt.frame_idx
            if prompt.is_empty:
                self.prompts.pop(place, None)
            else:
                self.prompts[place] = prompt
        for drawn_mask in delta.masks:
            place = drawn_mask.object_id, drawn_mask.frame_idx
            if drawn_mask.rle is None:
                self.masks.pop(place, None)
            else:
                self.masks[place] = drawn_mask
        self.propagation = delta.propagation or self.propagation
        self.version = delta.version

    def pull(self, store: SqlSessionStore) -> bool:
        """One message of the feed; False when there is nothing new."""
        delta = store.delta(SESSION, self.version, self.limit)
        self.fold(delta)
        return delta.version < store.session(SESSION).version

    def assert_equals(self, store: SqlSessionStore) -> None:
        assert list(self.objects.values()) or not store.objects(SESSION)
        assert sorted(self.objects.values(), key=lambda o: (o.rank, o.object_id)) == store.objects(SESSION)
        assert self.prompts == {(p.object_id, p.frame_idx): p for p in store.prompts(SESSION)}
        assert self.masks == {(m.object_id, m.frame_idx): m for m in store.masks(SESSION)}
        assert self.propagation == store.propagation(SESSION)
        assert self.version == store.session(SESSION).version


def _end_propagation(state: PropagationState) -> Step:
    def step(store: SqlSessionStore) -> None:
        for _, running in store.running_propagations():
            store.put_masks(SESSION, [], replace(running, state=state))

    return step


def _start_propagation(store: SqlSessionStore) -> None:
    version = store.session(SESSION).version
    store.start_propagation(SESSION, propagation(version, (1, 2), name=uuid.uuid4().hex))


def _masks(places: list[tuple[int, int]], area: int, origin: MaskOrigin) -> Step:
    return lambda store: store.put_masks(SESSION, [mask(o, f, area, origin) for o, f in places])


STEPS: st.SearchStrategy[Step] = st.one_of(
    st.just(lambda store: store.add_object(SESSION, describe)),
    OBJECTS.map(lambda o: lambda store: store.add_object(SESSION, describe, o)),
    st.tuples(OBJECTS, st.text("xyz", min_size=1, max_size=3)).map(
        lambda t: lambda store: store.update_object(SESSION, t[0], name=t[1])
    ),
    OBJECTS.map(lambda o: lambda store: store.remove_object(SESSION, o)),
    PLACES.map(lambda p: lambda store: store.put_prompt(SESSION, click(*p))),
    PLACES.map(lambda p: lambda store: store.put_prompt(SESSION, no_prompt(*p))),
    st.just(lambda store: store.clear_prompts(SESSION)),
    st.builds(_masks, st.lists(PLACES, min_size=1, max_size=6), st.integers(1, 30), ORIGINS),
    st.just(_start_propagation),
    st.sampled_from([PropagationState.DONE, PropagationState.CANCELLED]).map(_end_propagation),
)


def _do_not_sync(connection: sqlite3.Connection, _record: object) -> None:
    """Thousands of small writes: what matters here is what they say, not that they last."""
    connection.execute("PRAGMA synchronous = OFF")


@contextmanager
def _fresh_database(folder: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{folder}/{uuid.uuid4().hex}.sqlite")
    event.listen(database._engine, "connect", _do_not_sync)
    database._engine.dispose()
    try:
        yield database
    finally:
        database.close()


@pytest.mark.parametrize("limit", [1, 3, 1000])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(STEPS, st.sets(st.integers(0, 2))), max_size=25))
def test_folding_deltas_gives_the_stores_state(
    limit: int, tmp_path: Path, steps: list[tuple[Step, set[int]]]
) -> None:
    with _fresh_database(tmp_path) as database:
        store = session_store(database)
        store.add_object(SESSION, describe)
        clients = [Client(limit) for _ in range(3)]
        for step, listening in steps:
            try:
                step(store)
            except MaskletError:
                pass  # such as a prompt on a removed object: refused, and nothing changed
            for i in listening:
                clients[i].pull(store)
        for client in [*clients, Client(limit)]:
            while client.pull(store):
                pass
            client.assert_equals(store)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tracked=st.booleans(), draws=st.lists(st.booleans(), max_size=4))
def test_taking_a_prompt_back_undoes_it(tmp_path: Path, tracked: bool, draws: list[bool]) -> None:
    """However many clicks, and whether or not the engine had time to draw them."""
    with _fresh_database(tmp_path) as database:
        store = session_store(database)
        store.add_object(SESSION, describe)
        if tracked:
            store.put_masks(SESSION, [mask(1, 4, area=3)])
        for drew in draws:
            store.put_prompt(SESSION, click(1, 4))
            if drew:
                store.put_masks(SESSION, [drawn(1, 4)])
        store.put_prompt(SESSION, no_prompt(1, 4))
        assert areas(store) == ({4: 3} if tracked else {})
