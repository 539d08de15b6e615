"""A short session with masks, made through the API: what tests of the workbench begin with."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from sam2.procedural.clips import rendered_clips
from tests.e2e.clips import drawn_clip
from tests.e2e.editor import Editor
from tests.e2e.server import MaskletServer
from tests.e2e.session_view import wait_for

READY_S = 120.0


@dataclass(frozen=True)
class Click:
    """Include this pixel of the video in the object on a frame."""

    object_id: int
    frame_idx: int
    x: float
    y: float


@dataclass(frozen=True)
class VideoInfo:
    video_id: str
    width: int
    height: int
    num_frames: int


def video_named(server: MaskletServer, title: str) -> VideoInfo:
    """The video whose title begins so, once it is imported."""
    deadline = time.monotonic() + READY_S
    while True:
        library = server.graphql("{ library { id title state width height numFrames error } }")["library"]
        for video in library:
            if video["title"].startswith(title) and video["state"] == "READY":
                return VideoInfo(video["id"], video["width"], video["height"], video["numFrames"])
        assert time.monotonic() < deadline, library
        time.sleep(0.2)


def koi_pond(server: MaskletServer, folder: Path, num_frames: int) -> VideoInfo:
    """The gallery's clip of that name with two of its fish, uploaded."""
    koi = next(clip for clip in rendered_clips() if clip.name == "koi-pond")
    path = folder / "koi pond.mp4"
    drawn_clip(koi, "orange koi", "young koi", num_frames, path)
    server.upload(path, path.name)
    return video_named(server, "koi pond")


def new_session(
    server: MaskletServer, video: VideoInfo, names: Sequence[str], clicks: Sequence[Click]
) -> str:
    """A session with objects of these names, ids from 1, and their clicks answered."""
    made = server.graphql(
        "mutation ($video: ID!) { createSession(videoId: $video) { id } }", video=video.video_id
    )
    session_id = made["createSession"]["id"]
    for name in names:
        server.graphql(
            "mutation ($s: ID!, $name: String) { addObject(sessionId: $s, name: $name) { objectId } }",
            s=session_id,
            name=name,
        )
    for click in clicks:
        server.graphql(
            "mutation ($s: ID!, $p: FramePromptInput!) { setPrompt(sessionId: $s, prompt: $p) }",
            s=session_id,
            p={
                "objectId": click.object_id,
                "frameIdx": click.frame_idx,
                "points": [{"x": click.x, "y": click.y, "include": True}],
            },
        )
    return session_id


def track(server: MaskletServer, session_id: str, timeout_s: float = 600.0) -> None:
    """Track everything, both ways, to the end."""
    server.graphql("mutation ($s: ID!) { track(sessionId: $s, direction: BOTH) { id } }", s=session_id)
    done = wait_for(
        server,
        session_id,
        lambda seen: seen.propagation is not None and seen.propagation["state"] != "RUNNING",
        "the end of tracking",
        timeout_s,
    )
    assert done.propagation is not None and done.propagation["state"] == "DONE", done.propagation


def open_session(page: Page, server: MaskletServer, session_id: str, video: VideoInfo) -> Editor:
    page.goto(f"{server.url}/s/{session_id}")
    return Editor(page, video.width, video.height)
