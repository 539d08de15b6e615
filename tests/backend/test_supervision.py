"""What people say of frames, obeyed by a real walk: absent, right; and a look ahead that keeps nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backend.domain.annotation_ports import Verified
from backend.domain.errors import Conflict, InvalidInput
from backend.domain.frames import FrameRange
from backend.domain.objects import ObjectCommands
from backend.domain.review import ReviewCommands
from backend.domain.session import Direction, FramePrompt, PointPrompt, PropagationState, Verdict
from backend.host.catalog import EngineCatalog
from backend.host.fake_host import FAKE_ENGINE, FakeMenu
from backend.store.annotations import SqlAnnotationStore
from backend.worker.masks import decode_mask
from tests.backend.hosting import FRAMES, HEIGHT, WIDTH, LoadedOnce, Rig, red


@pytest.fixture(params=["fake", "colorflow", "sam2"])
def rig(request: pytest.FixtureRequest, tmp_path: Path):
    if request.param == "fake":
        rig = Rig(tmp_path / "data", lambda: FakeMenu((FAKE_ENGINE,), 0.0))
    elif request.param == "colorflow":
        rig = Rig(tmp_path / "data", lambda: EngineCatalog(tmp_path / "none"))
    else:
        folder = request.getfixturevalue("tiny_checkpoints")
        rig = Rig(tmp_path / "data", lambda: LoadedOnce(EngineCatalog(folder)))
    yield rig
    rig.close()


class People:
    """The commands of a rig, and what its store then says of object 1."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        annotations = SqlAnnotationStore(rig.store)
        self.objects = ObjectCommands(rig.store, annotations, rig.videos, rig.host)
        self.review = ReviewCommands(rig.store, annotations, rig.videos, rig.host)
        self.session = rig.session()
        self.id = self.session.session_id

    def masks(self) -> dict[int, np.ndarray]:
        found = self.rig.store.masks(self.id)
        return {m.frame_idx: decode_mask(m.rle) for m in found if m.object_id == 1 and m.rle is not None}

    def areas(self) -> dict[int, int]:
        return {frame: int(mask.sum()) for frame, mask in self.masks().items()}

    def track(self, **asked: object) -> None:
        ended = self.rig.track(self.session, direction=Direction.FORWARD, **asked)
        assert ended is PropagationState.DONE


@pytest.fixture
def people(rig: Rig) -> People:
    people = People(rig)
    rig.click(people.session, 1, 0, red(0))
    return people


def test_tracking_obeys_absence_and_finds_the_object_again(people: People) -> None:
    people.objects.set_absent(people.id, 1, [FrameRange(4, 7)])
    people.track()
    areas = people.areas()
    assert set(areas) == set(range(FRAMES))
    assert [areas[frame] for frame in range(4, 8)] == [0, 0, 0, 0]
    assert areas[3] > 0
    engine = people.session.engine_id
    if not engine.startswith("sam2"):  # untrained weights find nothing again
        assert sum(areas[frame] > 0 for frame in range(8, FRAMES)) >= FRAMES - 10, areas
    scores = {m.frame_idx: m.object_score for m in people.rig.store.masks(people.id)}
    assert all(scores[frame] < 0 for frame in range(4, 8))


def test_absence_on_tracked_frames_takes_effect_at_once_and_is_undone(people: People) -> None:
    people.track()
    before = people.masks()
    people.objects.set_absent(people.id, 1, [FrameRange(5, FRAMES - 1)])
    assert [people.areas()[frame] for frame in range(5, FRAMES)] == [0] * (FRAMES - 5)
    people.objects.set_absent(people.id, 1, [])
    after = people.masks()
    assert before.keys() == after.keys()
    assert all((before[frame] == after[frame]).all() for frame in before)
    with pytest.raises(InvalidInput, match="outside this video"):
        people.objects.set_absent(people.id, 1, [FrameRange(3, FRAMES)])


def test_verified_masks_outlive_a_track_and_are_gone_on_from(people: People) -> None:
    people.track()
    before = people.masks()
    people.review.set_verified(people.id, [Verified(1, FrameRange(5, 6))])
    people.rig.click(people.session, 1, 2, red(2))
    people.track()
    after = people.masks()
    assert all((before[frame] == after[frame]).all() for frame in (5, 6))
    assert people.rig.store.verified(people.id) == {1: frozenset({5, 6})}
    with pytest.raises(Conflict, match="frame 5 is verified"):
        people.objects.set_absent(people.id, 1, [FrameRange(3, 9)])


