"""Whatever a folder holds, reading it gives shapes that fit the video, sentences, or one refusal."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from backend.domain.errors import InvalidInput
from backend.formats.model import Format
from backend.formats.registry import FORMATS
from tests.formats.sessions import FRAMES, HEIGHT, WIDTH, annotated_of, blobs, read_back, video_of

READABLE = [one for one in FORMATS.values() if one.name != "overlay"]
ENDINGS = b'{}[]"<>&;:,-0123456789 \n\x00\xff'


def grey(frame_idx: int) -> np.ndarray:
    return np.full((HEIGHT, WIDTH, 3), 90, np.uint8)


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One export in each format, of three frames."""
    folders = {}
    for one in READABLE:
        folders[one.name] = tmp_path_factory.mktemp(one.name)
        one.write(annotated_of(blobs(), frames=range(3), read_frame=grey), folders[one.name])
    return folders


def copy_damaged(source: Path, target: Path, data: st.DataObject) -> None:
    """All files, of which one is cut, changed at some places, emptied, or gone."""
    files = sorted(path for path in source.rglob("*") if path.is_file() and path.suffix != ".jpg")
    victim = data.draw(st.sampled_from(files))
    for path in files:
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        content = path.read_bytes()
        if path == victim:
            how = data.draw(st.sampled_from(["cut", "change", "empty", "gone", "folder"]))
            if how == "gone":
                continue
            if how == "folder":
                place.mkdir()
                continue
            content = damaged(content, how, data)
        place.write_bytes(content)


def damaged(content: bytes, how: str, data: st.DataObject) -> bytes:
    if how == "empty" or not content:
        return b""
    if how == "cut":
        return content[: data.draw(st.integers(0, len(content) - 1))]
    changed = bytearray(content)
    for _ in range(data.draw(st.integers(1, 8))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.sampled_from(ENDINGS))
    return bytes(changed)


@pytest.mark.parametrize("form", READABLE, ids=lambda one: one.name)
def test_damage_is_told_and_never_a_crash(form: Format, exports: dict[str, Path]) -> None:
    @given(st.data())
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    def check(data: st.DataObject) -> None:
        with tempfile.TemporaryDirectory() as folder:
            copy_damaged(exports[form.name], Path(folder), data)
            try:
                back = read_back(form, Path(folder))
            except InvalidInput as error:
                assert str(error).endswith((".", ":")) and len(str(error)) < 400
                return
        ids = {one.object_id for one in back.objects}
        for (frame_idx, object_id), mask in back.masks.items():
            assert 0 <= frame_idx < FRAMES and object_id in ids
            assert mask.shape == (HEIGHT, WIDTH) and mask.any()
        assert all(one.endswith(".") and "\n" not in one for one in back.problems), back.problems

    check()


@pytest.mark.parametrize("form", READABLE, ids=lambda one: one.name)
def test_an_empty_folder_a_missing_one_and_a_stranger_are_refused(form: Format, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "stranger").mkdir()
    (tmp_path / "stranger" / "holiday.doc").write_bytes(bytes(range(256)))
    for place in ("empty", "missing", "stranger", "stranger/holiday.doc"):
        with pytest.raises(InvalidInput):
            list(form.read(tmp_path / place, video_of()).shapes())
            if place.endswith(".doc") and form.name.startswith("matte-"):
                raise InvalidInput("A video that cannot be decoded is a problem of its masks.")


def test_a_picture_of_another_size_is_not_decoded(tmp_path: Path) -> None:
    """A bomb: 20000 x 20000 pixels in a few kilobytes."""
    (tmp_path / "1").mkdir()
    Image.new("1", (20000, 20000)).save(tmp_path / "1" / "0.png")
    back = read_back(FORMATS["png"], tmp_path)
    assert len(back.problems) == 1 and "0.png" in back.problems[0]
    for name in ("davis", "mots"):
        assert len(read_back(FORMATS[name], tmp_path / "1").problems) == 1


@pytest.mark.parametrize("name", ["png", "matte-png"])
def test_a_matte_is_not_taken_for_numbers_of_objects(name: str, tmp_path: Path) -> None:
    """White is 255 or 65535 there: neither an object of DAVIS nor one of MOTS."""
    square = np.zeros((HEIGHT, WIDTH), bool)
    square[5:20, 5:20] = True
    FORMATS[name].write(annotated_of({(0, 1): square, (1, 1): square}), tmp_path)
    folder = tmp_path / "masks" / "001"
    for other in ("davis", "youtube-vos", "mots"):
        back = read_back(FORMATS[other], folder)
        assert back.masks == {}
    assert read_back(FORMATS[name], folder).masks != {}


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY b "c">]><annotations>&b;</annotations>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><annotations/>',
    ],
)
def test_xml_with_entities_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "annotations.xml").write_text(text)
    with pytest.raises(InvalidInput, match="DTD or entities"):
        FORMATS["cvat"].read(tmp_path, video_of())


def test_names_in_files_are_never_paths(tmp_path: Path) -> None:
    """A cut-out that points elsewhere is looked for under the name that its numbers make."""
    secret = tmp_path / "secret.png"
    Image.new("L", (4, 4), 255).save(secret)
    inner = tmp_path / "export"
    inner.mkdir()
    row = '{"object_id": 1, "frame": 0, "file": "../secret.png", "x": 0, "y": 0, "width": 4, "height": 4}'
    (inner / "cutouts.json").write_text('{"picture": {}, "cutouts": [' + row + "]}")
    back = read_back(FORMATS["cutouts"], inner)
    assert back.masks == {}
    assert back.problems == ["The picture 000000_x0_y0.png of object 1 is missing."]
