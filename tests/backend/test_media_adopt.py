"""A whole file on the library's disk is taken in without copying, and a crash in between is no loss."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.domain.video import VideoState
from backend.media import library as library_module
from backend.media.index import SOURCE_NAME
from backend.media.library import VideoLibrary
from backend.store.database import open_database
from backend.store.videos import SqlVideoStore

BYTES = b"what an upload brought" * 1000


@pytest.fixture
def library(tmp_path: Path) -> Iterator[VideoLibrary]:
    """Not started: nothing is imported meanwhile."""
    database = open_database(f"sqlite:///{tmp_path}/data/masklet.sqlite")
    yield VideoLibrary(SqlVideoStore(database), tmp_path / "data")
    database.close()


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    path = tmp_path / "data" / "whole"
    path.write_bytes(BYTES)
    return path


def test_the_bytes_get_a_second_name_and_no_second_copy(library: VideoLibrary, whole: Path) -> None:
    video = library.adopt(whole, "../../My clip.mp4")
    source = library.folder(video.video_id) / SOURCE_NAME
    assert (video.state, video.title) == (VideoState.IMPORTING, "My clip.mp4")
    assert os.path.samefile(source, whole)
    whole.unlink()
    assert source.read_bytes() == BYTES


def test_the_same_bytes_again_are_the_same_video(library: VideoLibrary, whole: Path) -> None:
    video = library.adopt(whole, "a.mp4")
    assert library.adopt(whole, "b.mp4") == video


def test_a_crash_between_the_note_and_the_file_is_mended(
    library: VideoLibrary, whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(library_module, "move_into_place", dies)
        with pytest.raises(KeyboardInterrupt):
            library.adopt(whole, "a.mp4")
    video = library.adopt(whole, "a.mp4")
    assert (library.folder(video.video_id) / SOURCE_NAME).read_bytes() == BYTES
    assert len(list((library.folder(video.video_id).parent).iterdir())) == 1
