"""What an engine has forgotten of a long video comes back from the store where it is needed again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from backend.domain.session import PropagationState
from backend.worker.colorflow import session as colorflow
from backend.worker.engine import ObjectMask
from backend.worker.masks import encode_mask
from tests.backend.hosting import FRAMES, Rig, red
from tests.backend.test_host_contract import ColorflowOnly

Reminders = list[tuple[int, int, str]]  # (object id, frame index, RLE)


@pytest.fixture
def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    monkeypatch.setattr(colorflow, "REMEMBERED", 2)
    rig = Rig(tmp_path / "data", ColorflowOnly)
    yield rig
    rig.close()


@pytest.fixture
def reminders(monkeypatch: pytest.MonkeyPatch) -> Reminders:
    noted: Reminders = []
    remember = colorflow.ColorflowSession.remember

    def note(self: colorflow.ColorflowSession, frame_idx: int, masks: Sequence[ObjectMask]) -> None:
        noted.extend((mask.object_id, frame_idx, encode_mask(mask.mask).counts) for mask in masks)
        remember(self, frame_idx, masks)

    monkeypatch.setattr(colorflow.ColorflowSession, "remember", note)
    return noted


def test_a_click_on_a_forgotten_frame_corrects_the_mask_that_people_see(
    rig: Rig, reminders: Reminders
) -> None:
    session = rig.session()
    rig.click(session, 1, 0, red(0))
    rig.track(session)
    tracked = rig.drawn(session)[1, 5][0]
    rig.click(session, 1, 5, red(5))
    assert reminders == [(1, 5, tracked)]
    rig.click(session, 1, 5, red(5), red(5))
    assert len(reminders) == 1  # now it holds a prompt there


def test_a_range_far_from_the_last_walk_goes_on_from_the_masks_before_it(
    rig: Rig, reminders: Reminders
) -> None:
    session = rig.session()
    rig.click(session, 1, 0, red(0))
    rig.track(session)
    before = rig.drawn(session)
    assert rig.track(session, first_frame=6, last_frame=8) is PropagationState.DONE
    assert reminders == [(1, frame, before[1, frame][0]) for frame in range(1, 6)]
    assert set(rig.drawn(session)) == {(1, frame) for frame in range(FRAMES)}


def test_what_is_remembered_is_not_read_again(rig: Rig, reminders: Reminders) -> None:
    session = rig.session()
    rig.click(session, 1, 0, red(0))
    rig.track(session)
    rig.click(session, 1, FRAMES - 2, red(FRAMES - 2))
    rig.track(session)
    assert reminders == []
