"""One server over HTTP: GraphQL requests, the feed's stream, files up and down."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx2

from .errors import NotReachable, Refused
from .wire import Operation, variables_of

Result = TypeVar("Result")
Progress = Callable[[float], None]

UPLOAD_BYTES = 8 * 2**20  # of one request: so much at most is sent again after a break
CHUNK_BYTES = 2**20
TUS = {"Tus-Resumable": "1.0.0"}
VIDEO_HEADER = "Masklet-Video-Id"


def unseen(done: float) -> None:
    """Nobody watches the progress."""


class Connection:
    """Safe to use from several threads at once."""

    def __init__(self, server: str, token: str | None, timeout_s: float) -> None:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self.server = server.rstrip("/")
        self._http = httpx2.Client(
            base_url=self.server, headers=headers, timeout=httpx2.Timeout(timeout_s, read=timeout_s)
        )

    def close(self) -> None:
        self._http.close()

    def call(self, operation: Operation[Result], **arguments: object) -> Result:
        """Raises Refused with the server's sentence, or NotReachable."""
        body = {"query": operation.text, "variables": variables_of(arguments)}
        answer = self.send("POST", "/graphql", json=body)
        return operation.result(_data_of(answer.json()))

    def stream(self, operation: Operation[Result], **arguments: object) -> Iterator[Result]:
        """What a subscription sends, as it comes; ends with the server, or when the caller stops."""
        body = {"query": operation.text, "variables": variables_of(arguments)}
        headers = {"accept": "text/event-stream"}
        timeout = httpx2.Timeout(60.0, read=None)  # a feed may be silent for long
        with self._reaching():
            with self._http.stream("POST", "/graphql", json=body, headers=headers, timeout=timeout) as answer:
                if answer.status_code != 200:
                    answer.read()
                    _check(answer)
                for event, data in _events(answer.iter_lines()):
                    if event == "complete":
                        return
                    if data:
                        yield operation.result(_data_of(json.loads(data)))

    def send(self, method: str, path: str, **options: Any) -> httpx2.Response:
        with self._reaching():
            answer = self._http.request(method, path, **options)
        _check(answer)
        return answer

    def download(self, path: str, target: Path, progress: Progress) -> None:
        """The whole file or none: it gets its name when it is complete."""
        part = target.with_name(f"{target.name}.part")
        try:
            with self._reaching(), self._http.stream("GET", path) as answer:
                if answer.status_code != 200:
                    answer.read()
                    _check(answer)
                total = int(answer.headers.get("content-length", 0))
                with part.open("wb") as file:
                    for chunk in answer.iter_bytes(CHUNK_BYTES):
                        file.write(chunk)
                        progress(file.tell() / total if total else 0.0)
            os.replace(part, target)
        finally:
            part.unlink(missing_ok=True)

    def upload_video(self, path: Path, name: str, progress: Progress, project_id: str) -> str:
        """The new video's id. A break on the way costs the last piece only."""
        size = path.stat().st_size
        title = base64.b64encode(name.encode()).decode()
        made = self.send(
            "POST",
            "/api/uploads",
            params={"project": project_id},
            headers={**TUS, "Upload-Length": str(size), "Upload-Metadata": f"filename {title}"},
        )
        place = made.headers["location"]
        offset, tries, answer = 0, 0, made
        with path.open("rb") as file:
            while offset < size:
                file.seek(offset)
                try:
                    answer = self._send_piece(place, offset, file.read(UPLOAD_BYTES))
                    tries = 0
                except NotReachable:
                    tries += 1
                    if tries > 5:
                        raise
                    answer = self.send("HEAD", place, headers=TUS)
                offset = int(answer.headers["upload-offset"])
                progress(offset / size)
        return answer.headers[VIDEO_HEADER]

    def upload_import(self, path: Path) -> str:
        """The id of a file to import."""
        with path.open("rb") as file:
            headers = {"content-length": str(path.stat().st_size)}
            return self.send("POST", "/api/imports", content=file, headers=headers).json()["uploadId"]

    def _send_piece(self, place: str, offset: int, piece: bytes) -> httpx2.Response:
        headers = {**TUS, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        return self.send("PATCH", place, content=piece, headers=headers)

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        try:
            yield
        except httpx2.TimeoutException as error:
            raise NotReachable(f"{self.server} did not answer in time: try again.") from error
        except (httpx2.TransportError, httpx2.InvalidURL) as error:
            raise NotReachable(
                f"No Masklet answers at {self.server}: start one with `masklet serve`, or name another."
            ) from error


def _data_of(answer: dict[str, Any]) -> dict[str, Any]:
    if errors := answer.get("errors"):
        raise Refused(errors[0]["message"], errors[0].get("extensions", {}).get("code", "ERROR"))
    return answer["data"]


def _check(answer: httpx2.Response) -> None:
    if answer.is_success:
        return
    try:
        told = answer.json()
        sentence, code = told.get("error"), f"HTTP_{answer.status_code}"
        if errors := told.get("errors"):
            sentence, code = errors[0]["message"], errors[0].get("extensions", {}).get("code", code)
    except (ValueError, AttributeError, LookupError):
        sentence, code = None, f"HTTP_{answer.status_code}"
    raise Refused(sentence or f"The server answered with status {answer.status_code}.", code)


def _events(lines: Iterator[str]) -> Iterator[tuple[str, str]]:
    """(event, data) of Server-Sent Events."""
    event, data = "", ""
    for line in lines:
        name, _, value = line.partition(":")
        if name == "event":
            event = value.strip()
        elif name == "data":
            data += value.strip()
        elif not line:
            yield event, data
            event, data = "", ""
