"""`/api/uploads`: the answers of tus 1.0. On the event loop, since an upload lasts as long as it likes.

POST makes an upload, for the project in `?project=`, HEAD says how far it is, PATCH sends more of it, DELETE
cancels it. The last PATCH gives the file to the library. So does a HEAD, or the next start, where a crash
came in between.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial

import anyio
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backend.api.context import Service
from backend.api.permissions.guard import check
from backend.api.permissions.table import ROUTES
from backend.api.sizes import size_text
from backend.api.tus import protocol
from backend.api.tus.endpoint import Endpoint
from backend.api.tus.protocol import ALGORITHMS, Refused
from backend.api.tus.shelf import NO_UPLOAD, Part, Shelf, Upload
from backend.api.tus.taking import Taking, too_much
from backend.api.tus.writers import Writers
from backend.domain.errors import Forbidden, MaskletError, NotFound
from backend.domain.projects import HOME

SWEEP_EVERY_S = 3600.0

log = logging.getLogger(__name__)


class Uploads:
    """The routes, and what they share."""

    def __init__(self, service: Service, shelf: Shelf) -> None:
        self._service = service
        self._shelf = shelf
        self._writers = Writers(shelf, service.threads)
        self._limit = service.settings.max_upload_bytes
        self._limits = service.settings.limits

    def routes(self) -> list[Route]:
        one = {"HEAD": self._tell, "PATCH": self._take, "DELETE": self._cancel, "OPTIONS": self._options}
        return [
            Route("/api/uploads", Endpoint({"POST": self._create, "OPTIONS": self._options})),
            Route("/api/uploads/{upload_id}", Endpoint(one)),
        ]

    async def recover(self) -> None:
        """At the start: finish what a crash left whole but without a video. Before imports go on."""
        for upload in await self._service.read(lambda s: list(self._shelf.all())):
            if upload.is_whole and upload.video_id is None:
                try:
                    async with self._writers.hold(upload.upload_id) as (_, part):
                        await self._finish(part)
                except (MaskletError, OSError, Refused):
                    log.warning("A finished upload could not be taken in; its next HEAD tries again")

    async def keep_swept(self) -> None:
        """Until it is cancelled."""
        while True:
            try:
                if gone := await self._service.command(lambda s: self._shelf.sweep()):
                    log.info("Abandoned uploads were removed: %d", gone)
            except OSError as error:
                log.warning("Abandoned uploads could not be removed (%s)", error.strerror)
            await asyncio.sleep(SWEEP_EVERY_S)

    def close(self) -> None:
        """End every request that sends; what came in is kept. On the event loop."""
        self._writers.close()

    async def _options(self, request: Request) -> Response:
        headers = {
            "Tus-Version": protocol.VERSION,
            "Tus-Extension": protocol.EXTENSIONS,
            "Tus-Max-Size": str(self._limit),
            "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
        }
        return Response(status_code=204, headers=headers)

    async def _create(self, request: Request) -> Response:
        if "upload-defer-length" in request.headers:
            raise Refused(400, "Send Upload-Length: how large the file is must be known from the start.")
        length = protocol.whole_number(request.headers, "Upload-Length")
        title = protocol.file_name(request.headers)
        project_id = request.query_params.get("project", HOME)
        await self._service.read(lambda s: s.projects.project(project_id))
        upload = await self._service.command(lambda s: self._make(title, length, project_id))
        return Response(status_code=201, headers={"Location": f"/api/uploads/{upload.upload_id}"})

    def _make(self, title: str, length: int, project_id: str) -> Upload:
        if length == 0:
            raise Refused(400, "This file is empty: choose another one.")
        if length > self._limit:
            raise Refused(413, f"The file is larger than {size_text(self._limit)}; see MAX_UPLOAD_BYTES.")
        self._shelf.sweep()
        unfinished = [upload for upload in self._shelf.all() if upload.video_id is None]
        if len(unfinished) >= self._limits.unfinished_uploads:
            raise Refused(429, "There are too many unfinished uploads; finish or cancel some first.")
        promised = sum(upload.length - upload.offset for upload in unfinished)
        if length > self._shelf.free_bytes() - promised:
            raise Refused(507, "The disk has no room for this file: free some space, then upload it again.")
        return self._shelf.create(title, length, project_id)

    async def _tell(self, request: Request) -> Response:
        upload = await self._find(request)
        if upload.is_whole and upload.video_id is None:
            async with self._writers.hold(upload.upload_id) as (_, part):
                upload = await self._finish(part)
        return self._progress(upload, 200, {"Upload-Length": str(upload.length)})

    async def _cancel(self, request: Request) -> Response:
        upload = await self._find(request)
        if upload.video_id is None:
            async with self._writers.hold(upload.upload_id, evict=True):
                await self._service.command(lambda s: self._shelf.remove(upload.upload_id))
        else:
            await self._service.command(lambda s: self._shelf.remove(upload.upload_id))
        return Response(status_code=204)

    async def _take(self, request: Request) -> Response:
        if request.headers.get("content-type", "") != protocol.BODY_TYPE:
            raise Refused(415, f"Send the bytes as {protocol.BODY_TYPE}.")
        offset = protocol.whole_number(request.headers, "Upload-Offset")
        promise = protocol.checksum(request.headers)
        upload = await self._find(request)
        if upload.video_id is not None:
            if offset != upload.offset:
                raise _wrong_offset(upload)
            return self._progress(upload, 204)  # the answer to the last PATCH was lost: here it is again
        async with self._writers.hold(upload.upload_id, provisional=promise is not None) as (writer, part):
            if offset != part.offset:
                raise _wrong_offset(part.upload)
            announced = request.headers.get("content-length", "0")
            if announced.isdigit() and offset + int(announced) > upload.length:
                raise too_much()
            await Taking(self._service, writer, part, promise).run(request)
            done = part.upload
            if done.is_whole:
                with anyio.CancelScope(shield=True):
                    done = await self._finish(part)
        return self._progress(done, 204)

    async def _find(self, request: Request) -> Upload:
        """Who may not upload to its project (any more) finds none."""
        upload = await self._service.read(lambda s: self._shelf.find(request.path_params["upload_id"]))
        try:
            await check(self._service, ROUTES["/api/uploads/{upload_id}"], {"project": upload.project_id})
        except (Forbidden, NotFound):
            raise NotFound(NO_UPLOAD) from None
        return upload

    async def _finish(self, part: Part) -> Upload:
        return await self._service.command(partial(self._adopt, part))

    def _adopt(self, part: Part, service: Service) -> Upload:
        upload = part.upload
        path = self._shelf.part_path(upload.upload_id)
        video = service.library.adopt(path, upload.title, self._shelf.sha256(upload), upload.project_id)
        return part.finish(video.video_id)

    def _progress(self, upload: Upload, status: int, more: dict[str, str] | None = None) -> Response:
        headers = {
            "Upload-Offset": str(upload.offset),
            "Upload-Expires": protocol.http_date(self._shelf.expires_s(upload)),
            **(more or {}),
        }
        if upload.video_id is not None:
            headers[protocol.VIDEO_HEADER] = upload.video_id
        return Response(status_code=status, headers=headers)


def _wrong_offset(upload: Upload) -> Refused:
    sentence = f"The upload is at byte {upload.offset}; ask with HEAD, and go on from there."
    return Refused(409, sentence, {"Upload-Offset": str(upload.offset)})
