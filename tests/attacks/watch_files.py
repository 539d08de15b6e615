"""Becomes `sitecustomize.py` of a server under test: notes each path that it and its children touch.

Python tells of what it opens, lists, makes, moves and starts by audit events; it tells nothing of looks
(`stat` and its like), so those are wrapped. Libraries in C open what Python code handed them by name, which
is seen as the argument of a process, or as a look before. Each path is noted once, beside this file.
"""

import json
import os
import sys

NOTES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "touched.jsonl")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES = {  # event -> (places of paths among its arguments, places of the folders that they are relative to)
    "os.mkdir": ((0,), (2,)),
    "os.rmdir": ((0,), (1,)),
    "os.remove": ((0,), (1,)),
    "os.rename": ((0, 1), (2, 3)),
    "os.link": ((0, 1), (2, 3)),
    "os.symlink": ((0, 1), (2, 2)),
    "os.truncate": ((0,), (None,)),
    "os.utime": ((0,), (3,)),
    "os.chmod": ((0,), (2,)),
    "os.chown": ((0,), (3,)),
    "os.chdir": ((0,), (None,)),
}
LOOKS = {"os.listdir", "os.scandir", "sqlite3.connect", "os.listxattr", "os.getxattr"}
read_link = os.readlink
seen = set()
notes = -1  # the file, once `install` has opened it


def note(event, path, writes, folder=None):
    if path is None or isinstance(path, int):
        return  # an open file
    text = os.fsdecode(path)
    if isinstance(folder, int) and folder >= 0 and not os.path.isabs(text):
        try:
            text = os.path.join(read_link(f"/proc/self/fd/{folder}"), text)
        except OSError:
            pass
    if (writes, text) not in seen:
        seen.add((writes, text))
        line = {"pid": os.getpid(), "event": event, "path": text, "writes": writes}
        os.write(notes, (json.dumps(line) + "\n").encode())


def hook(event, arguments):
    if event == "open":
        note(event, arguments[0], bool((arguments[2] or 0) & WRITING))
    elif event in CHANGES:
        for place, folder in zip(*CHANGES[event], strict=True):
            note(event, arguments[place], True, None if folder is None else arguments[folder])
    elif event in LOOKS:
        note(event, arguments[0], False)
    elif event == "subprocess.Popen":
        for word in (arguments[0], *arguments[1]):
            note(event, word, False)


def watched(name):
    """The function of `os` of that name, which looks at a path."""
    original = getattr(os, name)

    def looking(path, *more, **options):
        note(f"os.{name}", path, False, options.get("dir_fd"))
        return original(path, *more, **options)

    return looking


def install():
    global notes
    notes = os.open(NOTES, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for name in ("stat", "lstat", "access", "readlink", "statvfs"):
        setattr(os, name, watched(name))
    sys.addaudithook(hook)


if __name__ == "sitecustomize":
    install()
