"""The demo's two queries and eight mutations."""

from __future__ import annotations

import asyncio
from functools import partial

import strawberry
from starlette.datastructures import UploadFile
from strawberry.file_uploads import Upload

from backend.api.context import Service
from backend.api.official import types
from backend.api.official.adapter import FrameRles
from backend.api.official.paths import default_of, gallery, path_of, poster_path_of, relay_id
from backend.domain.errors import InvalidInput
from backend.domain.video import Playback, Video, VideoState

Info = strawberry.Info[Service, None]
IMPORT_POLL_S = 0.1


def _video(service: Service, video: Video) -> types.DemoVideo:
    path, poster = path_of(video), poster_path_of(video)
    public_url = service.settings.public_url
    width, height = service.demo.played_size(video)
    return types.DemoVideo(
        id=strawberry.ID(relay_id("Video", path)),
        path=path,
        poster_path=poster,
        url=f"{public_url}/{path}",
        poster_url=f"{public_url}/{poster}",  # "<url>/None" where there is none, as in the demo
        height=height,
        width=width,
    )


def _masks(frame: FrameRles) -> types.DemoFrameMasks:
    return types.DemoFrameMasks(
        frame_index=frame.frame_index,
        rle_mask_list=[
            types.DemoObjectMask(
                object_id=mask.object_id,
                rle_mask=types.DemoRle(size=[mask.rle.height, mask.rle.width], counts=mask.rle.counts),
            )
            for mask in frame.masks
        ],
    )


def _page(
    service: Service, before: str | None, after: str | None, first: int | None, last: int | None
) -> types.DemoVideoConnection:
    """A Relay connection over the gallery; cursors are "arrayconnection:<index>"."""
    clips = gallery(service.videos)
    cursors = [relay_id("arrayconnection", str(i)) for i in range(len(clips))]
    if any(count is not None and count < 0 for count in (first, last)):
        raise InvalidInput("first and last cannot be negative.")
    start = cursors.index(after) + 1 if after in cursors else 0
    stop = cursors.index(before) if before in cursors else len(clips)
    if first is not None:
        stop = min(stop, start + first)
    if last is not None:
        start = max(start, stop - last)
    edges = [
        types.DemoVideoEdge(cursor=cursors[i], node=_video(service, clips[i])) for i in range(start, stop)
    ]
    return types.DemoVideoConnection(
        edges=edges,
        page_info=types.PageInfo(
            has_next_page=stop < len(clips),
            has_previous_page=start > 0,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
    )


def _find(video_id: str, service: Service) -> Video:
    return service.videos.video(video_id)


@strawberry.type
class Query:
    @strawberry.field(description="Official demo: the clip to open first.")
    async def default_video(self, info: Info) -> types.DemoVideo:
        wanted = info.context.settings.default_video_path
        return await info.context.read(lambda s: _video(s, default_of(gallery(s.videos), wanted)))

    @strawberry.field(description="Official demo: the gallery.")
    async def videos(
        self,
        info: Info,
        before: str | None = None,
        after: str | None = None,
        first: int | None = None,
        last: int | None = None,
    ) -> types.DemoVideoConnection:
        return await info.context.read(lambda s: _page(s, before, after, first, last))


@strawberry.type
class Mutation:
    @strawberry.mutation(description="Official demo: import a video and wait until it can be used.")
    async def upload_video(
        self,
        info: Info,
        file: Upload,
        start_time_sec: float | None = None,
        duration_time_sec: float | None = None,
    ) -> types.DemoVideo:
        if start_time_sec is not None or duration_time_sec is not None:
            raise InvalidInput("Masklet keeps every frame: cut the file before uploading it.")
        if not isinstance(file, UploadFile):
            raise InvalidInput("Send the file as a part of a multipart request.")
        service = info.context
        video = await service.command(lambda s: s.library.receive(file.file, file.filename or ""))
        while video.state is not VideoState.FAILED and video.playback is Playback.PENDING:
            await asyncio.sleep(IMPORT_POLL_S)
            video = await service.read(partial(_find, video.video_id))
        if video.state is VideoState.FAILED:
            raise InvalidInput(video.error or "This video could not be read.")
        if video.playback is Playback.STILLS:
            raise InvalidInput(video.warning or "This video cannot be converted for playing.")
        return _video(service, video)

    @strawberry.mutation(description="Official demo.")
    async def start_session(self, info: Info, input: types.StartSessionInput) -> types.DemoSession:
        session = await info.context.command(lambda s: s.demo.start(input.path))
        return types.DemoSession(session_id=session.session_id)

    @strawberry.mutation(description="Official demo.")
    async def close_session(self, info: Info, input: types.CloseSessionInput) -> types.Success:
        return types.Success(success=await info.context.command(lambda s: s.demo.close(input.session_id)))

    @strawberry.mutation(description="Official demo.")
    async def add_points(self, info: Info, input: types.AddPointsInput) -> types.DemoFrameMasks:
        return await info.context.command(
            lambda s: _masks(
                s.demo.add_points(
                    input.session_id,
                    input.frame_index,
                    input.object_id,
                    input.labels,
                    input.points,
                    input.clear_old_points,
                )
            )
        )

    @strawberry.mutation(description="Official demo.")
    async def clear_points_in_frame(
        self, info: Info, input: types.ClearPointsInFrameInput
    ) -> types.DemoFrameMasks:
        return await info.context.command(
            lambda s: _masks(
                s.demo.clear_points_in_frame(input.session_id, input.frame_index, input.object_id)
            )
        )

    @strawberry.mutation(description="Official demo.")
    async def clear_points_in_video(self, info: Info, input: types.ClearPointsInVideoInput) -> types.Success:
        await info.context.command(lambda s: s.demo.clear_points_in_video(input.session_id))
        return types.Success(success=True)

    @strawberry.mutation(description="Official demo.")
    async def remove_object(self, info: Info, input: types.RemoveObjectInput) -> list[types.DemoFrameMasks]:
        return await info.context.command(
            lambda s: [_masks(frame) for frame in s.demo.remove_object(input.session_id, input.object_id)]
        )

    @strawberry.mutation(description="Official demo.")
    async def cancel_propagate_in_video(
        self, info: Info, input: types.CancelPropagateInVideoInput
    ) -> types.Success:
        await info.context.command(lambda s: s.demo.cancel(input.session_id))
        return types.Success(success=True)
