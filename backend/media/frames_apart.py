"""Frames of a video that was not walked through yet, decoded in a process of its own.

Nobody knows yet what is in such a file. Once the walk is through, every frame was decoded in a child process
without harm, and the server decodes them itself, which is quicker.
"""

from __future__ import annotations

import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from typing import BinaryIO

import numpy as np

from backend.domain.errors import MaskletError, Unavailable
from backend.media.checks import FrameChecks
from backend.media.child import be_considerate, start_python
from backend.media.frames import RING_BYTES, VideoFrames, check_source
from backend.media.index import SOURCE_NAME, FrameIndex
from backend.media.limits import MediaLimits

POLITE = 2  # `nice`: somebody waits for the frame
BAD_FRAME = "This frame cannot be decoded: convert the video to H.264 in MP4 and upload that."
FIGURES = 20  # of the length of an answer, in decimal
REFUSED = b"!"  # begins an answer that is a sentence


@dataclass(frozen=True)
class _Asked:
    """What the process is started with."""

    folder: Path
    ring_bytes: int
    limits: MediaLimits


def open_frames(
    folder: Path, ring_bytes: int = RING_BYTES, limits: MediaLimits | None = None
) -> VideoFrames | FramesApart:
    """Exact frames of an imported video, from where they may be decoded now. The caller closes it."""
    if FrameChecks.load(folder) is not None:
        return VideoFrames(folder, ring_bytes)
    return FramesApart(_Asked(folder, ring_bytes, limits or MediaLimits()))


class FramesApart:
    """A `FrameSource`. Safe to use from several threads at once."""

    def __init__(self, asked: _Asked) -> None:
        index = FrameIndex.load(asked.folder)
        check_source(asked.folder / SOURCE_NAME, index)
        self.num_frames, self.width, self.height = index.num_frames, index.width, index.height
        self._asked = asked
        self._process: Popen[bytes] | None = None
        self._closed = False
        self._lock = threading.Lock()

    def read(self, frame_idx: int) -> np.ndarray:
        """uint8 RGB [height, width, 3]; IndexError outside 0..num_frames-1.

        A decoder that went away, such as one that the system killed for its memory, is started once more.
        Unavailable where it crashes again: then it is this frame.
        """
        if not 0 <= frame_idx < self.num_frames:
            raise IndexError(f"frame_idx {frame_idx} is outside 0..{self.num_frames - 1}")
        with self._lock:
            if self._closed:
                raise ValueError("This FramesApart is closed.")
            try:
                return self._read(frame_idx)
            except (OSError, EOFError):
                self._end()
            try:
                return self._read(frame_idx)
            except (OSError, EOFError) as error:
                self._end()
                raise Unavailable(BAD_FRAME) from error

    def _read(self, frame_idx: int) -> np.ndarray:
        """Raises OSError or EOFError where the decoder crashed or hung."""
        process = self._process = self._process or self._start()
        watch = threading.Timer(self._asked.limits.stall_s, process.kill)
        watch.daemon = True
        watch.start()
        try:
            return _ask(process, frame_idx, (self.height, self.width, 3))
        finally:
            watch.cancel()

    def nbytes(self) -> int:
        """Memory that `close` would free: as much as the process may keep of frames, once it runs."""
        return self._asked.ring_bytes if self._process is not None else 0

    @property
    def closed(self) -> bool:
        return self._closed

    def close(self) -> None:
        """Idempotent."""
        with self._lock:
            self._closed = True
            self._end()

    def __enter__(self) -> FramesApart:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _start(self) -> Popen[bytes]:
        asked = self._asked
        return start_python(__name__, [str(asked.folder), str(asked.ring_bytes), asked.limits.to_json()])

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):  # what was still to be written has no reader any more
                    if pipe is not None:
                        pipe.close()
            process.wait()


def _ask(process: Popen[bytes], frame_idx: int, shape: tuple[int, int, int]) -> np.ndarray:
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(b"%d\n" % frame_idx)
    process.stdin.flush()
    head = process.stdout.read(1 + FIGURES)
    if len(head) < 1 + FIGURES:
        raise EOFError
    data = bytearray(int(head[1:]))
    if process.stdout.readinto(data) < len(data):
        raise EOFError
    if head[:1] == REFUSED:
        raise Unavailable(data.decode())
    return np.frombuffer(data, np.uint8).reshape(shape)


def main() -> None:
    """The child: frame numbers in, frames out, until its parent is gone."""
    folder, ring_bytes, limits = sys.argv[1:]
    be_considerate(POLITE)
    MediaLimits.from_json(limits).hold_this_process()
    answers = sys.stdout.buffer
    with VideoFrames(Path(folder), int(ring_bytes)) as frames:
        for line in sys.stdin.buffer:
            try:
                _answer(answers, b"=", memoryview(np.ascontiguousarray(frames.read(int(line)))).cast("B"))
            except (MaskletError, MemoryError) as error:
                _answer(answers, REFUSED, (str(error) or BAD_FRAME).encode())


def _answer(answers: BinaryIO, kind: bytes, data: bytes | memoryview) -> None:
    answers.write(kind + b"%020d" % len(data))
    answers.write(data)
    answers.flush()


if __name__ == "__main__":
    main()
