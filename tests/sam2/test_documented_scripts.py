"""The scripts of `docs/sam2.md`, run as they stand, on a model of 128 pixels with sharp random weights."""

from __future__ import annotations

import re
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from tests.backend.tiny_checkpoint import NAME, write_tiny_checkpoint

SCRIPTS = re.findall(
    r"^## (.+?)$.*?^```python\n(.*?)^```",
    (Path(__file__).resolve().parents[2] / "docs" / "sam2.md").read_text(),
    re.MULTILINE | re.DOTALL,
)
OFFICIAL = ("configs/sam2.1/sam2.1_hiera_t.yaml", "checkpoints/sam2.1_hiera_tiny.pt")
FRAMES = 4


@pytest.fixture(scope="module")
def newcomers_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scripts")
    write_tiny_checkpoint(folder)
    picture = np.zeros((96, 128, 3), np.uint8)
    picture[24:64, 40:88] = (220, 120, 40)
    Image.fromarray(picture).save(folder / "photo.jpg")
    with av.open(str(folder / "clip.mp4"), "w") as video:
        stream = video.add_stream("libx264", rate=10, width=128, height=96, pix_fmt="yuv420p")
        for _ in range(FRAMES):
            video.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        video.mux(stream.encode())
    return folder


def test_the_document_has_the_three_scripts() -> None:
    assert [title for title, _ in SCRIPTS] == ["One image", "A video", "Everything in an image"]


@pytest.mark.parametrize(("title", "script"), SCRIPTS, ids=[title for title, _ in SCRIPTS])
def test_it_runs(title, script, newcomers_folder, monkeypatch, capsys) -> None:
    monkeypatch.chdir(newcomers_folder)
    config, checkpoint = OFFICIAL
    assert config in script and checkpoint in script
    script = script.replace(config, str(newcomers_folder / f"{NAME}.yaml"))
    script = script.replace(checkpoint, str(newcomers_folder / f"{NAME}.pt"))
    left: dict[str, object] = {}
    exec(compile(script, title, "exec"), left)
    match title:
        case "One image":
            with Image.open("mask.png") as mask:
                assert mask.size == (128, 96)
            assert left["masks"].shape == (3, 96, 128)
        case "A video":
            assert sorted(left["masks"]) == list(range(FRAMES))
            assert capsys.readouterr().out.startswith(f"{FRAMES} frames, ")
        case _:
            assert all(record["segmentation"]["size"] == [96, 128] for record in left["records"])
