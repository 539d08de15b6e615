"""Zip files from strangers: nothing is written outside, nothing is blown up, and a sentence says why."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest

from backend.domain.errors import InvalidInput
from backend.exchange.zips import Limits, pack, unpack


def zip_of(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return data.getvalue()


def link() -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo("masks/link")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


def lying(size: int) -> bytes:
    """An entry that says it is small and is not."""
    data = bytearray(zip_of(("a.json", b"0" * 5000)))
    for header, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(header) + offset
        data[at : at + 4] = size.to_bytes(4, "little")
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (zip_of(("../evil.txt", b"x")), "would lie outside"),
        (zip_of(("masks/../../evil.txt", b"x")), "would lie outside"),
        (zip_of(("/etc/evil", b"x")), "would lie outside"),
        (zip_of(("C:/evil", b"x")), "would lie outside"),
        (zip_of(("..\\evil.txt", b"x")), "would lie outside"),
        (zip_of(("a\nb", b"x")), "would lie outside"),
        (zip_of((link(), b"/etc/passwd")), "is a link"),
        (zip_of(("a.png", b"x"), ("A.png", b"y")), "two entries"),
        (zip_of(("a", b"x"), ("a/b", b"y")), "a file and a folder of one name"),
        (zip_of(("x" * 300, b"x")), "too long a name"),
        (zip_of(("bomb.json", b"0" * 120_000_000)), "hundreds of times"),
        (zip_of(("half.json", b"0" * 900_000), ("b.json", b"0" * 900_000)), "unpacks to"),
        (lying(10), "more than it says|damaged"),
        (zip_of(*((f"{i}", b"") for i in range(30))), "more than 20 entries"),
        (zip_of(("a.json", b"{}"))[:-10], "damaged"),
        (b"PK\x03\x04 and nothing more", "damaged"),
    ],
)
def test_a_bad_zip_is_refused(tmp_path: Path, data: bytes, sentence: str) -> None:
    (tmp_path / "bad.zip").write_bytes(data)
    folder = tmp_path / "in" / "here"
    folder.mkdir(parents=True)
    limits = Limits(entries=20, total_bytes=1_500_000, ratio=100, free_bytes=10_000)
    with pytest.raises(InvalidInput, match=sentence):
        unpack(tmp_path / "bad.zip", folder, None if "hundreds" in sentence else limits)
    outside = [path for path in tmp_path.rglob("*") if path.is_file() and folder not in path.parents]
    assert outside == [tmp_path / "bad.zip"]


def test_what_is_packed_is_unpacked(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    (folder / "masks").mkdir(parents=True)
    (folder / "masks" / "00001.png").write_bytes(b"picture")
    (folder / "masklet.json").write_text("{}")
    seen: list[float] = []
    pack(folder, tmp_path / "export.zip", seen.append)
    assert seen[-1] == 1.0 and not any(path.is_file() for path in folder.rglob("*"))
    again = tmp_path / "again"
    again.mkdir()
    unpack(tmp_path / "export.zip", again)
    assert (again / "masks" / "00001.png").read_bytes() == b"picture"
    assert (again / "masklet.json").read_text() == "{}"
