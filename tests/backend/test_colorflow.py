"""The embedded engine on rendered clips, whose masks are known exactly.

Floors on J lie below what `python -m tests.benchmarks.colorflow` measures, with a margin.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from backend.domain.session import BoxPrompt, FramePrompt, PointPrompt
from backend.worker.colorflow.engine import ColorflowEngine
from backend.worker.colorflow.session import ColorflowSession
from backend.worker.engine import ObjectMask
from backend.worker.masks import encode_mask
from sam2.procedural.clips import RenderedClip, rendered_clips
from tests.benchmarks.cases import FrameList, innermost, overlap


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    yield
    cv2.setNumThreads(before)


@pytest.fixture(scope="module")
def boats() -> RenderedClip:
    return rendered_clips()[0]


@pytest.fixture(scope="module")
def marbles() -> RenderedClip:
    return next(clip for clip in rendered_clips() if clip.name == "marbles")


@cache
def image_of(clip_name: str, frame_idx: int) -> np.ndarray:
    clip = next(clip for clip in rendered_clips() if clip.name == clip_name)
    return clip.frame(frame_idx)


def frames_of(clip: RenderedClip, stop: int) -> FrameList:
    return FrameList([image_of(clip.name, i) for i in range(stop)])


def click_on(mask: np.ndarray, include: bool = True) -> PointPrompt:
    x, y = innermost(mask)
    return PointPrompt(x + 0.5, y + 0.5, include)


@pytest.mark.parametrize(
    ("clip_name", "frame_idx", "object_name", "floor"),
    [
        ("paper-boats", 20, "red boat", 0.9),
        ("koi-pond", 0, "young koi", 0.85),
        ("marbles", 4, "green marble", 0.9),
        ("balloons", 19, "striped balloon", 0.8),
        ("autumn-leaves", 6, "gold leaf", 0.75),
    ],
)
def test_one_click_finds_the_object(clip_name: str, frame_idx: int, object_name: str, floor: float) -> None:
    clip = next(clip for clip in rendered_clips() if clip.name == clip_name)
    truth = clip.masks(frame_idx)[object_name]
    session = ColorflowEngine().open(frames_of(clip, frame_idx + 2))
    (drawn,) = session.apply(FramePrompt(1, frame_idx, (click_on(truth),)))
    assert overlap(drawn.mask, truth) > floor
    assert drawn.object_score > 0 and 0 < drawn.predicted_iou <= 1


def test_an_excluding_click_takes_its_part_away_and_leaves_the_rest(boats: RenderedClip) -> None:
    masks = boats.masks(0)
    session = ColorflowEngine().open(frames_of(boats, 2))
    both = masks["white boat"] | masks["red twin"]
    session.apply(FramePrompt(1, 0, mask=encode_mask(both)))
    wrong = click_on(masks["red twin"], include=False)
    (drawn,) = session.apply(FramePrompt(1, 0, (wrong,), mask=encode_mask(both)))
    assert overlap(drawn.mask, masks["white boat"]) > 0.9


def test_an_including_click_adds_a_part(boats: RenderedClip) -> None:
    masks = boats.masks(0)
    session = ColorflowEngine().open(frames_of(boats, 2))
    points = (click_on(masks["red boat"]), click_on(masks["white boat"]))
    (drawn,) = session.apply(FramePrompt(1, 0, points))
    assert overlap(drawn.mask, masks["red boat"] | masks["white boat"]) > 0.85


def test_a_box_finds_what_is_in_it(boats: RenderedClip) -> None:
    truth = boats.masks(0)["red boat"]
    x, y, w, h = cv2.boundingRect(truth.astype(np.uint8))
    session = ColorflowEngine().open(frames_of(boats, 2))
    (drawn,) = session.apply(FramePrompt(1, 0, box=BoxPrompt(x - 3, y - 3, x + w + 3, y + h + 3)))
    assert overlap(drawn.mask, truth) > 0.85


def test_a_mask_prompt_comes_back_unchanged_and_is_tracked(boats: RenderedClip) -> None:
    truth = boats.masks(0)["red boat"]
    session = ColorflowEngine().open(frames_of(boats, 6))
    (drawn,) = session.apply(FramePrompt(1, 0, mask=encode_mask(truth)))
    assert np.array_equal(drawn.mask, truth)
    assert np.array_equal(session.step([1], 0, False)[0].mask, truth)
    for i in range(1, 6):
        (tracked,) = session.step([1], i, False)
    assert overlap(tracked.mask, boats.masks(5)["red boat"]) > 0.9


def test_an_object_is_followed_behind_reeds(boats: RenderedClip) -> None:
    session = ColorflowEngine().open(frames_of(boats, 50))
    session.apply(FramePrompt(1, 0, (click_on(boats.masks(0)["red boat"]),)))
    scores = [overlap(session.step([1], i, False)[0].mask, boats.masks(i)["red boat"]) for i in range(1, 50)]
    assert np.mean(scores) > 0.85


def test_what_leaves_the_view_is_lost_and_then_found_again(marbles: RenderedClip) -> None:
    session = ColorflowEngine().open(frames_of(marbles, 52))
    session.apply(FramePrompt(1, 0, (click_on(marbles.masks(0)["green marble"]),)))
    steps = {i: session.step([1], i, False)[0] for i in range(1, 52)}
    assert steps[26].object_score <= 0 and not steps[26].mask.any()
    assert steps[50].object_score > 0
    assert overlap(steps[50].mask, marbles.masks(50)["green marble"]) > 0.8


def test_tracking_backward_is_as_good(boats: RenderedClip) -> None:
    session = ColorflowEngine().open(frames_of(boats, 21))
    session.apply(FramePrompt(1, 20, (click_on(boats.masks(20)["red boat"]),)))
    for i in range(19, -1, -1):
        (drawn,) = session.step([1], i, True)
    assert overlap(drawn.mask, boats.masks(0)["red boat"]) > 0.9


def test_a_correction_stays_and_changes_the_frames_after_it(boats: RenderedClip) -> None:
    frames = frames_of(boats, 12)
    session = ColorflowEngine().open(frames)
    session.apply(FramePrompt(1, 0, (click_on(boats.masks(0)["white boat"]),)))
    before = [session.step([1], i, False)[0].mask for i in range(1, 12)]
    more = FramePrompt(1, 5, (click_on(boats.masks(5)["red boat"]),))
    (corrected,) = session.apply(more)
    assert overlap(corrected.mask, boats.masks(5)["white boat"] | boats.masks(5)["red boat"]) > 0.85
    after = {i: session.step([1], i, False)[0].mask for i in range(5, 12)}
    assert np.array_equal(after[5], corrected.mask)
    assert after[10].sum() > 1.5 * before[9].sum()


def walked(session: ColorflowSession, start: int, stop: int) -> list[np.ndarray]:
    return [session.step([1, 2], i, False)[k].mask for i in range(start, stop) for k in (0, 1)]


def clicked(marbles: RenderedClip, frames: FrameList) -> ColorflowSession:
    session = ColorflowEngine().open(frames)
    session.apply(FramePrompt(1, 0, (click_on(marbles.masks(0)["green marble"]),)))
    session.apply(FramePrompt(2, 0, (click_on(marbles.masks(0)["red marble"]),)))
    return session


def test_the_same_prompts_give_the_same_masks(marbles: RenderedClip) -> None:
    frames = frames_of(marbles, 8)
    first, second = (walked(clicked(marbles, frames), 1, 8) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_a_saved_session_goes_on_with_the_same_masks(marbles: RenderedClip, tmp_path: Path) -> None:
    frames = frames_of(marbles, 12)
    session = clicked(marbles, frames)
    walked(session, 1, 6)
    session.save(tmp_path)
    opened = ColorflowEngine().open(frames, tmp_path)
    for a, b in zip(walked(session, 6, 12), walked(opened, 6, 12), strict=True):
        assert np.array_equal(a, b)
    further = FramePrompt(
        1, 0, (click_on(marbles.masks(0)["green marble"]), click_on(marbles.masks(0)["red marble"]))
    )
    assert np.array_equal(session.apply(further)[0].mask, opened.apply(further)[0].mask)


def test_a_saved_state_that_is_cut_off_or_of_another_video_is_refused(
    marbles: RenderedClip, boats: RenderedClip, tmp_path: Path
) -> None:
    frames = frames_of(marbles, 3)
    clicked(marbles, frames).save(tmp_path)
    small = FrameList([cv2.resize(frames.read(0), (320, 180))])
    with pytest.raises(ValueError, match="cannot be used"):
        ColorflowEngine().open(small, tmp_path)
    file = tmp_path / "colorflow.npz"
    file.write_bytes(file.read_bytes()[:-200])
    with pytest.raises(ValueError, match="cannot be used"):
        ColorflowEngine().open(frames, tmp_path)
    file.unlink()
    with pytest.raises(ValueError, match="cannot be used"):
        ColorflowEngine().open(frames, tmp_path)


def test_masks_from_the_store_are_enough_to_go_on(marbles: RenderedClip) -> None:
    frames = frames_of(marbles, 12)
    session = clicked(marbles, frames)
    prompt = FramePrompt(1, 0, (click_on(marbles.masks(0)["green marble"]),))
    drawn = session.apply(prompt)
    for i in range(1, 6):
        masks = session.step([1], i, False)
    rebuilt = ColorflowEngine().open(frames)
    rebuilt.apply(prompt)
    rebuilt.remember(0, drawn)
    rebuilt.remember(5, masks)
    assert np.array_equal(rebuilt.step([1], 0, False)[0].mask, drawn[0].mask)
    for i in range(6, 10):
        (again,) = rebuilt.step([1], i, False)
    assert overlap(again.mask, marbles.masks(9)["green marble"]) > 0.85


def test_an_empty_prompt_clears_the_frame(boats: RenderedClip) -> None:
    session = ColorflowEngine().open(frames_of(boats, 3))
    session.apply(FramePrompt(1, 0, (click_on(boats.masks(0)["red boat"]),)))
    assert session.apply(FramePrompt(1, 0)) == []
    with pytest.raises(ValueError, match="has no prompt"):
        session.step([1], 1, False)


def test_only_excluding_clicks_give_an_empty_mask(boats: RenderedClip) -> None:
    session = ColorflowEngine().open(frames_of(boats, 3))
    (drawn,) = session.apply(FramePrompt(1, 0, (PointPrompt(50, 50, include=False),)))
    assert not drawn.mask.any() and drawn.object_score <= 0
    assert not session.step([1], 1, False)[0].mask.any()


def test_wrong_frames_objects_and_masks_are_refused_in_a_sentence(boats: RenderedClip) -> None:
    session = ColorflowEngine().open(frames_of(boats, 3))
    with pytest.raises(ValueError, match=r"frame_idx 3 is outside 0\.\.2"):
        session.apply(FramePrompt(1, 3, (PointPrompt(5, 5),)))
    with pytest.raises(ValueError, match=r"frame_idx -1 is outside 0\.\.2"):
        session.step([1], -1, True)
    with pytest.raises(ValueError, match="object 7 has no prompt"):
        session.step([7], 1, False)
    with pytest.raises(ValueError, match="the mask is 10 x 8, the video 640 x 360"):
        session.apply(FramePrompt(1, 0, mask=encode_mask(np.ones((8, 10), bool))))
    session.remove_object(99)


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((360, 640, 3), np.uint8),
        np.full((360, 640, 3), 255, np.uint8),
        np.zeros((2, 2, 3), np.uint8),
        np.zeros((1, 300, 3), np.uint8),
        np.random.default_rng(0).integers(0, 256, (120, 90, 3), dtype=np.uint8),
    ],
    ids=["black", "white", "2x2", "1x300", "noise"],
)
def test_frames_without_anything_to_see_do_no_harm(image: np.ndarray) -> None:
    height, width = image.shape[:2]
    session = ColorflowEngine().open(FrameList([image] * 3))
    (drawn,) = session.apply(FramePrompt(1, 0, (PointPrompt(width - 0.5, height - 0.5),)))
    assert drawn.mask.shape == (height, width) and drawn.mask.dtype == bool
    session.apply(FramePrompt(1, 0, (PointPrompt(width - 0.5, height - 0.5), PointPrompt(0, 0, False))))
    session.apply(FramePrompt(2, 1, box=BoxPrompt(0, 0, width, height)))
    for frame_idx in (1, 2):
        for tracked in session.step([1, 2], frame_idx, False):
            assert tracked.mask.shape == (height, width)
            assert tracked.object_score > 0 or not tracked.mask.any()


def test_a_single_frame_can_be_clicked(boats: RenderedClip) -> None:
    session = ColorflowEngine().open(frames_of(boats, 1))
    (drawn,) = session.apply(FramePrompt(1, 0, (click_on(boats.masks(0)["red boat"]),)))
    assert overlap(drawn.mask, boats.masks(0)["red boat"]) > 0.9


def test_memory_grows_by_little_a_frame_and_goes_back_when_closed(boats: RenderedClip) -> None:
    session = ColorflowEngine().open(frames_of(boats, 12))
    session.apply(FramePrompt(1, 0, (click_on(boats.masks(0)["red boat"]),)))
    sizes = []
    for i in range(1, 12):
        session.step([1], i, False)
        sizes.append(session.nbytes())
    assert sizes[-1] - sizes[-2] < 200_000
    session.close()
    assert session.nbytes() == 0


def test_the_note_says_plainly_what_it_cannot_do() -> None:
    info = ColorflowEngine().info
    assert info.id == "colorflow" and info.available
    assert "person" in info.note and "checkpoints/" in info.note


class Sliding:
    """A square that moves to and fro over speckles, for as long as one likes."""

    height, width = 60, 80

    def __init__(self, num_frames: int) -> None:
        self.num_frames = num_frames
        self._ground = np.random.default_rng(3).integers(60, 90, (self.height, self.width, 3), np.uint8)

    def left(self, frame_idx: int) -> int:
        return 10 + abs(frame_idx % 80 - 40)

    def read(self, frame_idx: int) -> np.ndarray:
        image = self._ground.copy()
        x = self.left(frame_idx)
        image[20:40, x : x + 18] = (220, 40, 30)
        return image

    def close(self) -> None: ...


def test_memory_does_not_grow_with_the_length_of_the_track(tmp_path: Path) -> None:
    frames = Sliding(600)
    session = ColorflowEngine().open(frames)
    session.apply(FramePrompt(1, 0, (PointPrompt(frames.left(0) + 9, 30),)))
    nbytes, saved = [], []
    for frame_idx in range(600):
        (drawn,) = session.step([1], frame_idx, reverse=False)
        if frame_idx in (200, 599):
            nbytes.append(session.nbytes())
            session.save(tmp_path)
            saved.append(sum(path.stat().st_size for path in tmp_path.iterdir()))
    assert drawn.mask[30, frames.left(599) + 9]
    assert nbytes[1] < 1.2 * nbytes[0]
    assert saved[1] < 1.2 * saved[0]
    assert session.remembers(1, 599) and session.remembers(1, 0)
    assert not session.remembers(1, 300)


def test_memory_does_not_grow_where_only_masks_were_brought_in() -> None:
    """Without a prompt each step learns colours from the frames before it."""
    frames = Sliding(400)
    session = ColorflowEngine().open(frames)
    mask = np.zeros((frames.height, frames.width), bool)
    mask[20:40, frames.left(0) : frames.left(0) + 18] = True
    session.remember(0, [ObjectMask(1, mask, 8.0, 1.0)])
    nbytes = []
    for frame_idx in range(1, 400):
        session.step([1], frame_idx, reverse=False)
        if frame_idx in (150, 399):
            nbytes.append(session.nbytes())
    assert nbytes[1] < 1.1 * nbytes[0]