def test_a_proposed_range_ends_before_the_verified_frame(people: People) -> None:
    people.track()
    before = people.areas()
    people.review.set_verified(people.id, [Verified(1, FrameRange(9, 9))])
    people.track(first_frame=3, last_frame=12, start_frame=3, object_ids=[1], proposed=True)
    delta = people.rig.store.delta(people.id, 0, 1000)
    assert {m.frame_idx for m in delta.candidates} == set(range(3, 9))
    assert people.areas() == before
    with pytest.raises(Conflict, match="kept or dropped"):
        people.rig.commands.track(people.id)
    people.review.set_verdict(people.id, delta.propagation.propagation_id, Verdict.DROPPED)
    assert people.areas() == before
    people.track(first_frame=3, last_frame=12, start_frame=3, object_ids=[1], overwrites_verified=True)
    assert people.rig.store.verified(people.id) == {}


def test_a_look_ahead_gives_the_clicks_mask_and_keeps_nothing(people: People) -> None:
    ahead = FramePrompt(1, 0, (PointPrompt(*red(0)), PointPrompt(red(0)[0] + 3, red(0)[1] + 2)))
    version = people.rig.store.session(people.id).version
    shown = people.review.preview(people.id, ahead)
    again = people.review.preview(people.id, ahead)
    assert shown is not None
    assert shown == again
    assert people.rig.store.session(people.id).version == version
    people.rig.commands.set_prompt(people.id, ahead)
    if people.session.engine_id != "fake":  # its shapes grow with each click
        assert (people.masks()[0] == decode_mask(shown)).all()
    unknown = people.review.preview(people.id, FramePrompt(99, 0, (PointPrompt(*red(0)),)))
    assert unknown is not None
    assert (unknown.height, unknown.width) == (HEIGHT, WIDTH)
    assert [tracked.object_id for tracked in people.rig.store.objects(people.id)] == [1]


def test_of_looks_ahead_that_wait_only_the_newest_is_computed(people: People) -> None:
    if people.session.engine_id != "fake":
        pytest.skip("what waits is the same for every engine")
    gate = people.rig.gate
    gate.hold()
    people.rig.commands.track(people.id, Direction.FORWARD)
    gate.wait_for(1)
    prompts = [FramePrompt(1, 0, (PointPrompt(x, 20.0),)) for x in (20.0, 40.0, 60.0)]
    answers = [people.rig.host.preview(people.id, prompt) for prompt in prompts]
    gate.open()
    found = [answer.result(60) for answer in answers]
    assert found[:2] == [None, None]
    assert found[2] is not None


def test_a_locked_object_stays_as_it_is(people: People) -> None:
    people.objects.describe(people.id, 1, locked=True)
    for call in (
        lambda: people.rig.commands.set_prompt(people.id, FramePrompt(1, 3, (PointPrompt(1, 1),))),
        lambda: people.rig.commands.remove_object(people.id, 1),
        lambda: people.objects.set_absent(people.id, 1, [FrameRange(1, 2)]),
        lambda: people.objects.describe(people.id, 1, name="New"),
        lambda: people.review.set_verified(people.id, [Verified(1, FrameRange(0, 0))]),
        lambda: people.rig.commands.track(people.id, object_ids=[1]),
    ):
        with pytest.raises(Conflict, match="locked; unlock it"):
            call()
    people.objects.describe(people.id, 1, locked=False)
    people.track()


def test_merge_and_split_keep_every_mask(people: People) -> None:
    rig = people.rig
    rig.click(people.session, 2, 0, (76, 50))
    people.track()
    both = rig.store.masks(people.id)
    united: dict[int, np.ndarray] = {}
    for mask in both:
        drawn = decode_mask(mask.rle)
        united[mask.frame_idx] = united.get(mask.frame_idx, np.zeros_like(drawn)) | drawn
    one = people.objects.merge(people.id, [1, 2])
    assert [tracked.object_id for tracked in rig.store.objects(people.id)] == [one.object_id]
    merged = {m.frame_idx: decode_mask(m.rle) for m in rig.store.masks(people.id)}
    assert merged.keys() == united.keys()
    assert all((merged[frame] == united[frame]).all() for frame in united)
    before, after = people.objects.split(people.id, one.object_id, 6)
    frames = {
        part.object_id: {m.frame_idx for m in rig.store.masks(people.id) if m.object_id == part.object_id}
        for part in (before, after)
    }
    assert frames == {before.object_id: set(range(6)), after.object_id: set(range(6, FRAMES))}
    assert {prompt.object_id for prompt in rig.store.prompts(people.id)} == frames.keys()
    people.track(object_ids=[after.object_id], first_frame=7, last_frame=9)  # it can be tracked on its own
    people.objects.exchange(people.id, [before.object_id, after.object_id], [1, 2])
    assert {m.frame_idx for m in rig.store.masks(people.id)} == set(range(FRAMES))
