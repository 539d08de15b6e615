"""Containers that name other files or addresses: nothing else is ever opened, whatever stands in them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from backend.domain.errors import InvalidInput
from backend.media.frames import VideoFrames
from backend.media.importer import import_video
from tests.backend.numbered_clips import Clip, number_of


@dataclass
class Bait:
    """What a hostile file would like to be read: a video on this disk, and an address."""

    secret: Path
    port: int
    visits: list[object]


@pytest.fixture
def bait(tmp_path: Path) -> Iterator[Bait]:
    """The secret video has 16 frames, numbered as no other here; visits to the port are noted."""
    (tmp_path / "secret").mkdir()
    secret = Clip(num_frames=16).write(tmp_path / "secret", "secret")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        found = Bait(secret, listener.getsockname()[1], [])
        done = threading.Event()

        def note() -> None:
            while not done.is_set():
                try:
                    found.visits.append(listener.accept())
                except TimeoutError:
                    pass

        thread = threading.Thread(target=note)
        thread.start()
        yield found
        done.set()
        thread.join()


TEXTS = {
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{name}\n#EXT-X-ENDLIST\n",
    "hls-key": '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="{name}"\n#EXTINF:9,\n{name}\n#EXT-X-ENDLIST\n',
    "hls-map": '#EXTM3U\n#EXT-X-MAP:URI="{name}"\n#EXTINF:9,\n{name}\n#EXT-X-ENDLIST\n',
    "concat": "ffconcat version 1.0\nfile '{name}'\n",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period>'
    '<AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1"><BaseURL>{name}</BaseURL>'
    "</Representation></AdaptationSet></Period></MPD>",
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video {port} RTP/AVP 96\n",
    "ffmetadata": ";FFMETADATA1\ntitle={name}\n",
    "smil": '<smil><body><video src="{name}"/></body></smil>',
    "imf": '<?xml version="1.0"?><AssetMap xmlns="http://www.smpte-ra.org/schemas/429-9/2007/AM">'
    "<AssetList><Asset><ChunkList><Chunk><Path>{name}</Path></Chunk></ChunkList></Asset></AssetList></AssetMap>",
    "avisynth": 'AviSource("{name}")\n',
    "image-list": "{name}%03d.png\n",
    "internet-shortcut": "[Reference]\nRef1={name}\n",
}
NAMES: dict[str, Callable[[Bait], str]] = {
    "path": lambda bait: str(bait.secret),
    "file": lambda bait: f"file://{bait.secret}",
    "subfile": lambda bait: f"subfile,,start,0,end,0,,:{bait.secret}",
    "concat": lambda bait: f"concat:{bait.secret}|{bait.secret}",
    "crypto": lambda bait: f"crypto:{bait.secret}",
    "http": lambda bait: f"http://127.0.0.1:{bait.port}/x.ts",
    "tcp": lambda bait: f"tcp://127.0.0.1:{bait.port}",
}


@pytest.mark.parametrize("text", TEXTS)
def test_a_playlist_opens_nothing(bait: Bait, text: str, tmp_path: Path) -> None:
    for name, make in NAMES.items():
        path = tmp_path / f"{text}-{name}.mp4"
        path.write_text(TEXTS[text].format(name=make(bait), port=bait.port))
        with pytest.raises(InvalidInput, match="no video that Masklet can read"):
            import_video(path, tmp_path / "video")
        assert not (tmp_path / "video").exists()
    assert bait.visits == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", [b"url ", b"urn ", b"alis"])
def test_a_quicktime_reference_opens_nothing(bait: Bait, name: str, kind: bytes, tmp_path: Path) -> None:
    """A MOV may say that its frames lie in another file."""
    path = Clip(".mov", num_frames=9, options={"bf": "0"}).write(tmp_path)
    refer_elsewhere(path, kind, NAMES[name](bait).encode())
    try:
        import_video(path, tmp_path / "video")
    except InvalidInput:
        assert not (tmp_path / "video").exists()
    else:
        with VideoFrames(tmp_path / "video") as frames:
            assert [number_of(frames.read(i)) for i in range(frames.num_frames)] == list(range(9))
    assert bait.visits == []


def test_a_name_is_never_a_protocol(bait: Bait, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is called like an address is still only a file."""
    monkeypatch.chdir(tmp_path)
    for name in ("concat:secret", "http:", "subfile,,start,0,end,9,,:x", "pipe:0", "data:,x"):
        path = Path(name)
        path.write_bytes(Clip(num_frames=9).write(tmp_path).read_bytes())
        import_video(path, tmp_path / "video")
        with VideoFrames(tmp_path / "video") as frames:
            assert frames.num_frames == 9


def test_codecs_that_nobody_uses_are_not_decoded(tmp_path: Path) -> None:
    path = Clip(".avi", "msmpeg4").write(tmp_path)
    with pytest.raises(InvalidInput, match="codec cannot be decoded here: convert it"):
        import_video(path, tmp_path / "video")


def refer_elsewhere(path: Path, kind: bytes, name: bytes) -> None:
    """Put another data reference into a MOV whose `moov` comes last, so that no offset changes."""
    data = path.read_bytes()
    assert data.index(b"mdat") < data.index(b"moov")
    entry_body = bytes(4) + (name + b"\0" if kind != b"alis" else alias(name))
    entry = (8 + len(entry_body)).to_bytes(4, "big") + kind + entry_body
    start = data.index(b"dref") - 4
    size = int.from_bytes(data[start : start + 4], "big")
    dref = (16 + len(entry)).to_bytes(4, "big") + b"dref" + bytes(4) + (1).to_bytes(4, "big") + entry
    grown = bytearray(data[:start] + dref + data[start + size :])
    for box in (b"moov", b"trak", b"mdia", b"minf", b"dinf"):
        at = data.index(box) - 4
        old = int.from_bytes(data[at : at + 4], "big")
        grown[at : at + 4] = (old + len(dref) - size).to_bytes(4, "big")
    path.write_bytes(bytes(grown))


def alias(name: bytes) -> bytes:
    """A Macintosh alias record with a full path in it."""
    head = bytes(10) + b"\x01x" + bytes(26) + bytes(12) + b"\x06secret" + bytes(57) + bytes(16)
    names = np.uint16(18).byteswap().tobytes() + len(name).to_bytes(2, "big") + name + b"\0" * (len(name) % 2)
    return head[:150].ljust(150, b"\0") + names + b"\xff\xff\x00\x00"
