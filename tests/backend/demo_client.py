"""A client of the official demo's protocol, written from what was observed; no code is the server's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2

BOUNDARY = b"--frame\r\n"
VIDEO = "path posterPath url posterUrl height width"
MASKS = "{ frameIndex rleMaskList { objectId rleMask { counts size } } }"


def mutation(document: str, field: str, selection: str) -> str:
    """A mutation with one `$input`, as the demo's frontend words it."""
    kind = f"{field[0].upper()}{field[1:]}Input"
    return f"mutation {document}(\n  $input: {kind}!\n) {{\n  {field}(input: $input) {selection}\n}}\n"


DEFAULT_VIDEO = f"query DemoPageQuery {{\n  defaultVideo {{ {VIDEO} }}\n}}\n"
GALLERY = f"query DemoVideoGalleryQuery {{ videos {{ edges {{ node {{ id {VIDEO} }} }} }} }}"
UPLOAD = (
    "mutation useUploadVideoMutation(\n  $file: Upload!\n) "
    f"{{\n  uploadVideo(file: $file) {{ id {VIDEO} }}\n}}\n"
)
START = mutation("SAM2ModelStartSessionMutation", "startSession", "{ sessionId }")
CLOSE = mutation("SAM2ModelCloseSessionMutation", "closeSession", "{ success }")
ADD_POINTS = mutation("SAM2ModelAddNewPointsMutation", "addPoints", MASKS)
CLEAR_FRAME = mutation("SAM2ModelClearPointsInFrameMutation", "clearPointsInFrame", MASKS)
CLEAR_VIDEO = mutation("SAM2ModelClearPointsInVideoMutation", "clearPointsInVideo", "{ success }")
REMOVE = mutation("SAM2ModelRemoveObjectMutation", "removeObject", MASKS)
CANCEL = mutation("SAM2ModelCancelPropagateInVideoMutation", "cancelPropagateInVideo", "{ success }")


@dataclass(frozen=True)
class Part:
    """One part of the stream: its bytes as they came, and what they say."""

    head: bytes
    body: bytes

    @property
    def frame_index(self) -> int:
        return json.loads(self.body)["frame_index"]

    @property
    def masks(self) -> dict[int, str]:
        return {result["object_id"]: result["mask"]["counts"] for result in json.loads(self.body)["results"]}


def parts(chunks: Iterator[bytes]) -> Iterator[Part]:
    """Cut the stream by its own words: a boundary, header lines, and as many bytes as Content-Length says."""
    buffer = b""
    for chunk in chunks:
        buffer += chunk
        while (end := buffer.find(b"\r\n\r\n")) >= 0:
            assert buffer.startswith(BOUNDARY), buffer[:60]
            head = buffer[len(BOUNDARY) : end]
            length = int(dict(line.split(b": ", 1) for line in head.split(b"\r\n"))[b"Content-Length"])
            if len(buffer) < end + 4 + length:
                break
            yield Part(head, buffer[end + 4 : end + 4 + length])
            buffer = buffer[end + 4 + length :]
    assert buffer == b"", buffer[:60]


@dataclass(frozen=True)
class DemoClient:
    """The demo's frontend, on another port of the same machine."""

    client: httpx2.Client
    origin: str = "http://localhost:7262"

    def send(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        response = self.client.post(
            "/graphql", json={"query": query, "variables": variables}, headers={"origin": self.origin}
        )
        assert response.status_code == 200
        assert response.headers["content-type"] == "application/json"
        assert response.headers["access-control-allow-origin"] == self.origin
        return response.json()

    def ask(self, query: str, **given: Any) -> Any:
        answer = self.send(query, {"input": given} if given else {})
        assert "errors" not in answer, answer
        (value,) = answer["data"].values()
        return value

    def error(self, query: str, **given: Any) -> str:
        answer = self.send(query, {"input": given})
        assert answer["data"] is None and set(answer["errors"][0]) >= {"message", "locations", "path"}
        return answer["errors"][0]["message"]

    def start(self, path: str = "gallery/clip.mp4") -> str:
        return self.ask(START, path=path)["sessionId"]

    def click(self, session: str, object_id: int, frame: int, *points: tuple[float, float, int]) -> Any:
        return self.ask(
            ADD_POINTS,
            sessionId=session,
            frameIndex=frame,
            objectId=object_id,
            labels=[label for _, _, label in points],
            points=[[x, y] for x, y, _ in points],
            clearOldPoints=True,
        )

    def propagate(self, session: str, start: int = 0) -> Iterator[Part]:
        body = {"session_id": session, "start_frame_index": start}
        with self.client.stream(
            "POST", "/propagate_in_video", json=body, headers={"origin": self.origin}
        ) as response:
            assert response.status_code == 200, response.read()
            assert response.headers["content-type"] == "multipart/x-savi-stream; boundary=frame"
            assert response.headers["transfer-encoding"] == "chunked"
            yield from parts(response.iter_raw())
