"""A server of many threads takes its memory from a few arenas of the C library."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys

import pytest

from backend.serve.allocator import ARENAS

THREADS = 12
CHILD = f"""
import ctypes, sys, threading
from backend.serve.allocator import share_arenas
if sys.argv[1] == "share":
    share_arenas()
libc, all_there = ctypes.CDLL(None), threading.Barrier({THREADS})
def work():
    for _ in range(10):
        libc.malloc(1000)
    all_there.wait()
threads = [threading.Thread(target=work) for _ in range({THREADS})]
for one in threads:
    one.start()
for one in threads:
    one.join()
libc.malloc_stats()
"""


def arenas(how: str, **chosen: str) -> int:
    environment = {name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"}
    done = subprocess.run(
        [sys.executable, "-c", CHILD, how], capture_output=True, text=True, env={**environment, **chosen}
    )
    assert done.returncode == 0, done.stderr
    return len(re.findall(r"^Arena \d+:", done.stderr, re.MULTILINE))


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has arenas")
def test_threads_share_a_few_arenas_unless_somebody_chose_otherwise() -> None:
    assert arenas("leave") > ARENAS
    assert arenas("share") <= ARENAS
    assert arenas("share", MALLOC_ARENA_MAX="5") > ARENAS
