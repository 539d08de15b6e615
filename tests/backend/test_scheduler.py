"""Whose frame is next: in turn where all fit into memory, by longer turns where they do not."""

from __future__ import annotations

from collections import Counter, OrderedDict

import pytest

from backend.domain.session import Pass, Propagation, PropagationState
from backend.worker.rate import RateMeter
from backend.worker.scheduler import SWAP_EVERY_S, RoundRobin
from backend.worker.walk import Walk

FRAME_S = 0.05


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def walk(name: str) -> Walk:
    running = Propagation(name, (Pass((1,), 0, 99),), PropagationState.RUNNING, 0, 100, prompts_version=1)
    return Walk(name, "fake", running)


def test_every_walk_gets_one_frame_in_each_round() -> None:
    turns = RoundRobin(lambda session_id: True)
    for name in "abcde":
        turns.add(walk(name))
    served = [turns.next().session_id for _ in range(50)]
    assert all(set(served[i : i + 5]) == set("abcde") for i in range(0, 50, 5))
    assert turns.waiting == ()


def test_one_that_ends_or_comes_changes_nothing_for_the_others() -> None:
    turns = RoundRobin(lambda session_id: True)
    for name in "abc":
        turns.add(walk(name))
    turns.next()
    turns.remove("b")
    turns.add(walk("d"))
    assert Counter(turns.next().session_id for _ in range(30)) == {"a": 10, "c": 10, "d": 10}
    for name in "acd":
        turns.remove(name)
    assert not turns and turns.running == ()


@pytest.mark.parametrize("capacity", [1, 2, 4])
def test_where_memory_is_short_all_get_their_share_and_swaps_are_rare(capacity: int) -> None:
    clock, live = Clock(), OrderedDict[str, None]()
    turns = RoundRobin(live.__contains__, clock)
    for name in "abcdef":
        turns.add(walk(name))
    frames, swaps = Counter[str](), 0
    while clock.now_s < 60 * SWAP_EVERY_S:
        served = turns.next().session_id
        swaps += served not in live
        live[served] = None
        live.move_to_end(served)
        while len(live) > capacity:
            live.popitem(last=False)
        frames[served] += 1
        clock.now_s += FRAME_S
    assert set(frames) == set("abcdef")
    assert min(frames.values()) > 0.7 * max(frames.values())
    assert swaps <= 61 + capacity


def test_who_waits_is_told_its_place() -> None:
    clock, live = Clock(), {"a"}
    turns = RoundRobin(live.__contains__, clock)
    for name in "abc":
        turns.add(walk(name))
    assert turns.next().session_id == "b"  # nothing was swapped yet, so the first who waits comes in
    live.add("b")
    turns.next()
    assert [waiting.session_id for waiting in turns.waiting] == ["c"]


def test_a_rate_is_that_of_the_last_seconds() -> None:
    clock = Clock()
    meter = RateMeter(clock)
    assert meter.per_s() is None
    for _ in range(200):
        clock.now_s += 0.1
        meter.tick()
    assert meter.per_s() == pytest.approx(10, rel=0.05)
    for _ in range(20):
        clock.now_s += 1.0
        meter.tick()
    assert meter.per_s() == pytest.approx(1, rel=0.2)
