"""What sessions held goes back to the system when they are put away."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

from backend.worker.heap import GIVE_BACK_EVERY_S, Heap

ONLY_GLIBC = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc gives back when asked")
CHILD = """
import os
from backend.worker.heap import Heap
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
kept, gone = [], []
for i in range(20_000):  # each that stays lies between two that go
    (kept if i % 10 == 0 else gone).append(bytearray(5_000))
before = resident()
gone.clear()
heap = Heap()
heap.freed()
assert heap.give_back()
print(before - resident())
"""


@ONLY_GLIBC
def test_gaps_between_what_stays_are_given_back() -> None:
    environment = os.environ | {"MALLOC_TRIM_THRESHOLD_": str(2**40)}  # nothing goes back by itself
    done = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 40 * 2**20


@ONLY_GLIBC
def test_it_is_asked_only_after_something_was_freed_and_not_all_the_time() -> None:
    now = [100.0]
    heap = Heap(clock=lambda: now[0])
    assert not heap.give_back()
    heap.freed()
    assert heap.give_back()
    heap.freed()
    assert not heap.give_back()
    now[0] += GIVE_BACK_EVERY_S
    assert heap.give_back() and not heap.give_back()
