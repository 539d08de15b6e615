"""The words of tus 1.0: headers in, values or one sentence out. No input or output happens here."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formatdate

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,checksum,termination"
ALGORITHMS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256}
BODY_TYPE = "application/offset+octet-stream"
VIDEO_HEADER = "Masklet-Video-Id"  # ours: which video a finished upload became

MAX_LENGTH = 2**62
MAX_METADATA = 4096  # characters of the header
CHECKSUM_MISMATCH = 460  # statuses that tus adds to HTTP's


class Refused(Exception):
    """An answer that is no success. Its text is for people."""

    def __init__(self, status: int, sentence: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.headers = dict(headers or {})


@dataclass(frozen=True)
class Checksum:
    """What the client says of one request's body."""

    algorithm: str
    digest: bytes


def check_version(headers: Mapping[str, str]) -> None:
    if headers.get("tus-resumable") != VERSION:
        raise Refused(412, f"Send the header Tus-Resumable: {VERSION}.", {"Tus-Version": VERSION})


def whole_number(headers: Mapping[str, str], name: str) -> int:
    text = headers.get(name.lower(), "")
    if not text.isascii() or not text.isdigit() or len(text) > 19 or int(text) > MAX_LENGTH:
        raise Refused(400, f"Send {name} as a whole number of bytes.")
    return int(text)


def file_name(headers: Mapping[str, str]) -> str:
    """`filename` of Upload-Metadata, as the client wrote it: text for people, never a path."""
    header = headers.get("upload-metadata", "")
    if len(header) > MAX_METADATA:
        raise Refused(400, f"Upload-Metadata has more than {MAX_METADATA} characters; send the name only.")
    for pair in header.split(","):
        key, _, encoded = pair.strip().partition(" ")
        if key == "filename":
            try:
                return base64.b64decode(encoded, validate=True).decode()
            except (binascii.Error, UnicodeDecodeError, ValueError):
                raise Refused(400, "The file name in Upload-Metadata is not UTF-8 in Base64.") from None
    return ""


def checksum(headers: Mapping[str, str]) -> Checksum | None:
    header = headers.get("upload-checksum")
    if header is None:
        return None
    algorithm, _, encoded = header.partition(" ")
    if algorithm not in ALGORITHMS:
        raise Refused(400, f"Upload-Checksum is one of {', '.join(ALGORITHMS)}.")
    try:
        digest = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise Refused(400, "The digest in Upload-Checksum is not Base64.") from None
    return Checksum(algorithm, digest)


def http_date(time_s: float) -> str:
    return formatdate(time_s, usegmt=True)
